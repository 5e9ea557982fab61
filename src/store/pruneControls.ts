/** The controls of a pruning plan. */
import { choice, type NumberControl } from "./controlTypes.ts";

export const pruneControls = {
  pruneCost: choice(
    "What pruning frees",
    "prune",
    [
      { value: "parameters", label: "parameters" },
      { value: "macs", label: "multiply-accumulates" },
    ],
    "What a channel frees when it goes: its weights, or its multiply-accumulates.",
  ),
  pruneKept: {
    kind: "number",
    label: "Kept",
    url: "kept",
    min: 0,
    max: 1,
    step: 0.0001,
    default: 0.8,
    help: "The share of the weights, or of the multiply-accumulates, that may stay.",
  } satisfies NumberControl,
} as const;
