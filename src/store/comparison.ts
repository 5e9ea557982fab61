/**
 * Runs side by side as numbers: every quantity with the interval that the run gives it, every difference with the interval
 * that follows from the two, and a difference is claimed only where that interval leaves out zero. Pure.
 */
import type { RunResult } from "../run/protocol.ts";
import { ritzError } from "../spectrum/ritz.ts";
import { negativeMass } from "../spectrum/spectralMass.ts";
import { comparisonWords as words } from "../strings/en.ts";

/** A number and what is known of its error. */
export interface Quantity {
  readonly value: number;
  /** Null where nothing is known of it. */
  readonly interval: readonly [number, number] | null;
  /**
   * `bound`: the truth lies inside, but for rounding. `95 %`: it does in 95 of 100 runs with other probes.
   */
  readonly kind: "bound" | "95 %";
}

export interface Difference {
  /** This run minus the first. */
  readonly value: number;
  readonly interval: readonly [number, number] | null;
  /** `open`: zero is within the interval, or nothing is known of it. */
  readonly verdict: "differs" | "open";
}

export interface ComparedRow {
  readonly name: string;
  /** `share`: a part of one, to be written in per cent. */
  readonly unit: "number" | "share";
  /** One per run; null where the run has no such number. */
  readonly quantities: readonly (Quantity | null)[];
  /** Against the first run, whose own is null. */
  readonly differences: readonly (Difference | null)[];
}

/** Relative error of a sum over a batch in float32. */
const ROUNDING = 1e-5;

/** Loss, accuracy, gradient, extreme eigenvalues, trace and negative mass of two to four runs. */
export function compareRuns(runs: readonly RunResult[]): readonly ComparedRow[] {
  const row = (
    name: string,
    of: (run: RunResult) => Quantity | null,
    unit: ComparedRow["unit"] = "number",
  ): ComparedRow => rowOf(name, unit, runs.map(of));
  return [
    row(words.loss, (run) => rounded(run.loss)),
    row(words.accuracy, ({ accuracy }) => (accuracy === null ? null : exact(accuracy)), "share"),
    row(words.gradientNorm, (run) => rounded(run.gradientNorm)),
    row(words.largest, (run) => extreme(run, "top")),
    row(words.smallest, (run) => extreme(run, "bottom")),
    row(words.trace, ({ trace: { samples, method, estimate, interval95 } }) =>
      method === "exact"
        ? rounded(estimate)
        : samples === 0
          ? null
          : { value: estimate, interval: interval95, kind: "95 %" },
    ),
    row(words.belowZero, negativeShare, "share"),
  ];
}

/** The trace of each part of the network, such as layer1, in the order of the first run that has it. */
export function compareStages(runs: readonly RunResult[]): readonly ComparedRow[] {
  const traces = runs.map(stageTraces);
  const names = [...new Set(traces.flatMap((stages) => [...stages.keys()]))];
  return names.map((name) =>
    rowOf(
      name,
      "number",
      traces.map((stages) => stages.get(name) ?? null),
    ),
  );
}

/**
 * Sums over the tensors of a part. The same probes serve all tensors, so that their errors may go together: the half widths
 * of their intervals are added, which makes an interval that is too wide rather than too narrow.
 */
export function stageTraces({ model, trace }: RunResult): ReadonlyMap<string, Quantity> {
  const groups = new Map(model.tensors.map(({ name, group }) => [name, group]));
  const stages = new Map<string, Quantity>();
  for (const { name, estimate, interval95 } of trace.perLayer) {
    const stage = groups.get(name) ?? name.split(".", 1)[0];
    const kind = trace.method === "exact" ? "bound" : "95 %";
    const own = kind === "bound" ? rounded(estimate).interval : interval95;
    const before = stages.get(stage) ?? { value: 0, interval: [0, 0] as const };
    const interval =
      before.interval === null || own === null
        ? null
        : ([before.interval[0] + own[0], before.interval[1] + own[1]] as const);
    stages.set(stage, { value: before.value + estimate, interval, kind });
  }
  return stages;
}

/**
 * Of independent estimates, by the method of Zou and Donner (2008), Statistics in Medicine 27: the distances of the two
 * numbers from the ends of their intervals that matter are added as squares. Bounds are added as they are.
 */
