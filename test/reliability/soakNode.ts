/** Runs, cancels, losses and uploads in a loop on the engine in Node. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { RunEvent } from "../../src/run/protocol.ts";
import { seeded } from "../autograd/seeded.ts";
import { deepMlp, mlp, settings, vectors } from "../run/files.ts";
import { finished, silent } from "../run/host.ts";
import { growing, type Memory, thinned } from "./growth.ts";
import { watchedEngine } from "./watched.ts";

export interface SoakSession {
  readonly kind: "node" | "page";
  readonly seed: number;
  readonly seconds: number;
  readonly cycles: number;
  /** How often each thing was done. */
  readonly done: Readonly<Record<string, number>>;
  /** Finished runs whose spectrum is that of the first, bit for bit. */
  readonly equal: number;
  readonly memory: readonly Memory[];
  readonly findings: readonly string[];
}

const RUN = settings({ steps: 10, probes: 2, traceProbes: 6, top: 2, bottom: 1 });
const TOP = { end: "top", place: 0 } as const;
const CANCELS = 5;
/** Cycles; all shaders are compiled anew after a loss. */
const LOSE_EVERY = 4;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

export async function soakNode(
  { until, seed }: { readonly until: number; readonly seed: number },
  say: (line: string) => void,
): Promise<SoakSession> {
  const began = performance.now();
  const draw = seeded(seed);
  const { gpu, engine, findings, end } = watchedEngine();
  const done: Record<string, number> = {};
  const count = (what: string): void => {
    done[what] = (done[what] ?? 0) + 1;
  };
  const memory: Memory[] = [];
  let [first, equal, cycles] = ["", 0, 0];
  const compare = (spectrum: unknown): void => {
    const text = JSON.stringify(spectrum);
    if (first === "") first = text;
    if (text === first) equal++;
    else findings.push(`cycle ${cycles}: another spectrum than that of the first run`);
  };
  const at = (event: number, act: () => void): ((event: RunEvent) => void) => {
    let seen = 0;
    return () => {
      if (seen++ === event) act();
    };
  };
  try {
    while (cycles === 0 || Date.now() < until) {
      const loaded = await engine.load(mlp(), vectors());
      if (loaded.kind !== "loaded") throw new Error(loaded.message);
      count("upload");
      await engine.inspect(RUN);
      compare(finished(await engine.run(RUN, silent)).spectrum);
      count("run");
      for (let i = 0; i < CANCELS; i++) {
        await engine.run(
          RUN,
          at(Math.floor(draw() * 40), () => void engine.cancel()),
        );
        count("cancel");
      }
      const loses = cycles % LOSE_EVERY === 0;
      const lose = at(Math.floor(draw() * 30), () => gpu.device.destroy());
      compare(finished(await engine.run(RUN, loses ? lose : silent)).spectrum);
      count(loses ? "loss" : "run");
      finished(await engine.slice(TOP, { radius: 1, points: 5 }, silent));
      finished(await engine.ask({ kind: "vector", request: { rank: TOP, sharpest: 2 } }, silent));
      finished(await engine.extend({ steps: 2, probes: 1 }, silent));
      count("question");
      await engine.load(deepMlp(3, 6), vectors());
      finished(await engine.run({ ...RUN, steps: 3, probes: 1 }, silent));
      count("upload");
      const broken = new Uint8Array(Math.floor(draw() * 64));
      const refused = await engine.load(
        { kind: "files", files: [{ name: "broken.safetensors", bytes: broken }], options: {} },
        vectors(),
      );
      if (refused.kind !== "refused") findings.push(`cycle ${cycles}: a broken file was loaded`);
      count("refusal");
      // What is left of the last model goes with it.
      await engine.load(mlp(), vectors());
      gpu.devices.splice(0, gpu.devices.length - 1);
      collect();
      const { heapUsed, rss } = process.memoryUsage();
      const seconds = (performance.now() - began) / 1000;
      memory.push({ seconds, heap: heapUsed, gpu: gpu.liveBytes, resident: rss });
      cycles++;
      if (cycles % 5 === 0) say(`${cycles} cycles, heap ${(heapUsed / 1e6).toFixed(1)} MB`);
    }
  } catch (error) {
    findings.push(`cycle ${cycles}: ${(error as Error).message}`);
  }
  end();
  return {
    ...{ kind: "node", seed, seconds: (performance.now() - began) / 1000, cycles, done, equal },
    ...{ memory: thinned(memory), findings: [...findings, ...growing(memory)] },
  };
}
