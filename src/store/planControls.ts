/** The controls of a bit plan. They decide its numbers, so that a link brings the same plan back. */
import { choice, integer, type NameControl, type NumberControl } from "./controlTypes.ts";

export const planControls = {
  planCost: choice(
    "Budget",
    "cost",
    [
      { value: "size", label: "size" },
      { value: "bops", label: "bit operations" },
      { value: "latency", label: "latency" },
    ],
    "What is scarce: bytes of the weights, multiply-accumulates times bits of both sides, or your own measured times.",
  ),
  planBudget: {
    kind: "number",
    label: "Share of the budget",
    url: "budget",
    min: 0,
    max: 1,
    step: 0.0001,
    default: 0.5,
    help: "0 is every layer at the fewest bits, 1 every layer at the most.",
  } satisfies NumberControl,
  planBits: {
    kind: "name",
    label: "Bits to choose from",
    url: "bits",
    pattern: /^[2-8](,[2-8]){0,6}$/,
    what: "widths from 2 to 8 with commas between",
    default: "2,4,8",
    help: "Each layer gets one of these widths.",
  } satisfies NameControl,
  planScheme: choice(
    "Levels",
    "levels",
    [
      { value: "symmetric", label: "symmetric" },
      { value: "asymmetric", label: "asymmetric" },
    ],
    "Symmetric: as many levels on both sides of zero. Asymmetric: from the smallest to the largest weight.",
  ),
  planScale: choice(
    "One scale per",
    "scale",
    [
      { value: "channel", label: "channel" },
      { value: "tensor", label: "tensor" },
      { value: "group", label: "group" },
    ],
    "What shares a scale: an output channel, the whole tensor, or a group of weights within a channel.",
  ),
  planGroup: integer(
    "Weights in a group",
    "group",
    [1, 4096, 64],
    "Weights that share a scale, within a channel.",
  ),
  planActivations: integer(
    "Activation bits",
    "abits",
    [0, 32, 0],
    "Bits of what the weights are multiplied with; 0 means as many as the weights. They count in bit operations alone.",
  ),
  planTied: {
    kind: "name",
    label: "Tied layers",
    url: "tie",
    pattern: /^[\w.,;*?!/:[\] -]{0,300}$/,
    what: "patterns over tensor names, commas within a set and semicolons between sets",
    default: "",
    help: "Layers that share their bits: patterns with commas within a set, semicolons between sets.",
  } satisfies NameControl,
} as const;