export function differenceOf(first: Quantity, other: Quantity): Difference {
  const value = other.value - first.value;
  if (first.interval === null || other.interval === null) return { value, interval: null, verdict: "open" };
  const add = first.kind === "95 %" && other.kind === "95 %" ? Math.hypot : (a: number, b: number) => a + b;
  const [[a, b], [c, d]] = [first.interval, other.interval];
  const interval = [
    value - add(other.value - c, b - first.value),
    value + add(d - other.value, first.value - a),
  ] as const;
  return { value, interval, verdict: interval[0] > 0 || interval[1] < 0 ? "differs" : "open" };
}

function rowOf(
  name: string,
  unit: ComparedRow["unit"],
  quantities: readonly (Quantity | null)[],
): ComparedRow {
  const [first] = quantities;
  const differences = quantities.map((quantity, i) =>
    i === 0 || first === null || quantity === null ? null : differenceOf(first, quantity),
  );
  return { name, unit, quantities, differences };
}

const exact = (value: number): Quantity => ({ value, interval: [value, value], kind: "bound" });

function rounded(value: number): Quantity {
  const error = ROUNDING * Math.abs(value);
  return { value, interval: [value - error, value + error], kind: "bound" };
}

/** An eigenvalue lies within the residual of the outermost Ritz value. */
function extreme({ eigenvalues, spectrum }: RunResult, end: "top" | "bottom"): Quantity | null {
  const ritz = eigenvalues[end][0];
  if (ritz === undefined) return null;
  const error = ritzError(ritz.residual, largestOf(spectrum.nodes));
  return { value: ritz.value, interval: [ritz.value - error, ritz.value + error], kind: "bound" };
}

/** Results do not change, and the bounds take milliseconds of each: a live run beside three others must not repeat theirs. */
const shares = new WeakMap<RunResult, Quantity | null>();

/** Share of the eigenvalues that is below zero by more than rounding: by quadrature, with its interval. */
function negativeShare(result: RunResult): Quantity | null {
  const known = shares.get(result);
  if (known !== undefined) return known;
  const share = measureShare(result);
  shares.set(result, share);
  return share;
}

function measureShare({ spectrum, parameterCount }: RunResult): Quantity | null {
  const { nodes, alpha, beta } = spectrum;
  if (!nodes.some((row) => row.length > 0)) return null;
  const columns = alpha.map((diagonal, probe) => ({
    ...{ probe, alpha: [...diagonal], beta: [...(beta[probe] ?? [])], closed: false, quadraticForm: [] },
  }));
  if (columns.length !== nodes.length || columns.some((c, i) => c.alpha.length !== nodes[i].length))
    return null;
  const tolerance = ritzError(0, largestOf(nodes));
  const { fraction, interval95 } = negativeMass(columns, parameterCount, tolerance);
  return { value: fraction, interval: interval95, kind: "95 %" };
}

const largestOf = (nodes: RunResult["spectrum"]["nodes"]): number =>
  nodes.reduce((most, row) => row.reduce((m, theta) => Math.max(m, Math.abs(theta)), most), 0);

/** What makes a comparison say something else than it seems to, in words. */
export function incomparable(runs: readonly RunResult[]): readonly string[] {
  const differing = <T>(of: (run: RunResult) => T) => new Set(runs.map(of)).size > 1;
  const modes = new Set(runs.map(({ meaning }) => meaning.batchNorm).filter((mode) => mode !== "none"));
  const problems: readonly (readonly [boolean, string])[] = [
    [differing(({ meaning }) => meaning.operator), words.matrices],
    [differing(({ meaning }) => `${meaning.loss} ${meaning.reduction}`), words.losses],
    [differing(({ model }) => model.data.sha256 || model.data.source), words.data],
    [!differing(({ model }) => model.data.sha256 || model.data.source) && differing(batchOf), words.batches],
    [modes.size > 1, words.batchNorm],
    [differing(({ meaning }) => meaning.weightDecay), words.weightDecay],
    [differing(({ meaning }) => (meaning.parameters === "all" ? "all" : "some")), words.parameters],
  ];
  return problems.filter(([holds]) => holds).map(([, sentence]) => sentence);
}

/** What chooses the samples. */
const batchOf = ({ settings: { draw = "range", start, dataSeed = 0, batchSize } }: RunResult): string =>
  draw === "range" ? `${start} ${batchSize}` : `random ${dataSeed} ${batchSize}`;
