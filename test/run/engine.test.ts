import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LocalEngine } from "../../src/run/engine.ts";
import type { RunEvent, RunOutcome, RunResult } from "../../src/run/protocol.ts";
import { images, mlp, resnet8, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const gpu = new WatchedGpu();
let engine: LocalEngine;

beforeAll(async () => {
  engine = engineOn(gpu.entry);
  expect((await engine.load(mlp(), vectors())).kind).toBe("loaded");
});
afterAll(() => engine.destroy());

const matrices = ({ spectrum }: RunResult) => ({ alpha: spectrum.alpha, beta: spectrum.beta });
const quadratures = ({ spectrum }: RunResult) => ({ nodes: spectrum.nodes, weights: spectrum.weights });
const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs, and calls `at` once, when `steps` Lanczos steps have been reported. */
function runAndAt(steps: number, at: () => void, more: Parameters<typeof settings>[0] = {}) {
  const events: RunEvent[] = [];
  const outcome = engine.run(settings(more), (event) => {
    events.push(event);
    if (
      event.type === "progress" &&
      event.progress.phase === "lanczos" &&
      event.progress.done === steps &&
      !events.slice(0, -1).includes(event)
    )
      at();
  });
  return { events, outcome };
}

describe("a run", () => {
  it("reports its phases in order and ends with a complete result", async () => {
    const events: RunEvent[] = [];
    const result = finished(await engine.run(settings({ traceProbes: 4, steps: 12 }), (e) => events.push(e)));
    const order = ["loading", "compiling", "primal", "lanczos", "trace", "checks"];
    const phases = events.flatMap((e) => (e.type === "progress" ? [e.progress.phase] : []));
    expect([...new Set(phases)]).toEqual(order);
    expect(phases.map((p) => order.indexOf(p))).toEqual(
      phases.map((p) => order.indexOf(p)).toSorted((a, b) => a - b),
    );
    for (const e of events) {
      if (e.type !== "progress") continue;
      expect(e.progress.done).toBeLessThanOrEqual(e.progress.total);
    }
    expect(events.some((e) => e.type === "snapshot")).toBe(true);

    expect(Object.keys(result).toSorted()).toEqual(
      [
        ...["schema", "version", "engine", "model", "settings", "microBatch", "drawn", "meaning", "loss"],
        ...["accuracy"],
        ...["gradientNorm", "parameterCount", "eigenvalues", "trace", "spectrum", "slices", "checks"],
        ...["notChecked"],
        ...["device", "products", "seconds"],
      ].toSorted(),
    );
    expect(structuredClone(result)).toEqual(result);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(result.parameterCount).toBe(58);
    expect(result.meaning.sentence).toBe(
      "Hessian of the mean cross-entropy over 6 samples (samples 0 to 5 of vectors.npz), no BatchNorm, no dropout, no weight decay, all 58 parameters, float32.",
    );
    expect(result.device).toMatchObject({ host: "node", passport: { faults: [], repeatable: true } });
    expect(result.device.passport?.paths).toContain("maximum keeps NaN");
    expect(await engine.examine()).toEqual({ kind: "device", device: result.device });
    expect(result.seconds).toBeGreaterThan(0);
    // 2 x 12 steps, 2 more trace samples; 2 for the moments, 2 for the symmetry, the residual and the sample.
    expect(result.products).toBe(32);

    const { nodes, weights, alpha, beta } = result.spectrum;
    expect([nodes, weights, alpha, beta].map((rows) => rows.map((row) => row.length))).toEqual(
      Array.from({ length: 4 }, () => [12, 12]),
    );
    for (const row of weights) expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    for (const row of nodes) expect(row).toEqual(row.toSorted((a, b) => a - b));
    const { top, bottom } = result.eigenvalues;
    expect([top.length, bottom.length]).toEqual([3, 2]);
    expect(top[0].value).toBeGreaterThanOrEqual(top[1].value);
    expect(bottom[0].value).toBeLessThanOrEqual(bottom[1].value);

    const { trace } = result;
    const [low, high] = trace.interval95 as [number, number];
    expect(trace.samples).toBe(4);
    expect(low).toBeLessThan(trace.estimate);
    expect(high).toBeGreaterThan(trace.estimate);
    expect(trace.perLayer.map(({ name, size }) => [name, size])).toEqual([
      ["fc1.weight", 35],
      ["fc1.bias", 5],
      ["fc2.weight", 15],
      ["fc2.bias", 3],
    ]);
    expect(trace.perLayer.reduce((sum, l) => sum + l.estimate, 0)).toBeCloseTo(trace.estimate, 5);
    expect(result.checks.map((c) => c.name)).toEqual([
      ...["sum of weights", "orthogonality", "ghosts", "non-finite numbers", "arithmetic of the device"],
      ...["moments 1 to 4", "symmetry", "residual of the top pair", "float64 on a sample", "second route"],
    ]);
    expect(result.notChecked).toEqual([]);
    expect(result.checks.filter((c) => !c.passed)).toEqual([]);
  });

  it("repeats bit for bit", async () => {
    const [one, other] = [
      finished(await engine.run(settings(), silent)),
      finished(await engine.run(settings(), silent)),
    ];
    expect(other.spectrum).toEqual(one.spectrum);
    expect(other.trace).toEqual(one.trace);
  });

  it("is refused beside another one, which goes on", async () => {
    const first = engine.run(settings(), silent);
    expect(await engine.run(settings(), silent)).toEqual({
      kind: "failed",
      message: "A run is going on: cancel it first.",
    });
    expect((await first).kind).toBe("done");
  });

  it("does not let memory grow over twenty runs", async () => {
    const short = settings({ steps: 3, probes: 1, traceProbes: 1 });
    for (let i = 0; i < 2; i++) await engine.run(short, silent);
    const held = gpu.liveBytes;
    for (let i = 0; i < 20; i++) await engine.run(short, silent);
    expect(gpu.liveBytes).toBe(held);
  });

  it("does not let memory grow over slices, extensions and refusals", async () => {
    await engine.run(settings({ steps: 6 }), silent);
    await engine.slice({ end: "top", place: 0 }, { radius: 0.1, points: 3 }, silent);
    const held = gpu.liveBytes;
    for (let i = 0; i < 5; i++)
      await engine.slice({ end: "top", place: 0 }, { radius: 0.1, points: 3 }, silent);
    expect(gpu.liveBytes).toBe(held);
    await engine.run(settings({ batchSize: 100 }), silent);
    await engine.run(settings({ steps: 6 }), silent);
    await engine.slice({ end: "top", place: 0 }, { radius: 0.1, points: 3 }, silent);
    expect(gpu.liveBytes).toBe(held);
  });
});

describe("cancelling", () => {
  afterEach(() => engine.cancel());

  it("keeps what is known, takes effect at once, and the run can go on from there", async () => {
    const whole = finished(await engine.run(settings({ steps: 20 }), silent));
    let asked = 0;
    const { outcome } = runAndAt(
      3,
      () => {
        asked = performance.now();
        void engine.cancel();
      },
      { steps: 20 },
    );
    const ended = (await outcome) as Extract<RunOutcome, { kind: "cancelled" }>;
    expect(performance.now() - asked).toBeLessThan(2000);
    expect(ended.kind).toBe("cancelled");
    const known = ended.result as RunResult;
    // At most the two steps in flight come on top.
    expect(known.spectrum.alpha[0].length).toBeGreaterThanOrEqual(3);
    expect(known.spectrum.alpha[0].length).toBeLessThanOrEqual(5);
    expect(known.spectrum.alpha.length).toBe(1);
    expect(known.loss).toBe(whole.loss);
    const rest = finished(await engine.extend({ steps: 0, probes: 0 }, silent));
    expect(rest.spectrum).toEqual(whole.spectrum);
  });

  it("before the first product leaves nothing, and the next run is whole", async () => {
    const outcome = engine.run(settings(), (event) => {
      if (event.type === "progress" && event.progress.phase === "primal") void engine.cancel();
    });
    expect(await outcome).toEqual({ kind: "cancelled", result: null });
    expect((await engine.run(settings(), silent)).kind).toBe("done");
  });

  it("ends a paused run", async () => {
    const { events, outcome } = runAndAt(2, () => void engine.pause(), { steps: 20 });
    while (events.filter((e) => e.type === "progress" && e.progress.phase === "lanczos").length < 2)
      await tick(5);
    await tick(50);
    await engine.cancel();
    expect((await outcome).kind).toBe("cancelled");
  });
});

describe("pausing", () => {
  it("stops the events until the run is resumed, and changes no number", async () => {
    const whole = finished(await engine.run(settings(), silent));
    const { events, outcome } = runAndAt(3, () => void engine.pause());
    while (events.filter((e) => e.type === "progress" && e.progress.phase === "lanczos").length < 3)
      await tick(5);
    await tick(20);
    const seen = events.length;
    await tick(200);
    expect(events.length).toBe(seen);
    await engine.resume();
    const result = finished(await outcome);
    expect(events.length).toBeGreaterThan(seen);
    expect(result.spectrum).toEqual(whole.spectrum);
  });
});

describe("extending", () => {
  it("by steps gives bit for bit the longer run", async () => {
    const longer = finished(await engine.run(settings({ steps: 11 }), silent));
    await engine.run(settings({ steps: 6 }), silent);
    const extended = finished(await engine.extend({ steps: 5, probes: 0 }, silent));
    expect(extended.settings.steps).toBe(11);
    expect(matrices(extended)).toEqual(matrices(longer));
    expect(quadratures(extended)).toEqual(quadratures(longer));
    expect(extended.eigenvalues).toEqual(longer.eigenvalues);
  });

  it("beyond the room that was allocated gives bit for bit the longer run", async () => {
    const longer = finished(await engine.run(settings({ steps: 30, probes: 1 }), silent));
    await engine.run(settings({ steps: 4, probes: 1 }), silent);
    const extended = finished(await engine.extend({ steps: 26, probes: 0 }, silent));
    expect(matrices(extended)).toEqual(matrices(longer));
  });

  it("by probes keeps the old rows and adds those of a run with more probes", async () => {
    const wider = finished(await engine.run(settings({ probes: 3, traceProbes: 3 }), silent));
    const before = finished(await engine.run(settings({ probes: 1, traceProbes: 2 }), silent));
    const extended = finished(await engine.extend({ steps: 0, probes: 2 }, silent));
    expect(extended.spectrum.alpha[0]).toEqual(before.spectrum.alpha[0]);
    expect(quadratures(extended)).toEqual(quadratures(wider));
    expect(extended.trace.samples).toBe(3);
    expect(extended.trace.estimate).toBeCloseTo(wider.trace.estimate, 6);
  });
});

describe("a slice", () => {
  it("goes through the loss at the weights with the slope and the curvature that it predicts", async () => {
    const run = finished(await engine.run(settings({ steps: 20, probes: 1 }), silent));
    for (const end of ["top", "bottom"] as const) {
      const outcome = await engine.slice({ end, place: 0 }, { radius: 0.1, points: 5 }, silent);
      const slice = finished(outcome).slices.find((s) => s.rank.end === end);
      if (slice === undefined) throw new Error("the slice is not in the result");
      const { steps, loss, slope, eigenvalue } = slice;
      expect(steps).toHaveLength(5);
      expect(steps[0]).toBeCloseTo(-0.1, 12);
      expect(steps[2]).toBe(0);
      expect(loss[2]).toBeCloseTo(run.loss, 6);
      const h = steps[3];
      // float32 losses: 1e-7 of the loss, divided by h and by its square.
      expect((loss[3] - loss[1]) / (2 * h)).toBeCloseTo(slope, 3);
      expect((loss[3] - 2 * loss[2] + loss[1]) / h ** 2).toBeCloseTo(eigenvalue, 2);
      expect(eigenvalue).toBe(run.eigenvalues[end][0].value);
    }
  });

  it("replaces the earlier one of the same eigenvalue", async () => {
    const options = { radius: 0.5, points: 3 };
    await engine.slice({ end: "top", place: 0 }, options, silent);
    const { slices } = finished(await engine.slice({ end: "top", place: 0 }, options, silent));
    expect(slices.filter((s) => s.rank.end === "top" && s.rank.place === 0)).toHaveLength(1);
  });

  it("along an eigenvalue that the run does not have is refused", async () => {
    expect(await engine.slice({ end: "top", place: 9 }, { radius: 1, points: 3 }, silent)).toEqual({
      kind: "refused",
      message: "The run has no eigenvalue 10 at its top.",
    });
  });
});

describe("a small ResNet", () => {
  it("runs with running statistics and with those of the batch, and both pass their checks", async () => {
    const other = engineOn(gpu.entry);
    expect((await other.load(resnet8(), images())).kind).toBe("loaded");
    for (const bn of ["eval", "batch"] as const) {
      const result = finished(await other.run(settings({ bn, batchSize: 4, steps: 10 }), silent));
      expect(result.meaning.batchNorm).toBe(bn);
      expect(result.checks).toHaveLength(10);
      expect(result.checks.filter((c) => !c.passed)).toEqual([]);
    }
    other.destroy();
  });
});
