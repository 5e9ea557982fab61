/** The controls of a bit plan. They decide its numbers, so that a link brings the same plan back. */

import { controlWords } from "../strings/en.ts";
import { choice, integer, type NameControl, type NumberControl } from "./controlTypes.ts";

export const planControls = {
  planCost: choice(controlWords.planCost, "cost", ["size", "bops", "latency"]),
  planBudget: {
    kind: "number",
    ...controlWords.planBudget,
    url: "budget",
    min: 0,
    max: 1,
    step: 0.0001,
    default: 0.5,
  } satisfies NumberControl,
  planBits: {
    kind: "name",
    ...controlWords.planBits,
    url: "bits",
    pattern: /^[2-8](,[2-8]){0,6}$/,
    default: "2,4,8",
  } satisfies NameControl,
  planScheme: choice(controlWords.planScheme, "levels", ["symmetric", "asymmetric"]),
  planScale: choice(controlWords.planScale, "scale", ["channel", "tensor", "group"]),
  planGroup: integer(controlWords.planGroup, "group", [1, 4096, 64]),
  planActivations: integer(controlWords.planActivations, "abits", [0, 32, 0]),
  planTied: {
    kind: "name",
    ...controlWords.planTied,
    url: "tie",
    pattern: /^[\w.,;*?!/:[\] -]{0,300}$/,
    default: "",
  } satisfies NameControl,
} as const;
