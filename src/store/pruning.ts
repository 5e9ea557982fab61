/**
 * Which output channels of a shown run go: from one answer of the engine every budget is met here, so that a drag is live.
 * Pure.
 */
import type { ChosenPruning, PrunePlan, PruneRequest, RunResult } from "../run/protocol.ts";
import { answersTo } from "../run/questions.ts";
import { type Channel, removalCurve, removeWithin } from "../spectrum/pruning.ts";
import { thinned, weightedSum } from "../spectrum/sensitivity.ts";
import type { PredictedRise } from "./bitPlanning.ts";
import type { ControlValues } from "./controls.ts";
import type { pruneControls } from "./pruneControls.ts";

export type PruneControls = Pick<ControlValues, keyof typeof pruneControls>;

/** Points of the curve that a file keeps, as in the engine's. */
const FRONT_POINTS = 200;

/** @param measured whether the plan of the controls is measured, or the traces of the channels alone are */
export const pruneRequest = (
  { settings }: RunResult,
  { pruneCost, pruneKept }: PruneControls,
  measured: boolean,
): PruneRequest => ({
  tensors: [],
  budget: measured ? { kind: pruneCost, kept: pruneKept } : null,
  probes: settings.traceProbes,
  measure: measured,
});

/** The last answer about all channels; null where there is none. */
export const pruneTable = (result: RunResult): PrunePlan | null =>
  answersTo(result, "prune").findLast(({ request }) => request.tensors.length === 0) ?? null;

export interface Pruning {
  readonly table: PrunePlan;
  /** The shares that stay and the predicted rises as the channels go one after the other, the whole network last. */
  readonly curve: readonly { readonly kept: number; readonly rise: number }[];
  /** Null where each tensor's last channel already takes more. */
  within(kept: number): SolvedPruning | null;
}

export interface SolvedPruning {
  /** Of the parameters or multiply-accumulates of these tensors. */
  readonly kept: number;
  /** Channels that go, by tensor of the table, ascending. */
  readonly removed: readonly (readonly number[])[];
  readonly channels: number;
  readonly parameters: number;
  readonly macs: number;
  /** The interval is that of channels which all err the same way; the engine's own is narrower. */
  readonly rise: PredictedRise;
  /** No choice within the budget has a lower predicted rise. */
  readonly leastRise: number;
}

export function pruning(table: PrunePlan, kind: PruneControls["pruneCost"]): Pruning {
  const { layers } = table;
  const channels = layers.flatMap(({ size, macs, rise }, tensor): Channel[] =>
    rise.map((own) => ({ tensor, cost: (kind === "macs" ? macs : size) / rise.length, rise: own })),
  );
  const total = channels.reduce((sum, { cost }) => sum + cost, 0);
  return {
    table,
    curve: removalCurve(channels).toReversed(),
    within(kept) {
      const removal = removeWithin(channels, kept * total);
      if (removal === null) return null;
      const removed = byTensor(table, removal.order);
      const stays = (whole: (layer: PrunePlan["layers"][number]) => number): number =>
        layers.reduce(
          (sum, layer, i) => sum + Math.round(whole(layer) * (1 - removed[i].length / layer.rise.length)),
          0,
        );
      return {
        ...{
          kept: removal.kept / total,
          removed,
          channels: removal.order.length,
          leastRise: removal.leastRise,
        },
        parameters: stays(({ size }) => size),
        macs: stays(({ macs }) => macs),
        rise: riseOf(table, removed),
      };
    },
  };
}

/** Channels by their number in the table, as places within their tensors. */
function byTensor({ layers }: PrunePlan, order: readonly number[]): number[][] {
  const places = layers.flatMap(({ rise }, tensor) => rise.map((_, channel) => ({ tensor, channel })));
  const removed = layers.map((): number[] => []);
  for (const place of order.toSorted((a, b) => a - b)) {
    const { tensor, channel } = places[place];
    removed[tensor].push(channel);
  }
  return removed;
}

function riseOf({ layers }: PrunePlan, removed: readonly (readonly number[])[]): PredictedRise {
  const terms = layers.flatMap(({ rise, interval95, squaredNorm }, i) =>
    removed[i].map((c) => {
      const bounds = interval95?.[c];
      const factor = squaredNorm[c] / 2;
      return {
        estimate: rise[c],
        standardError: null,
        interval95: bounds === undefined ? null : ([bounds[0] * factor, bounds[1] * factor] as const),
      };
    }),
  );
  const { estimate, interval95 } = weightedSum(
    terms,
    terms.map(() => 1),
  );
  return { estimate, interval95 };
}

/** What was measured without these very channels, the latest. */
export function measuredPruning(result: RunResult, { removed }: SolvedPruning): ChosenPruning | null {
  const wanted = JSON.stringify(removed);
  const found = answersTo(result, "prune").findLast(
    ({ layers, chosen }) =>
      chosen !== null &&
      chosen.measured !== null &&
      JSON.stringify(layers.map((layer) => layer.removed)) === wanted,
  );
  return found?.chosen ?? null;
}

/** The plan as the file that the headless command writes (docs/file-formats.md). */
export function pruneFile(
  { table, curve }: Pruning,
  solved: SolvedPruning,
  { pruneCost, pruneKept }: PruneControls,
  measured: ChosenPruning | null,
): PrunePlan {
  const { channels, parameters, macs, rise, leastRise, removed } = solved;
  return {
    ...table,
    request: { ...table.request, budget: { kind: pruneCost, kept: pruneKept }, measure: measured !== null },
    layers: table.layers.map((layer, i) => ({ ...layer, removed: removed[i] })),
    front: thinned(curve.toReversed(), FRONT_POINTS),
    chosen: measured ?? {
      ...{ channels, parameters, macs, leastRise, measured: null },
      rise: { ...rise, standardError: null },
    },
  };
}
