/** Which matrix a run multiplies with, and the noise that draws labels for it. */

import { FISHER_NOISE } from "../autograd/curvature.ts";
import type { LossKind } from "../model/index.ts";
import { gumbelElement, normalElement, probeKey } from "../spectrum/probes.ts";
import type { LoadedModel } from "./load.ts";
import { selectTensors } from "./params.ts";
import type { Inputs, Partition } from "./partition.ts";
import type { OperatorKind, RunSettings } from "./protocol.ts";

export interface Matrix {
  readonly operator: OperatorKind;
  readonly loss: LossKind;
  /** Names of the tensors of a diagonal block; null for all. */
  readonly tensors: readonly string[] | null;
  /** lambda: the matrix gets lambda I more. */
  readonly weightDecay: number;
  /** u32, for the labels of `fisher-mc`. */
  readonly seed: number;
}

/** The matrix of a run. Throws FormatError for a pattern that no tensor fits. */
export function matrixOf(loaded: LoadedModel, settings: RunSettings): Matrix {
  const { operator = "hessian", params = [], weightDecay = 0, seed } = settings;
  const names = loaded.card.tensors.map(({ name }) => name);
  const chosen = selectTensors(names, params);
  return {
    ...{ operator, weightDecay, seed, loss: loaded.loss },
    tensors: chosen.length === names.length ? null : chosen,
  };
}

export const HESSIAN: Matrix = {
  operator: "hessian",
  loss: "cross-entropy",
  tensors: null,
  weightDecay: 0,
  seed: 0,
};

/** A number that no probe has: labels and probes of one seed are unrelated. */
const LABELS = 0xffffffff;

/**
 * The partition with the noise that draws the labels, where the matrix needs it. Row n of the batch draws the same label
 * however the batch is cut.
 */
export function withNoise(partition: Partition, { operator, loss, seed }: Matrix): Partition {
  if (operator !== "fisher-mc") return partition;
  const { graph, rows } = partition;
  const { shape } = graph.nodes[graph.outputs.logits];
  const size = shape.reduce((a, b) => a * b, 1);
  const classes = shape[shape.length - 1];
  const key = probeKey(seed, LABELS);
  const draw = loss === "cross-entropy" ? gumbelElement : normalElement;
  const noiseOf = (part: number): Inputs => {
    const first = classes * rows.slice(0, part).reduce((sum, n) => sum + n, 0);
    return { [FISHER_NOISE]: Float32Array.from({ length: size }, (_, i) => draw(key, first + i)) };
  };
  return { ...partition, inputsOf: (part) => ({ ...partition.inputsOf(part), ...noiseOf(part) }) };
}
