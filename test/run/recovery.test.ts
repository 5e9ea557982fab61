import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { GpuUnavailable } from "../../src/gpu/device.ts";
import { type EngineHost, LocalEngine } from "../../src/run/engine.ts";
import { HessianOperator } from "../../src/run/hessian.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { Progress, RunEvent, RunOutcome, RunResult } from "../../src/run/protocol.ts";
import { Losses, whenGiven } from "../../src/run/recovery.ts";
import { dawn } from "../gpu/dawn.ts";
import { mlp, settings, vectors } from "./files.ts";
import { finished, silent, WatchedGpu } from "./host.ts";

const STEPS = settings({ steps: 8, probes: 2, traceProbes: 5, top: 1 });

let gpu: WatchedGpu;
let engine: LocalEngine;
/** Adapters that are still to be withheld. */
let withheld = 0;

async function engineWith(more: Partial<EngineHost> = {}): Promise<LocalEngine> {
  gpu = new WatchedGpu();
  const entry = new Proxy(gpu.entry, {
    get: (target, key) =>
      key !== "requestAdapter"
        ? Reflect.get(target, key, target)
        : async () => (withheld-- > 0 ? null : target.requestAdapter()),
  });
  const made = new LocalEngine({
    ...{ kind: "node", gpu: entry },
    readBundled: () => Promise.reject(new Error("nothing is bundled here")),
    ...more,
  });
  expect((await made.load(mlp(), vectors())).kind).toBe("loaded");
  return made;
}

/** Destroys the device at each of these products (or phases), once. */
function destroying(at: readonly (number | Progress["phase"])[]): (event: RunEvent) => void {
  const left = [...at];
  /** Steps that were under way are still told of when their device is gone. */
  let gone: GPUDevice | null = null;
  return (event) => {
    if (event.type !== "progress" || gpu.device === gone) return;
    const { phase, done } = event.progress;
    const next = left[0];
    if (
      next === undefined ||
      (typeof next === "number" ? phase !== "lanczos" || done < next : phase !== next)
    )
      return;
    left.shift();
    gone = gpu.device;
    gone.destroy();
  };
}

let whole: RunResult;
beforeAll(async () => {
  const alone = await engineWith();
  whole = finished(await alone.run(STEPS, silent));
  alone.destroy();
});
beforeEach(async () => {
  withheld = 0;
  engine = await engineWith();
});
afterEach(() => engine.destroy());

