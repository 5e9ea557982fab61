/** What a run says of each layer whose weights can be quantised: one row each, in the order of the network. Pure. */
import type { BitPlan, PlannedOption, RunResult, SubsetLayer } from "../run/protocol.ts";
import { isQuantised } from "../spectrum/sensitivity.ts";
import { groupName } from "./groupName.ts";
import { blockSpectrum, subsetLayers } from "./layerSpectra.ts";
import { pruneTable } from "./pruning.ts";

export interface Bounded {
  readonly estimate: number;
  readonly interval95: readonly [number, number] | null;
}

export interface LayerRow {
  readonly name: string;
  /** Part of the network: `layer1`. */
  readonly group: string;
  readonly shape: readonly number[];
  readonly size: number;
  /** Multiply-accumulates per sample; null where no answer says. */
  readonly macs: number | null;
  /** Of the tensor's block: by the plan, which takes exact ones where it can, else by the run; null where neither has it. */
  readonly trace: Bounded | null;
  readonly perParameter: Bounded | null;
  /** Largest eigenvalue of the block; null where it is not known. */
  readonly top: { readonly value: number; readonly converged: boolean } | null;
  /** The largest eigenvalue of the block over subsets of the batch; null where it is not known. */
  readonly subsets: SubsetLayer | null;
  /** Mean over the output channels of the predicted rise without one (HAP); null where it is not known. */
  readonly channelRise: number | null;
  /** Predicted rises of the loss, fewest bits first; none where no answer has the rounding errors. */
  readonly options: readonly PlannedOption[];
}

export function layerRows(result: RunResult, table: BitPlan | null): LayerRow[] {
  const { model, trace } = result;
  const traces = new Map(trace.perLayer.map((layer) => [layer.name, layer]));
  const planned = new Map(table?.layers.map((layer) => [layer.name, layer]) ?? []);
  const channels = new Map(
    pruneTable(result)?.layers.map(({ name, rise }) => [name, rise.reduce((a, b) => a + b, 0) / rise.length]),
  );
  const subsets = subsetLayers(result);
  // A run of a block looks at its tensors alone.
  const looked = model.tensors.filter(
    (tensor) => isQuantised(tensor) && (traces.size === 0 || traces.has(tensor.name)),
  );
  return looked.map((tensor) => {
    const { name, shape, size } = tensor;
    const layer = planned.get(name);
    const own = traces.get(name);
    const mean = layer?.meanTrace ?? (own === undefined ? null : scaled(own, 1 / size));
    return {
      ...{ name, shape, size, group: groupName(tensor), macs: layer?.macs ?? null },
      trace: mean === null ? null : scaled(mean, size),
      perParameter: mean,
      top: blockSpectrum(result, name)?.top ?? null,
      subsets: subsets.get(name) ?? null,
      channelRise: channels.get(name) ?? null,
      options: layer?.options ?? [],
    };
  });
}

const scaled = ({ estimate, interval95 }: Bounded, by: number): Bounded => ({
  estimate: estimate * by,
  interval95: interval95 === null ? null : [interval95[0] * by, interval95[1] * by],
});
