/** The networks of the bench by name: generated ones, and those that come with the page. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { loadModel } from "../src/run/load.ts";
import { type Problem, poseProblem } from "../src/run/problem.ts";
import { type Generated, problemOf } from "./models/generated.ts";
import { bertTiny, convolutions, perceptron, resnet } from "./models/nets.ts";

export interface Case {
  readonly id: string;
  readonly title: string;
  readonly batch: number;
  readonly problem: Problem;
}

const GENERATED: Readonly<Record<string, (batch?: number) => Generated>> = {
  mlp: (batch) => perceptron(batch),
  conv3: (batch) => convolutions(batch),
  resnet8: (batch) => resnet(8, "batch", batch),
  "resnet8-eval": (batch) => resnet(8, "eval", batch),
  resnet20: (batch) => resnet(20, "batch", batch),
  "resnet20-eval": (batch) => resnet(20, "eval", batch),
  bert: (batch) => bertTiny(batch),
};
const BUNDLED = ["resnet20", "resnet20-nobn", "resnet20-noskip", "bert-opinions"];
const BUNDLED_BATCH = 8;

const bundled = (id: string): string => `bundled-${id}`;

/** In the order in which they are measured. */
export const CASES: readonly string[] = [...Object.keys(GENERATED), ...BUNDLED.map(bundled)];

export const isGenerated = (id: string): boolean => id in GENERATED;

export const generatedCase = (id: string, batch?: number): Generated => GENERATED[id](batch);

export const readBundled = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(resolve(process.env.EIGENSCOPE_ROOT ?? ".", "public/models", path)));

/** @param batch samples; absent: the number that the goals are about */
export async function caseOf(id: string, batch?: number): Promise<Case> {
  if (isGenerated(id)) {
    const net = generatedCase(id, batch);
    return { id, title: net.title, batch: net.batch, problem: problemOf(net) };
  }
  const source = { kind: "bundled", id: id.slice(bundled("").length) } as const;
  const loaded = await loadModel(source, source, readBundled);
  const batchSize = batch ?? BUNDLED_BATCH;
  const problem = poseProblem(loaded, { bn: "eval", start: 0, batchSize });
  return { id, title: loaded.card.title, batch: batchSize, problem };
}
