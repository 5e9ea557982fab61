import { printShape } from "../../errors.ts";
import { type NodeId, type Shape, sizeOf } from "../../graph.ts";
import { batchNorm } from "../../layers.ts";
import { recoverName } from "../names.ts";
import { identity, type Tracer, type Value } from "../tracer.ts";
import { layerTensor } from "./linear.ts";
import type { Call, Operator } from "./operator.ts";
import { mean } from "./reductions.ts";

/** Normalisation by the statistics of a batch, a layer, a group of channels or an instance. */

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

interface Normalised {
  readonly y: Value;
  readonly mean: Value;
  readonly inverse: Value;
}

/** (x - mean) / sqrt(variance + epsilon) over `axes`, biased variance in two passes. */
function normalised(t: Tracer, x: Value, axes: readonly number[], epsilon: number): Normalised {
  const centre = mean(t, x, axes);
  const centred = t.pointwise("sub", x, centre);
  const variance = mean(t, t.pointwise("mul", centred, centred), axes);
  const inverse = t.pointwise("rsqrt", t.pointwise("add", variance, t.scalar(epsilon)));
  return { y: t.pointwise("mul", centred, inverse), mean: centre, inverse };
}

/** Over all axes from `axis` on; further outputs are the mean and 1 / sqrt(variance + epsilon). */
const layerNormalization: Operator = (call) => {
  const { t, node } = call;
  const rank = call.shape(0).length;
  const axis = call.axis(node.int("axis", -1), rank);
  node.int("stash_type", 1);
  const axes = identity(rank).slice(axis);
  const found = normalised(t, call.at(0), axes, node.float("epsilon", 1e-5));
  const scaled = t.pointwise("mul", found.y, layerTensor(call, call.at(1), "weight"));
  const shift = call.inputs[2] ?? null;
  const y = shift === null ? scaled : t.pointwise("add", scaled, layerTensor(call, shift, "bias"));
  return [y, found.mean, found.inverse];
};

/** The affine part of channels: [C] along the last axis of an image whose channels stand there. */
function channelTensor(call: Call, i: number, part: "weight" | "bias", size: number): NodeId {
  const value = layerTensor(call, call.at(i), part);
  if (printShape(call.shape(i)) !== printShape([size]))
    call.node.refuse(`input ${i} of shape [${size}]`, printShape(call.shape(i)));
  return call.t.node(value);
}

/** Over the channels of a group and all places: x [N,C,...] in `groups` equal parts of its channels. */
function byGroups(call: Call, groups: number): { readonly node: NodeId; readonly channels: number[] } {
  const { t, node } = call;
  const shape = call.shape(0);
  if (shape.length < 3) node.refuse("an input [N,C,...] with places", printShape(shape));
  const [n, c] = shape;
  if (!Number.isInteger(c / groups) || groups < 1)
    node.refuse(`groups that divide ${c} channels`, `${groups}`);
  const channels = [0, ...identity(shape.length).slice(2), 1];
  const places = sizeOf(shape.slice(2));
  const grouped = t.op("reshape", [t.node(call.at(0), channels)], { shape: [n, places, groups, c / groups] });
  const { y } = normalised(t, t.traced(grouped), [1, 3], node.float("epsilon", 1e-5));
  const own: Shape = channels.map((axis) => shape[axis]);
  return { node: t.op("reshape", [t.node(y)], { shape: own }), channels };
}

const instanceNormalization: Operator = (call) => {
  const { t } = call;
  const channels = call.shape(0)[1] ?? 0;
  const { node, channels: order } = byGroups(call, channels);
  const scaled = t.op("mul", [node, channelTensor(call, 1, "weight", channels)]);
  return t.traced(t.op("add", [scaled, channelTensor(call, 2, "bias", channels)]), order);
};

/** Scale and bias have an element per group in opset 18 and per channel since opset 21. */
const groupNormalization: Operator = (call) => {
  const { t, node: from } = call;
  const channels = call.shape(0)[1] ?? 0;
  const groups = from.int("num_groups", 0);
  from.int("stash_type", 1);
  const { node, channels: order } = byGroups(call, groups);
  const affine = (i: number, part: "weight" | "bias"): NodeId => {
    if (t.opset >= 21) return channelTensor(call, i, part, channels);
    const column = t.op("reshape", [channelTensor(call, i, part, groups)], { shape: [groups, 1] });
    const repeated = t.op("broadcast", [column], { shape: [groups, channels / groups] });
    return t.op("reshape", [repeated], { shape: [channels] });
  };
  const scaled = t.op("mul", [node, affine(1, "weight")]);
  return t.traced(t.op("add", [scaled, affine(2, "bias")]), order);
};

export const normalisation = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
} satisfies Record<string, Operator>;
