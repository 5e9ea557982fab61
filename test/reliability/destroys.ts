/** Devices that are destroyed at random moments of every kind of job, in Node. */

import type { LocalEngine } from "../../src/run/engine.ts";
import type { RunEvent, RunOutcome, RunResult } from "../../src/run/protocol.ts";
import { seeded } from "../autograd/seeded.ts";
import { mlp, settings, vectors } from "../run/files.ts";
import { watchedEngine } from "./watched.ts";

/** One session of this part of the report. */
export interface DestroySession {
  readonly kind: "destroys";
  readonly seed: number;
  readonly seconds: number;
  readonly device: string;
  /** Losses by the job and the phase in which they came. */
  readonly moments: Readonly<Record<string, number>>;
  readonly losses: number;
  readonly jobs: number;
  /** Jobs that ended with the result that they have without a loss. */
  readonly equal: number;
  /** What went otherwise. */
  readonly findings: readonly string[];
  /** Bytes of buffers that were not given back when the engine ended. */
  readonly bytesLeft: number;
}

const MOST_PER_JOB = 3;
const RUN = settings({ steps: 12, probes: 3, traceProbes: 6, top: 2, bottom: 1 });
const TOP = { end: "top", place: 0 } as const;
const random = { kind: "random", seed: 1, oneDimensional: "zero" } as const;
const ritz = { kind: "ritz", ...TOP } as const;

type Watch = (event: RunEvent) => void;
type Job = (engine: LocalEngine, watch: Watch) => Promise<RunOutcome>;

/** The first leaves a run behind; the others work on it. */
const JOBS: Readonly<Record<string, Job>> = {
  run: (engine, watch) => engine.run(RUN, watch),
  "exact trace": (engine, watch) => engine.run({ ...RUN, traceMethod: "exact" }, watch),
  "run in parts": (engine, watch) => engine.run({ ...RUN, microBatch: 2 }, watch),
  extend: (engine, watch) => engine.extend({ steps: 4, probes: 1 }, watch),
  slice: (engine, watch) => engine.slice(TOP, { radius: 1, points: 21 }, watch),
  landscape: (engine, watch) =>
    engine.landscape(
      {
        axes: [ritz, random].map((direction) => ({ direction, from: -1, to: 1, points: 21 })),
        bn: "eval",
      },
      watch,
    ),
  vector: (engine, watch) => engine.ask({ kind: "vector", request: { rank: TOP, sharpest: 3 } }, watch),
  "layer spectra": (engine, watch) =>
    engine.ask(
      { kind: "layerSpectra", request: { tensors: ["fc*.weight"], steps: 6, density: true } },
      watch,
    ),
};
/** Jobs that begin a run of their own. */
const OWN = new Set(["run", "exact trace", "run in parts"]);

/**
 * What must be the same: all but time, losses, what they cost, and the checks, which say so where the vectors that they would look
 * at went with a device.
 */
function essence(result: RunResult): string {
  const { losses, products, seconds, checks, notChecked, ...rest } = result;
  return JSON.stringify(rest);
}

interface Undisturbed {
  readonly events: number;
  readonly essence: string;
}

export async function destroyDevices(
  { losses: wanted, until, seed }: { readonly losses: number; readonly until: number; readonly seed: number },
  say: (line: string) => void,
): Promise<DestroySession> {
  const began = performance.now();
  const draw = seeded(seed);
  const { gpu, engine, findings, end } = watchedEngine();
  await engine.load(mlp("relu"), vectors());
  // Answers and slices stay in the result, so that each job begins on a run that knows none.
  const ready = async (name: string): Promise<void> => {
    if (!OWN.has(name)) await engine.run(RUN, () => {});
  };
  const undisturbed = async (name: string): Promise<Undisturbed> => {
    await ready(name);
    let events = 0;
    const outcome = await JOBS[name](engine, () => events++);
    if (outcome.kind !== "done") throw new Error(`${name} ends without a loss: ${JSON.stringify(outcome)}`);
    return { events, essence: essence(outcome.result) };
  };
  const known: Record<string, Undisturbed> = {};

  const moments: Record<string, number> = {};
  const names = Object.keys(JOBS);
  let [losses, jobs, equal] = [0, 0, 0];
  while (losses < wanted && Date.now() < until) {
    const name = names[Math.floor(draw() * names.length)];
    known[name] ??= await undisturbed(name);
    await ready(name);
    const { events, essence: expected } = known[name];
    const planned = Array.from({ length: 1 + Math.floor(draw() * MOST_PER_JOB) }, () => ({
      at: Math.floor(draw() * events),
      delayMs: draw() < 0.5 ? 0 : draw() * 4,
    })).sort((x, y) => x.at - y.at);
    const own: string[] = [];
    let seen = 0;
    /** Events may still come of steps that were under way. */
    let gone: GPUDevice | null = null;
    const outcome = await JOBS[name](engine, (event) => {
      const [next] = planned;
      if (next === undefined || seen++ < next.at || gpu.device === gone) return;
      planned.shift();
      const device = gpu.device;
      gone = device;
      own.push(`${name}: ${event.type === "progress" ? event.progress.phase : "snapshot"}`);
      if (next.delayMs === 0) device.destroy();
      else setTimeout(() => device.destroy(), next.delayMs);
    });
    // Snapshots come by the clock: there may be fewer events than last time.
    if (own.length === 0) continue;
    jobs++;
    losses += own.length;
    for (const moment of own) moments[moment] = (moments[moment] ?? 0) + 1;
    const result = outcome.kind === "done" ? essence(outcome.result) : null;
    if (result === expected) equal++;
    else
      findings.push(
        `job ${jobs}, lost in ${own.join(" and in ")}: ` +
          (result === null ? JSON.stringify(outcome).slice(0, 300) : firstDifference(expected, result)),
      );
    gpu.devices.splice(0, gpu.devices.length - 1);
    if (jobs % 5 === 0) say(`${losses} destroyed, ${equal} of ${jobs} jobs equal bit for bit`);
  }
  const answer = await engine.device();
  end();
  return {
    ...{ kind: "destroys", seed, seconds: (performance.now() - began) / 1000 },
    device: answer.kind === "device" ? answer.device.name : answer.message,
    ...{ moments, losses, jobs, equal, findings, bytesLeft: gpu.liveBytes },
  };
}

function firstDifference(expected: string, found: string): string {
  const at = [...expected].findIndex((character, i) => character !== found[i]);
  return `expected …${expected.slice(Math.max(0, at - 80), at + 40)}…, found …${found.slice(Math.max(0, at - 80), at + 40)}…`;
}
