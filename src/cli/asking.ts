/** Commands that ask a run one question, after a run of one product, and print the answer. */

import { writeFile } from "node:fs/promises";
import type {
  ModelCard,
  Question,
  QuestionKind,
  Questions,
  RunResult,
  RunSettings,
} from "../run/protocol.ts";
import { answersTo } from "../run/questions.ts";
import type { Arguments } from "./arguments.ts";
import { distributionsRequest, distributionsSummary, sweepRequest, sweepSummary } from "./study.ts";
import { activationsSummary, jacobianSummary, unitRequest } from "./units.ts";

export interface Asking {
  /** Read before the run: a slip should not cost one. Throws UsageError. */
  readonly question: (args: Arguments, settings: RunSettings) => Promise<Question>;
  /** Writes the answer to the file that was asked for, and a summary to standard output. */
  readonly write: (result: RunResult, args: Arguments) => Promise<void>;
}

type Request<K extends QuestionKind> = Questions[K]["request"];

const asking = <K extends QuestionKind>(
  kind: K,
  request: (args: Arguments, settings: RunSettings) => Promise<Request<K>> | Request<K>,
  summary: (answer: Questions[K]["answer"], card: ModelCard) => string,
): Asking => ({
  // The kind and its request belong together by the table, which the compiler does not see through K.
  question: async (args, settings) => ({ kind, request: await request(args, settings) }) as Question,
  async write(result, args) {
    const [answer] = answersTo(result, kind);
    const path = args.get("json");
    const json = `${JSON.stringify(answer, null, 1)}\n`;
    if (path !== undefined && path !== "-") await writeFile(path, json);
    process.stdout.write(path === "-" ? json : summary(answer, result.model));
  },
});

const ASKING: Readonly<Record<string, Asking>> = {
  jacobian: asking("jacobian", (args) => unitRequest(args, "unit"), jacobianSummary),
  "batch-sweep": asking("batchSweep", sweepRequest, sweepSummary),
  distributions: asking(
    "distributions",
    (args, { params = [] }) => distributionsRequest(args, params),
    distributionsSummary,
  ),
};

const ACTIVATIONS = asking("activations", (args) => unitRequest(args, "activations"), activationsSummary);

/** What the command asks; null where it is none of these. */
export const askedBy = (command: string, args: Arguments): Asking | null =>
  command === "eigs" && args.has("activations") ? ACTIVATIONS : (ASKING[command] ?? null);
