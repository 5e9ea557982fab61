/** The controls of a landscape: those that decide what is measured, and those of its view. */
import { choice, integer, type NameControl, type NumberControl } from "./controlTypes.ts";

const direction = (label: string, url: string, initial: string, help: string): NameControl => ({
  ...{ kind: "name", label, url, help, default: initial },
  pattern: /^((top|bottom)[1-9]\d?|random|gradient|checkpoint)$/,
  what: "top1, bottom1, random, gradient or checkpoint",
});

export const landscapeControls = {
  landscapeShape: choice(
    "Landscape",
    "shape",
    [
      { value: "plane", label: "plane" },
      { value: "line", label: "line" },
    ],
    "The loss along one direction from the weights, or over the plane of two.",
  ),
  along: direction(
    "Along",
    "along",
    "top1",
    "The first direction: an eigenvector or the gradient, of length one; random, each filter as long as that of the weights; or to another checkpoint.",
  ),
  across: direction(
    "Across",
    "across",
    "top2",
    "The second direction. What it has of the first one is taken out.",
  ),
  landscapeRadius: {
    kind: "number",
    label: "Radius",
    url: "radius",
    min: 0.0001,
    max: 1000,
    step: 0.0001,
    default: 0.5,
    help: "How far the steps go to both sides, in units of the direction; between checkpoints, how far beyond both.",
  } satisfies NumberControl,
  landscapePoints: integer(
    "Points",
    "grid",
    [3, 101, 11],
    "Points along each direction, from coarse to fine. An odd number has one at the weights themselves.",
  ),
  landscapeSeed: integer(
    "Seed of the directions",
    "lseed",
    [0, 4_294_967_295, 0],
    "Decides the random directions, the same on every machine.",
  ),
  oneDimensional: choice(
    "Biases and norms",
    "biases",
    [
      { value: "zero", label: "zero" },
      { value: "scaled", label: "scaled" },
    ],
    "What random directions do to tensors without filters: leave them alone, or scale each as one filter.",
  ),
  landscapeNorm: choice(
    "BatchNorm on the way",
    "lbn",
    [
      { value: "same", label: "as in the run" },
      { value: "eval", label: "frozen" },
      { value: "batch", label: "estimated anew" },
    ],
    "Away from the weights: the stored running statistics, or those of the batch, estimated anew at every point.",
  ),
  landscape: integer(
    "Landscape of the run",
    "landscape",
    [0, 99, 0],
    "Which one is drawn, in the order in which they were measured; 0 is the last.",
  ),
  landscapeView: choice(
    "Drawn as",
    "lview",
    [
      { value: "map", label: "map" },
      { value: "surface", label: "surface" },
    ],
    "Lines of equal values over the plane, or a surface that turns.",
  ),
  landscapeValue: choice(
    "Value",
    "value",
    [
      { value: "loss", label: "loss" },
      { value: "accuracy", label: "accuracy" },
      { value: "residual", label: "residual" },
    ],
    "Residual: the measured loss minus what slope and curvature at the weights predict.",
  ),
  landscapeScale: choice(
    "Scale of the loss",
    "lscale",
    [
      { value: "log", label: "log" },
      { value: "linear", label: "linear" },
    ],
    "A loss rises by orders of magnitude around a minimum: its logarithm shows both.",
  ),
  surfaceTurn: integer("Turn", "turn", [-180, 180, 35], "Degrees by which the surface is turned."),
  surfaceTilt: integer("Tilt", "tilt", [5, 85, 35], "Degrees from which the surface is seen from above."),
} as const;
