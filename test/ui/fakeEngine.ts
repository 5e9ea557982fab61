/**
 * An engine for tests of the page: it replays a finished RunResult step by step. Each product takes `tick()`, so that
 * a test decides how fast time goes.
 */
import type {
  DeviceAnswer,
  Direction,
  Engine,
  KernelTable,
  Landscape,
  LandscapeAxis,
  Loaded,
  Passport,
  RunEvent,
  RunOutcome,
  RunResult,
  RunSettings,
} from "../../src/run/protocol.ts";
import { coarseToFine, coordinatesAt, evenSteps, predictedAt } from "../../src/spectrum/landscape.ts";

const SOUND: Passport = {
  version: 1,
  functions: [],
  subnormals: { operands: "kept", results: "kept" },
  nonFinite: { carried: true, made: true, seenByBits: true, seenByComparison: true, hiddenByMaximum: false },
  twoSum: { exact: true, points: 1, failures: 0 },
  multiplyAdd: { written: "fused", builtin: "fused" },
  repeatable: true,
  faults: [],
};

/** One shape that is twice as fast in another tiling. */
const registers = { family: "registers", columns: 2, workgroup: 32, splitK: 1 } as const;
export const KERNELS: KernelTable = {
  ...{ schema: "eigenscope-kernels", version: 1, engine: "Eigenscope 0.1.0" },
  device: {
    ...{ name: "GPU", vendor: "", architecture: "" },
    limits: { maxComputeWorkgroupStorageSize: 16384, maxComputeInvocationsPerWorkgroup: 256 },
  },
  entries: [
    {
      shape: { kind: "matmul", batches: 1, m: 64, n: 64, k: 64, ta: false, tb: true, pairs: 2 },
      uses: 2,
      measured: [
        { tiling: { ...registers, rows: 8 }, ms: 2 },
        { tiling: { ...registers, rows: 4 }, ms: 1 },
      ],
      chosen: 1,
    },
  ],
};

import { samplePlan } from "./samplePlan.ts";

export interface FakeOptions {
  readonly tick?: () => Promise<void>;
  readonly device?: DeviceAnswer;
  /** Answers `load`; by default the result's own card. */
  readonly loaded?: Loaded;
  /** Answers `tune`. */
  readonly table?: KernelTable;
  /** Shapes of a table with another tiling than the usual one. */
  readonly others?: number;
  /** Ends a run this way instead of `done`. */
  readonly outcome?: RunOutcome;
  readonly calls?: string[];
}

