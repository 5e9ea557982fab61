/** What a pruning plan is asked and what it answers: plain data, re-exported by protocol.ts. */

import type { MeanEstimate } from "../spectrum/index.ts";
import type { Measured, SecondOrder } from "./planTypes.ts";

export interface PruneRequest {
  /** Patterns over tensor names (params.ts). None: all weights with output channels but those of the logits. */
  readonly tensors: readonly string[];
  /**
   * The fraction of the parameters, or of the multiply-accumulates, of these tensors that may stay, 0 to 1. Null: a table
   * without a choice.
   */
  readonly budget: { readonly kind: "parameters" | "macs"; readonly kept: number } | null;
  /** Products of the channels' traces where no closed sum gives them. */
  readonly probes: number;
  /** Whether loss and accuracy are measured without the channels that go. */
  readonly measure: boolean;
}

/** A weight tensor and its output channels. Lists have an entry per channel. */
export interface PrunedLayer {
  readonly name: string;
  readonly shape: readonly number[];
  /** Axis of `shape` that counts the channels. */
  readonly axis: number;
  readonly size: number;
  /** Multiply-accumulates per sample. */
  readonly macs: number;
  /** tr(H_c)/n_c of the channel's block of the Hessian. */
  readonly meanTrace: readonly number[];
  /** Of these; null where one sample says nothing about the spread. */
  readonly interval95: readonly (readonly [number, number])[] | null;
  /** ||w_c||^2. */
  readonly squaredNorm: readonly number[];
  /** Predicted rise of the loss without the channel, tr(H_c)/n_c ||w_c||^2 / 2: half of HAP's sensitivity. */
  readonly rise: readonly number[];
  /** Channels that go, ascending. */
  readonly removed: readonly number[];
}

export interface ChosenPruning {
  /** Channels that go. */
  readonly channels: number;
  /** Parameters and multiply-accumulates per sample that stay, of the tensors of the plan. */
  readonly parameters: number;
  readonly macs: number;
  /** Sum over the channels of their predicted rises, with the interval of the sum. */
  readonly rise: MeanEstimate;
  /** No choice within the budget has a lower predicted rise. */
  readonly leastRise: number;
  /** With the weights of the channels set to zero; null if it was not asked for. */
  readonly measured: (Measured & SecondOrder) | null;
}

/** The file that `prune --json` writes (docs/file-formats.md). */
export interface PrunePlan {
  readonly schema: "eigenscope-prune";
  readonly version: 1;
  readonly engine: string;
  readonly model: { readonly title: string; readonly source: string; readonly sha256: string };
  /** Of the run. */
  readonly sentence: string;
  readonly request: PruneRequest;
  /** Samples of the traces; 0 where they are exact. */
  readonly traceSamples: number;
  /** Why these traces, and what they cost. */
  readonly traceReason: string;
  /** At the weights as they are. */
  readonly loss: number;
  readonly accuracy: number | null;
  readonly layers: readonly PrunedLayer[];
  /** Of these layers. */
  readonly total: { readonly channels: number; readonly parameters: number; readonly macs: number };
  /**
   * Predicted rise against the fraction of the budget's parameters or operations that stays (parameters without a budget), by
   * falling fraction: at most 200 points.
   */
  readonly front: readonly { readonly kept: number; readonly rise: number }[];
  readonly chosen: ChosenPruning | null;
}
