/**
 * An engine for tests of the page: it replays a finished RunResult step by step. Each product takes `tick()`, so that
 * a test decides how fast time goes.
 */
import type {
  DeviceAnswer,
  Engine,
  Loaded,
  RunEvent,
  RunOutcome,
  RunResult,
  RunSettings,
} from "../../src/run/protocol.ts";

export interface FakeOptions {
  readonly tick?: () => Promise<void>;
  readonly device?: DeviceAnswer;
  /** Answers `load`; by default the result's own card. */
  readonly loaded?: Loaded;
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

  return {
    device: async () =>
      options.device ?? { kind: "device", device: { ...result.device, software: true, host: "worker" } },
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
    plan: async () => {
      calls.push("plan");
      await tick();
      return { kind: "refused", message: "the fake engine plans nothing" };
    },
  };
}
