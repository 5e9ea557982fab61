/** The controls of a pruning plan. */

import { controlWords } from "../strings/en.ts";
import { choice, type NumberControl } from "./controlTypes.ts";

export const pruneControls = {
  pruneCost: choice(controlWords.pruneCost, "prune", ["parameters", "macs"]),
  pruneKept: {
    kind: "number",
    ...controlWords.pruneKept,
    url: "kept",
    min: 0,
    max: 1,
    step: 0.0001,
    default: 0.8,
  } satisfies NumberControl,
} as const;
