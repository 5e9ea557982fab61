import { type NodeId, sizeOf } from "../../graph.ts";
import { batchNorm } from "../../layers.ts";
import type { PoolWindow } from "../../pooling.ts";
import * as pooling from "../../pooling.ts";
import { reduce } from "../fold.ts";
import { recoverName } from "../names.ts";
import { type Constant, constant } from "../tensor.ts";
import { identity, type Tracer, type Value } from "../tracer.ts";
import { NHWC, windowOf } from "./linear.ts";
import { dropped } from "./movement.ts";
import type { Call, Operator } from "./operator.ts";

/** Normalisation, reductions, softmax and pooling. */

/** PyTorch's exporter runs the network once, and in training mode each run moves the running statistics. */
const TRAINED =
  "The file was exported in training mode, which changes BatchNorm's running statistics: they are not those of the checkpoint. Measure with batch statistics, or export in evaluation mode with training=torch.onnx.TrainingMode.PRESERVE.";

/** BatchNorm over [N,C,...]: the setting decides whether running or batch statistics are used, not the file's mode. */
const batchNormalization: Operator = (call) => {
  const { t, node } = call;
  const shape = call.shape(0);
  if (shape.length < 2) node.refuse("an input [N,C,...]", `[${shape}]`);
  const epsilon = node.float("epsilon", 1e-5);
  node.float("momentum", 0.9);
  node.int("spatial", 1);
  // Before opset 14 the further outputs say it.
  if (node.int("training_mode", 0) === 1 || node.outputs.length > 1) t.notes.add(TRAINED);
  const channels = [0, ...identity(shape.length).slice(2), 1];
  const tensor = (i: number, part: "weight" | "bias"): NodeId => {
    const value = call.at(i);
    return t.node(
      value.kind === "weight" ? t.parameter(value, undefined, recoverName(node, value.name, part)) : value,
    );
  };
  const statistic = (i: number): NodeId => {
    const value = call.at(i);
    if (value.kind === "traced") return node.refuse("running statistics in the file", "computed ones");
    return t.node(t.state(value));
  };
  const variance = call.known(4);
  if (variance && Array.from(variance.data).some((v) => !(v >= 0)))
    node.refuse("running variances of at least 0", "a negative one", "The file is damaged");
  const x = t.node(call.at(0), channels);
  const y = batchNorm(t.g, x, {
    weight: tensor(1, "weight"),
    bias: tensor(2, "bias"),
    mean: statistic(3),
    variance: statistic(4),
    epsilon,
    mode: t.bn,
  });
  return t.traced(y, channels);
};

/** Applies one of our reductions over ONNX axes, which stay with size 1. */
function reduced(t: Tracer, op: "sum" | "max", value: Value, axes: readonly number[]): Value {
  const { node, axes: order } = t.trace(value);
  const own = identity(order.length).filter((k) => axes.includes(order[k]));
  return t.traced(t.op(op, [node], { axes: own }), order);
}

const mean = (t: Tracer, x: Value, axes: readonly number[]): Value =>
  t.pointwise("mul", reduced(t, "sum", x, axes), t.scalar(1 / sizeOf(axes.map((a) => t.shape(x)[a]))));

interface Reduction {
  readonly lower: (t: Tracer, x: Value, axes: readonly number[]) => Value;
  readonly start: number;
  readonly join: (a: number, b: number) => number;
  /** What the sum is divided by in the end. */
  readonly divisor: (count: number) => number;
  /** The opset in which the axes became an input. */
  readonly inputSince: number;
}

const reduction =
  ({ lower, start, join, divisor, inputSince }: Reduction): Operator =>
  (call) => {
    const x = call.at(0);
    const shape = call.shape(0);
    const given = call.integersOr(1, "axes", inputSince);
    const keep = call.node.int("keepdims", 1) === 1;
    const noop = call.node.int("noop_with_empty_axes", 0) === 1;
    const none = given === undefined || given.length === 0;
    if (none && noop) return x;
    const axes = none ? identity(shape.length) : call.axes(given, shape.length);
    const kept = x.kind === "constant" ? folded(call, x, axes) : lower(call.t, x, axes);
    return keep ? kept : dropped(call, kept, axes);
    function folded(at: Call, value: Constant, over: readonly number[]): Constant {
      const total = reduce(at.node, at.budget, value, over, start, join);
      const by = divisor(sizeOf(over.map((a) => shape[a])));
      return constant(
        value.element,
        total.shape,
        Array.from(total.data, (v) => v / by),
      );
    }
  };

