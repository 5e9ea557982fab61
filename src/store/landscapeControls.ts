/** The controls of a landscape: those that decide what is measured, and those of its view. */

import { controlWords } from "../strings/en.ts";
import { choice, integer, type NameControl, type NumberControl } from "./controlTypes.ts";

const direction = (words: typeof controlWords.along, url: string, initial: string): NameControl => ({
  ...{ kind: "name", ...words, url, default: initial },
  pattern: /^((top|bottom)[1-9]\d?|random|gradient|checkpoint)$/,
});

export const landscapeControls = {
  landscapeShape: choice(controlWords.landscapeShape, "shape", ["plane", "line"]),
  along: direction(controlWords.along, "along", "top1"),
  across: direction(controlWords.across, "across", "top2"),
  landscapeRadius: {
    kind: "number",
    ...controlWords.landscapeRadius,
    url: "radius",
    min: 0.0001,
    max: 1000,
    step: 0.0001,
    default: 0.5,
  } satisfies NumberControl,
  landscapePoints: integer(controlWords.landscapePoints, "grid", [3, 101, 11]),
  landscapeSeed: integer(controlWords.landscapeSeed, "lseed", [0, 4_294_967_295, 0]),
  oneDimensional: choice(controlWords.oneDimensional, "biases", ["zero", "scaled"]),
  landscapeNorm: choice(controlWords.landscapeNorm, "lbn", ["same", "eval", "batch"]),
  landscape: integer(controlWords.landscape, "landscape", [0, 99, 0]),
  landscapeView: choice(controlWords.landscapeView, "lview", ["map", "surface"]),
  landscapeValue: choice(controlWords.landscapeValue, "value", ["loss", "accuracy", "residual"]),
  landscapeScale: choice(controlWords.landscapeScale, "lscale", ["log", "linear"]),
  surfaceTurn: integer(controlWords.surfaceTurn, "turn", [-180, 180, 35]),
  surfaceTilt: integer(controlWords.surfaceTilt, "tilt", [5, 85, 35]),
} as const;
