/** All kinds of work that an engine does for one model, on a device that may fail at any moment of it. */

import { LocalEngine } from "../../src/run/engine.ts";
import type { RunOutcome } from "../../src/run/protocol.ts";
import type { FakeGpu } from "../run/fakeGpu.ts";
import { mlp, settings, vectors } from "../run/files.ts";

const STEPS = settings({ steps: 2, probes: 2, traceProbes: 3, top: 1, bottom: 0 });
const TOP = { end: "top", place: 0 } as const;
const silent = (): void => {};

type Outcome = Exclude<RunOutcome, { kind: "done" }> | { readonly kind: "done" | "inspected" };
type Job = (engine: LocalEngine) => Promise<Outcome>;

const random = { kind: "random", seed: 1, oneDimensional: "zero" } as const;

export const JOBS: Readonly<Record<string, Job>> = {
  inspect: (engine) => engine.inspect(STEPS),
  run: (engine) => engine.run(STEPS, silent),
  extend: (engine) => engine.extend({ steps: 1, probes: 1 }, silent),
  slice: (engine) => engine.slice(TOP, { radius: 1, points: 3 }, silent),
  landscape: (engine) =>
    engine.landscape({ axes: [{ direction: random, from: -1, to: 1, points: 3 }], bn: "eval" }, silent),
  ask: (engine) => engine.ask({ kind: "vector", request: { rank: TOP, sharpest: 2 } }, silent),
  "run in parts": (engine) => engine.run({ ...STEPS, microBatch: 2 }, silent),
};

const isDone = ({ kind }: Outcome): boolean => kind === "done" || kind === "inspected";

export interface Passage {
  /** What ended otherwise than done, in the order of the jobs; a job that was refused is begun once more. */
  readonly endings: readonly string[];
  /** Buffers that were never given back. */
  readonly left: number;
}

/** Does all jobs, one after the other, on a perceptron of 58 parameters, and ends the engine. */
export async function passage(gpu: FakeGpu): Promise<Passage> {
  const engine = new LocalEngine({
    ...{ kind: "node", gpu: gpu.entry, mostLosses: 1000 },
    readBundled: () => Promise.reject(new Error("nothing is bundled here")),
  });
  await engine.load(mlp("relu"), vectors());
  const endings: string[] = [];
  for (const [name, job] of Object.entries(JOBS)) {
    let outcome = await job(engine);
    if (outcome.kind === "refused") {
      endings.push(`${name}: ${outcome.message}`);
      outcome = await job(engine);
    }
    if (!isDone(outcome))
      endings.push(`${name}: ${outcome.kind}, ${"message" in outcome ? outcome.message : ""}`);
  }
  engine.destroy();
  return { endings, left: gpu.live.size };
}

/** One of each kind of buffer that follows upon another kind, counted from 1. */
export function eachKind(names: readonly string[]): number[] {
  const pairs = names.map((name, i) => `${names[i - 1]}, ${name}`);
  return pairs.flatMap((pair, i) => (pairs.indexOf(pair) === i ? [i + 1] : []));
}

export const NO_ROOM =
  /^[a-z ]+: The GPU has no room for .+ \(1 MB\), though the plan fits its budget: use fewer /;