/** Softmax of an axis; before opset 13 of all axes from `axis` on. */
const softmaxOver =
  (finish: (t: Tracer, exp: Value, shifted: Value, sum: Value) => Value): Operator =>
  (call) => {
    const { t, node } = call;
    const rank = call.shape(0).length;
    const axis = call.axis(node.int("axis", t.opset >= 13 ? -1 : 1), rank);
    const axes = t.opset >= 13 ? [axis] : identity(rank).slice(axis);
    const x = call.at(0);
    const peak = t.trace(reduced(t, "max", x, axes));
    const held = t.traced(t.op("stopGradient", [peak.node]), peak.axes);
    const shifted = t.pointwise("sub", x, held);
    const exp = t.pointwise("exp", shifted);
    return finish(t, exp, shifted, reduced(t, "sum", exp, axes));
  };

/** A pooling window, and whether it is the whole image. */
function poolWindow(call: Call): PoolWindow & { readonly global: boolean } {
  const { node } = call;
  const shape = call.shape(0);
  const window = windowOf(call);
  const { kernel, pad } = window;
  if (pad.some((n, i) => n >= kernel[i % 2])) node.refuse("pads below the kernel's size", `[${pad}]`);
  const global = kernel[0] === shape[2] && kernel[1] === shape[3] && pad.every((n) => n === 0);
  const most = 64;
  if (!global && kernel[0] * kernel[1] > most)
    node.refuse(`pooling windows of at most ${most} elements, or global ones`, kernel.join("x"));
  const [height, width] = [0, 1].map((i) => shape[i + 2] + pad[i] + pad[i + 2]);
  if (kernel[0] > height || kernel[1] > width)
    node.refuse("a window inside the padded image", `${kernel.join("x")} in ${height}x${width}`);
  const ceilMode = node.int("ceil_mode", 0) === 1;
  return { ...window, ceilMode, global };
}

const averagePool: Operator = (call) => {
  const { t, node } = call;
  const { global, ...window } = poolWindow(call);
  const countPad = node.int("count_include_pad", 0) === 1;
  if (global) return mean(t, call.at(0), [2, 3]);
  return t.traced(pooling.averagePool(t.g, t.node(call.at(0), NHWC), window, countPad), NHWC);
};

const maxPool: Operator = (call) => {
  const { t, node } = call;
  const { global: _, ...window } = poolWindow(call);
  if (node.outputs.length > 1 && node.outputs[1] !== "") node.refuse("one output", "indices as a second one");
  node.int("storage_order", 0);
  return t.traced(pooling.maxPool(t.g, t.node(call.at(0), NHWC), window), NHWC);
};

const globalPool =
  (pool: (t: Tracer, x: Value, axes: readonly number[]) => Value): Operator =>
  (call) =>
    pool(call.t, call.at(0), identity(call.shape(0).length).slice(2));

const one = (): number => 1;

export const statistics = {
  BatchNormalization: batchNormalization,
  ReduceMean: reduction({ lower: mean, start: 0, join: (a, b) => a + b, divisor: (n) => n, inputSince: 18 }),
  ReduceSum: reduction({
    lower: (t, x, axes) => reduced(t, "sum", x, axes),
    start: 0,
    join: (a, b) => a + b,
    divisor: one,
    inputSince: 13,
  }),
  ReduceMax: reduction({
    lower: (t, x, axes) => reduced(t, "max", x, axes),
    start: Number.NEGATIVE_INFINITY,
    join: Math.max,
    divisor: one,
    inputSince: 18,
  }),
  Softmax: softmaxOver((t, exp, _shifted, sum) => t.pointwise("div", exp, sum)),
  LogSoftmax: softmaxOver((t, _exp, shifted, sum) => t.pointwise("sub", shifted, t.pointwise("log", sum))),
  AveragePool: averagePool,
  MaxPool: maxPool,
  GlobalAveragePool: globalPool(mean),
  GlobalMaxPool: globalPool((t, x, axes) => reduced(t, "max", x, axes)),
} satisfies Record<string, Operator>;
