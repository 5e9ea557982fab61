/** What a bit plan is asked and what it answers: plain data, re-exported by protocol.ts. */

import type { Latency } from "../model/latencyTable.ts";
import type { CostKind, MeanEstimate, PlanOption, QuantiserScheme } from "../spectrum/index.ts";

export interface PlanRequest extends QuantiserScheme {
  /** Bit widths to choose from, 2 to 8. */
  readonly bits: readonly number[];
  readonly cost: CostKind;
  /**
   * `fraction`: 0 is all layers at the fewest bits, 1 all at the most; `absolute`: bytes, bit operations per sample or
   * milliseconds. Null: a table and a front without a choice.
   */
  readonly budget: { readonly kind: "fraction" | "absolute"; readonly value: number } | null;
  /** Of the bit operations: bits of the activations; null for as many as the weights they meet. */
  readonly activationBits: number | null;
  /** Times of all quantised layers at all bits, for the cost `latency`. */
  readonly latency: readonly Latency[];
  /** Sets of tensors, by names or patterns with *, that share their bits. */
  readonly tied: readonly (readonly string[])[];
  /**
   * `run`: the traces of the run as they are. `auto`: exact ones in their place where a closed sum gives them at reasonable
   * cost (traceMethod.ts). Default: `auto`.
   */
  readonly traces?: "auto" | "run";
  /** What to measure with the planned weights: nothing, the whole plan, or also every layer alone. */
  readonly measure: "nothing" | "plan" | "layers";
}

/** Loss and accuracy that were measured with quantised weights. */
export interface Measured {
  readonly loss: number;
  readonly accuracy: number | null;
  /** Loss minus the loss of the weights as they are, by the same program. */
  readonly rise: number;
}

/** What slope and curvature predict of a change d of all weights together. */
export interface SecondOrder {
  /** g'd. */
  readonly firstOrder: number;
  /** d'Hd / 2 by one product, without the weight decay of the run, which the loss does not have. */
  readonly secondOrder: number;
}

export interface PlannedOption extends PlanOption {
  /** ||Q(w) - w||^2. */
  readonly squaredError: number;
  /** Of `loss`, the predicted rise. */
  readonly interval95: readonly [number, number] | null;
}

export interface PlannedLayer {
  /** Of the weight tensor. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  /** Multiply-accumulates per sample with this tensor. */
  readonly macs: number;
  /** Trace of the tensor's block of the Hessian over its size: HAWQ-V2, HAWQ-V3. */
  readonly meanTrace: MeanEstimate;
  /** Largest eigenvalue of the block over its size: HAWQ-V1. Null where it is not known. */
  readonly hawqV1: number | null;
  /** One per bit width, fewest first. */
  readonly options: readonly PlannedOption[];
  /** Bits in the plan; null without a budget. */
  readonly bits: number | null;
  /** With this tensor alone at its planned bits; null if it was not asked for. */
  readonly measured: Measured | null;
}

/** The plan of least predicted rise within the budget. */
export interface ChosenPlan {
  /** In the unit of the cost. */
  readonly budget: number;
  readonly cost: number;
  /** Sum over the layers of tr/n ||Q(w) - w||^2 / 2, with the interval of the sum. */
  readonly rise: MeanEstimate;
  /** Null if it was not asked for. */
  readonly measured: (Measured & SecondOrder) | null;
}

/** The file that `plan --json` writes (docs/file-formats.md). */
export interface BitPlan {
  readonly schema: "eigenscope-plan";
  readonly version: 1;
  readonly engine: string;
  readonly model: { readonly title: string; readonly source: string; readonly sha256: string };
  /** Of the run whose trace was used. */
  readonly sentence: string;
  /** Samples of the trace; 0 where it is exact. */
  readonly traceSamples: number;
  /** Why these traces and what they cost; absent where the run was told its method. */
  readonly traceReason?: string;
  /** Without the latency table. */
  readonly request: Omit<PlanRequest, "latency">;
  /** At the weights as they are. */
  readonly loss: number;
  readonly accuracy: number | null;
  /** Parameters in tensors that are not quantised: biases, scales of norms. */
  readonly unquantised: number;
  readonly layers: readonly PlannedLayer[];
  /** All layers at the same bits: cost and predicted rise. */
  readonly uniform: readonly PlanOption[];
  /** Plans that no other beats in both cost and predicted rise, by rising cost: at most 200 of them, evenly by place. */
  readonly front: readonly { readonly cost: number; readonly loss: number }[];
  readonly frontSize: number;
  readonly chosen: ChosenPlan | null;
}