describe("a run whose device is lost", () => {
  it("goes on with a new one, and its T is the same bit for bit", async () => {
    engine.destroy();
    engine = await engineWith({ mostLosses: 100 });
    // While shaders compile, in the second probe, and while the trace is sampled.
    const at = ["compiling", 9, "trace"] as const;
    const result = finished(await engine.run(STEPS, destroying(at)));
    expect(result.spectrum).toEqual(whole.spectrum);
    expect(result.eigenvalues).toEqual(whole.eigenvalues);
    expect(result.trace).toEqual(whole.trace);
    expect(result.losses).toBe(at.length);
    // Only an unfinished probe is done again: three restarts of the whole would cost three times as much.
    const [spent, usual] = [result.products, whole.products];
    expect(spent).toBeGreaterThan(usual);
    expect(spent).toBeLessThan(2 * usual);
    expect(whole.losses).toBeUndefined();
    expect(gpu.devices).toHaveLength(1 + at.length);
  });

  it("goes on with a Krylov basis in host memory too, which is filled again", async () => {
    const loaded = await loadModel(mlp(), vectors(), () => Promise.reject(new Error("not here")));
    const sizes = { probes: 1, krylovVectors: STEPS.steps + 1, budget: 1e9, advice: "" };
    const partition = poseProblem(loaded, STEPS).cut(1);
    const { bytes } = HessianOperator.plan({ gpu: await dawn(), partition, ...sizes });
    engine.destroy();
    // One byte less than the basis takes on the device.
    engine = await engineWith({ budget: bytes - 1, hostBudget: 1e9 });
    const result = finished(await engine.run(STEPS, destroying([11])));
    expect(result.losses).toBe(1);
    expect(result.spectrum.basisInHostMemory?.bytes).toBeGreaterThan(0);
    result.spectrum.nodes.flat().forEach((node, i) => {
      expect(node).toBeCloseTo(whole.spectrum.nodes.flat()[i], 5);
    });
    expect(result.eigenvalues.top[0].converged).toBe(whole.eigenvalues.top[0].converged);
    expect(result.checks.filter(({ passed }) => !passed)).toEqual([]);
  });

  it("survives two losses a minute; the third ends it with what is known", async () => {
    const outcome = await engine.run(STEPS, destroying([3, 4, 5]));
    expect(outcome.kind).toBe("lost");
    const { message, result } = outcome as Extract<RunOutcome, { kind: "lost" }>;
    expect(message).toMatch(/^The GPU was lost \(.+\)\.$/);
    const known = result?.spectrum.alpha[0] ?? [];
    expect(known.length).toBeGreaterThanOrEqual(3);
    expect(known).toEqual(whole.spectrum.alpha[0].slice(0, known.length));
  });

  it("waits for an adapter that is withheld, and says so; a cancel then keeps what is known", async () => {
    const waits: Progress[] = [];
    const destroy = destroying([4]);
    const watch = (event: RunEvent): void => {
      destroy(event);
      if (event.type === "progress" && event.progress.phase === "recovering") waits.push(event.progress);
    };
    await engine.device();
    withheld = 0;
    const lose = (count: number) => (event: RunEvent) => {
      if (event.type === "progress" && event.progress.phase === "primal") withheld = count;
      watch(event);
    };
    finished(await engine.run(STEPS, lose(1)));
    expect(waits).toEqual([{ phase: "recovering", done: 0, total: 120, etaSeconds: 120 }]);

    const again = destroying([4]);
    const outcome = await engine.run(STEPS, (event) => {
      if (event.type === "progress" && event.progress.phase === "primal") withheld = 99;
      again(event);
      if (event.type === "progress" && event.progress.phase === "recovering") void engine.cancel();
    });
    expect(outcome.kind).toBe("cancelled");
    const { result } = outcome as Extract<RunOutcome, { kind: "cancelled" }>;
    expect(result?.spectrum.alpha[0].length).toBeGreaterThanOrEqual(3);
    // There is a GPU, though it is withheld; and when it is back, the run can be extended.
    expect((await engine.device()).kind).toBe("device");
    withheld = 0;
    const longer = finished(await engine.extend({ steps: 1, probes: 0 }, silent));
    expect(longer.spectrum.alpha.map((row) => row.length)).toEqual([9, 9]);
  });

  it("is extended and sliced after a loss between two jobs", async () => {
    finished(await engine.run(STEPS, silent));
    gpu.device.destroy();
    await gpu.device.lost;
    const longer = finished(await engine.extend({ steps: 3, probes: 0 }, silent));
    expect(longer.spectrum.alpha.map((row) => row.length)).toEqual([11, 11]);
    gpu.device.destroy();
    await gpu.device.lost;
    const sliced = finished(await engine.slice({ end: "top", place: 0 }, { radius: 0.1, points: 3 }, silent));
    expect(sliced.slices).toHaveLength(1);
    expect(sliced.spectrum).toEqual(longer.spectrum);
  });
});

describe("losses", () => {
  it("halve the slices, and are forgotten after a minute", () => {
    const losses = new Losses();
    expect(losses.slice).toBe(1);
    expect(losses.survives(0)).toBe(true);
    expect(losses.slice).toBe(0.5);
    expect(losses.survives(59_000)).toBe(true);
    expect(losses.slice).toBe(0.25);
    expect(losses.survives(59_500)).toBe(false);
    expect(losses.survives(119_600)).toBe(true);
  });
});

describe("an adapter that is withheld", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  /** The adapter comes back after so many milliseconds. */
  function waiting(givenAfter: number) {
    const left: (number | null)[] = [];
    const began = performance.now();
    const device = whenGiven(
      () =>
        performance.now() - began < givenAfter
          ? Promise.reject(new GpuUnavailable("no adapter"))
          : Promise.resolve("a device"),
      { signal: new AbortController().signal, onProgress: ({ etaSeconds }) => left.push(etaSeconds) },
    );
    return { device, left };
  }

  it("is asked for every second, with a countdown of two minutes, until it is given", async () => {
    const { device, left } = waiting(120_000);
    await vi.advanceTimersByTimeAsync(121_000);
    expect(await device).toBe("a device");
    expect(left).toEqual(Array.from({ length: 120 }, (_, i) => 120 - i));
  });

  it("is given up half a minute after it should have come", async () => {
    const { device, left } = waiting(Number.POSITIVE_INFINITY);
    const ended = expect(device).rejects.toThrow("no adapter");
    await vi.advanceTimersByTimeAsync(152_000);
    await ended;
    expect(left.length).toBeGreaterThan(149);
    expect(left.at(-1)).toBe(0);
  });
});