export function createFakeEngine(result: RunResult, options: FakeOptions = {}): Engine {
  const { tick = async () => {}, calls = [] } = options;
  let known = result;
  let paused = false;
  let cancelled = false;

  /** The result as it stands after so many steps. */
  function after(steps: number, settings: RunSettings): RunResult {
    const cut = (rows: readonly (readonly number[])[]) => rows.map((row) => row.slice(0, steps));
    const { spectrum } = result;
    return {
      ...result,
      settings,
      spectrum: {
        nodes: cut(spectrum.nodes),
        weights: cut(spectrum.weights),
        alpha: cut(spectrum.alpha),
        beta: cut(spectrum.beta),
      },
      slices: [],
    };
  }

  async function replay(
    steps: number,
    settings: RunSettings,
    onEvent: (event: RunEvent) => void,
  ): Promise<RunOutcome> {
    cancelled = false;
    for (let step = 1; step <= steps; step++) {
      do await tick();
      while (paused && !cancelled);
      if (cancelled) return { kind: "cancelled", result: step > 1 ? after(step - 1, settings) : null };
      onEvent({
        type: "progress",
        progress: { phase: "lanczos", done: step, total: steps, etaSeconds: steps - step },
      });
      onEvent({ type: "snapshot", result: after(step, settings) });
    }
    if (options.outcome !== undefined) return options.outcome;
    known = after(steps, settings);
    return { kind: "done", result: known };
  }

  const device = async (): Promise<DeviceAnswer> =>
    options.device ?? { kind: "device", device: { ...result.device, software: true, host: "worker" } };
  return {
    device,
    examine: async () => {
      calls.push("examine");
      const answer = await device();
      return answer.kind === "device"
        ? { kind: "device", device: { ...answer.device, passport: SOUND } }
        : answer;
    },
    sizes: async () => ({ kind: "planned", sizes: [] }),
    tune: async () => {
      calls.push("tune");
      await tick();
      return { kind: "tuned", table: options.table ?? KERNELS };
    },
    takeKernels: async (table) => {
      calls.push(`kernels ${table === null ? "usual" : table.length}`);
      const { others = 1 } = options;
      return table === null
        ? { kind: "used", table: null }
        : { kind: "used", table: { shapes: 1, others, usualMs: 4, chosenMs: others === 0 ? 4 : 2 } };
    },
    load: async (model) => {
      calls.push(`load ${model.kind === "bundled" ? model.id : model.files[0].name}`);
      await tick();
      if (options.loaded !== undefined) return options.loaded;
      const id = model.kind === "bundled" ? model.id : null;
      return { kind: "loaded", card: { ...result.model, id } };
    },
    inspect: async ({ batchSize }) => {
      calls.push(`inspect ${batchSize}`);
      await tick();
      const { loss, accuracy } = result;
      const statistics = { mean: [0], std: [1], classCounts: [batchSize], tokens: null };
      return {
        kind: "inspected",
        inspection: { loss, accuracy, shape: [batchSize, 1], ...statistics, drawn: null },
      };
    },
    run: (settings, onEvent) => {
      calls.push(`run ${settings.steps}`);
      return replay(settings.steps, settings, onEvent);
    },
    extend: (more, onEvent) => {
      calls.push(`extend ${more.steps} ${more.probes}`);
      const settings = { ...known.settings, steps: known.settings.steps + more.steps };
      return replay(settings.steps, settings, onEvent);
    },
    pause: async () => {
      paused = true;
    },
    resume: async () => {
      paused = false;
    },
    cancel: async () => {
      cancelled = true;
    },
    slice: async (rank) => {
      calls.push(`slice ${rank.end} ${rank.place}`);
      await tick();
      const ritz = known.eigenvalues[rank.end][rank.place];
      const steps = [-0.5, -0.25, 0, 0.25, 0.5];
      const slice = {
        rank,
        eigenvalue: ritz.value,
        slope: 0,
        steps,
        loss: steps.map((step) => known.loss + (step * step * ritz.value) / 2),
      };
      known = { ...known, slices: [...known.slices, slice] };
      return { kind: "done", result: known };
    },
    landscape: async ({ axes, bn }, onEvent) => {
      calls.push(
        `landscape ${axes.map(({ direction, points }) => `${direction.kind} ${points}`).join(", ")}`,
      );
      const steps = axes.map(({ from, to, points }) => evenSteps(from, to, points));
      const curvature = axes.map((_, i) => axes.map((__, j) => (i === j ? 10 - 4 * i : 1)));
      const prediction = { loss: known.loss, slope: axes.map(() => 0.1), curvature };
      const order = coarseToFine(steps.map((axis) => axis.length));
      const loss = new Array<number | null>(order.length).fill(null);
      cancelled = false;
      const show = (measured: number) => {
        const landscape: Landscape = {
          axes: axes.map(({ direction }, i) => ({
            direction: nameOf(direction, known),
            length: 1,
            steps: steps[i],
          })),
          batchNorm: bn,
          measured,
          loss: [...loss],
          accuracy: loss.map((value) => (value === null ? null : 1 / (1 + value))),
          prediction,
          marks: [],
        };
        known = { ...known, landscapes: [landscape] };
        onEvent({ type: "snapshot", result: known });
      };
      for (const [measured, place] of order.entries()) {
        await tick();
        if (cancelled) return { kind: "cancelled", result: known };
        // A little more than the prediction, the further from the weights.
        const at = coordinatesAt(steps, place);
        loss[place] = predictedAt(prediction, at) + at.reduce((sum, x) => sum + Math.abs(x) ** 3, 0);
        const progress = { done: measured + 1, total: order.length, etaSeconds: order.length - measured };
        onEvent({ type: "progress", progress: { phase: "landscape", ...progress } });
        show(measured + 1);
      }
      return { kind: "done", result: known };
    },
    ask: async (question) => {
      calls.push(`ask ${question.kind}${question.kind === "plan" ? ` ${question.request.measure}` : ""}`);
      await tick();
      if (question.kind !== "plan")
        return { kind: "refused", message: `the fake engine has no answer to ${question.kind}` };
      const answered = { kind: "plan", answer: samplePlan(question.request, known.trace.samples) } as const;
      known = { ...known, answers: [...(known.answers ?? []), answered] };
      return { kind: "done", result: known };
    },
  };
}

function nameOf(direction: Direction, { eigenvalues }: RunResult): LandscapeAxis["direction"] {
  if (direction.kind === "ritz")
    return { ...direction, eigenvalue: eigenvalues[direction.end][direction.place].value };
  if (direction.kind === "random" || direction.kind === "gradient") return direction;
  throw new Error("the fake engine reads no files");
}
