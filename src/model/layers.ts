import { type GraphBuilder, type LossKind, type NodeId, ROW_WEIGHTS, type Shape, sizeOf } from "./graph.ts";

/** Layers as compositions of ops, for the model builders. Images are NHWC. */

/** Sum over `axes`, which leave the shape. */
function sumOver(b: GraphBuilder, x: NodeId, axes: readonly number[]): NodeId {
  const shape = b.shape(x).filter((_, axis) => !axes.includes(axis));
  return b.op("reshape", [b.op("sum", [x], { axes })], { shape });
}

/** Mean over `axes`, which leave the shape. */
function meanOver(b: GraphBuilder, x: NodeId, axes: readonly number[]): NodeId {
  const count = sizeOf(axes.map((axis) => b.shape(x)[axis]));
  return b.op("mul", [sumOver(b, x, axes), b.constant(1 / count)]);
}

const allAxes = (shape: Shape): number[] => shape.map((_, axis) => axis);

export interface BatchNorm {
  /** Scale [C]. */
  readonly weight: NodeId;
  /** Shift [C]. */
  readonly bias: NodeId;
  /** Running statistics [C], used in mode `eval`. */
  readonly mean: NodeId;
  readonly variance: NodeId;
  /** Added to the variance, above 0. */
  readonly epsilon: number;
  /**
   * `eval` normalises by the running statistics; `batch` by mean and biased variance of this batch, taken in two
   * passes because one pass cancels where the mean is large.
   */
  readonly mode: "eval" | "batch";
}

/** weight (x - mean) / sqrt(variance + epsilon) + bias, per channel, for x [N,H,W,C] (Ioffe and Szegedy 2015). */
export function batchNorm(b: GraphBuilder, x: NodeId, layer: BatchNorm): NodeId {
  const channels = allAxes(b.shape(x)).slice(0, -1);
  const mean = layer.mode === "eval" ? layer.mean : meanOver(b, x, channels);
  const centred = b.op("sub", [x, mean]);
  const variance =
    layer.mode === "eval" ? layer.variance : meanOver(b, b.op("mul", [centred, centred]), channels);
  const scale = b.op("mul", [
    layer.weight,
    b.op("rsqrt", [b.op("add", [variance, b.constant(layer.epsilon)])]),
  ]);
  return b.op("add", [b.op("mul", [centred, scale]), layer.bias]);
}

export interface LayerNorm {
  /** Scale [C]. */
  readonly weight: NodeId;
  /** Shift [C]. */
  readonly bias: NodeId;
  readonly epsilon: number;
}

/**
 * weight (x - mean) / sqrt(variance + epsilon) + bias for x [N,C], mean and biased variance over each row, in two passes
 * (Ba, Kiros and Hinton 2016).
 */
export function layerNorm(b: GraphBuilder, x: NodeId, { weight, bias, epsilon }: LayerNorm): NodeId {
  const [rows] = b.shape(x);
  const mean = (y: NodeId): NodeId => b.op("reshape", [meanOver(b, y, [1])], { shape: [rows, 1] });
  const centred = b.op("sub", [x, mean(x)]);
  const variance = mean(b.op("mul", [centred, centred]));
  const scale = b.op("rsqrt", [b.op("add", [variance, b.constant(epsilon)])]);
  return b.op("add", [b.op("mul", [b.op("mul", [centred, scale]), weight]), bias]);
}

/** x weight' + bias: x [N,in], weight [out,in], bias [out] -> [N,out]. */
export function linear(b: GraphBuilder, x: NodeId, weight: NodeId, bias: NodeId): NodeId {
  return b.op("add", [b.op("matmul", [x, weight], { ta: false, tb: true }), bias]);
}

/** Mean over height and width: [N,H,W,C] -> [N,C]. */
export const globalAveragePool = (b: GraphBuilder, x: NodeId): NodeId => meanOver(b, x, [1, 2]);

/**
 * The loss of logits [N,C] as a scalar. Cross-entropy: as below. Mean squared error: sum_n w_n mean_c (logits - targets)^2
 * with the input `weights` [N,1] for w, so that weights 1/N give the mean over samples and outputs.
 */
export function lossOf(
  b: GraphBuilder,
  logits: NodeId,
  targets: NodeId,
  kind: LossKind = "cross-entropy",
): NodeId {
  if (kind === "cross-entropy") return softmaxCrossEntropy(b, logits, targets);
  const [rows, outputs] = b.shape(logits);
  const weights = b.input(ROW_WEIGHTS, [rows, 1], "data");
  const error = b.op("sub", [logits, targets]);
  const perRow = b.op("sum", [b.op("mul", [error, error])], { axes: [1] });
  return b.op("mul", [sumOver(b, b.op("mul", [weights, perRow]), [0, 1]), b.constant(1 / outputs)]);
}

/**
 * -sum(targets * logSoftmax(logits)) as a scalar, for logits and targets [N,C]. Rows of `targets` are one-hot times
 * the sample's weight, so weights 1/N give the mean over samples. The row maximum is subtracted against overflow;
 * it cancels exactly, so it is held constant.
 */
export function softmaxCrossEntropy(b: GraphBuilder, logits: NodeId, targets: NodeId): NodeId {
  const peak = b.op("stopGradient", [b.op("max", [logits], { axes: [1] })]);
  const shifted = b.op("sub", [logits, peak]);
  const logSum = b.op("log", [b.op("sum", [b.op("exp", [shifted])], { axes: [1] })]);
  const logProbabilities = b.op("sub", [shifted, logSum]);
  const total = sumOver(b, b.op("mul", [targets, logProbabilities]), [0, 1]);
  return b.op("neg", [total]);
}
