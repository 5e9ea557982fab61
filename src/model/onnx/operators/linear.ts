import { printShape } from "../../errors.ts";
import { type NodeId, type Shape, sizeOf } from "../../graph.ts";
import { limits } from "../../limits.ts";
import type { PoolWindow } from "../../pooling.ts";
import { commonShape } from "../fold.ts";
import { recoverName } from "../names.ts";
import { describe, identity, type Traced, type Value } from "../tracer.ts";
import type { Call, Operator } from "./operator.ts";

/** Convolution and matrix products. */

/** A weight of a layer becomes a trainable parameter under the layer's name; `axes`: its order in our graph. */
export function layerTensor(
  { t, node }: Call,
  value: Value,
  part: "weight" | "bias",
  axes?: readonly number[],
): Traced {
  if (value.kind !== "weight") return t.trace(value);
  return t.parameter(value, axes, recoverName(node, value.name, part));
}

/** Kernel, strides, dilations and padding of a 2-D window over [N,C,H,W]. */
export function windowOf(
  call: Call,
  kernelShape?: readonly number[],
): Required<Omit<PoolWindow, "ceilMode">> {
  const { node } = call;
  const shape = call.shape(0);
  if (shape.length !== 4) node.refuse("images [N,C,H,W]", describe(call.t, call.at(0)));
  const kernel = node.ints("kernel_shape") ?? kernelShape ?? node.refuse("kernel_shape", "none");
  const [stride, dilation] = [node.ints("strides") ?? [1, 1], node.ints("dilations") ?? [1, 1]];
  const pads = node.ints("pads");
  const positive = [...kernel, ...stride, ...dilation].every((n) => Number.isSafeInteger(n) && n > 0);
  if ([kernel, stride, dilation].some((list) => list.length !== 2) || !positive)
    node.refuse(
      "two kernel sizes, strides and dilations of at least 1",
      `${printShape(kernel)}, ${printShape(stride)}, ${printShape(dilation)}`,
    );
  if (kernelShape && printShape(kernel) !== printShape(kernelShape))
    node.refuse(`kernel_shape ${printShape(kernelShape)} like its weight`, printShape(kernel));
  const auto = node.text("auto_pad", "NOTSET");
  const window = { kernel, stride, dilation, pad: pads ?? [0, 0, 0, 0] };
  if (window.pad.length !== 4 || window.pad.some((n) => !Number.isSafeInteger(n) || n < 0))
    node.refuse("four pads of at least 0", printShape(window.pad));
  if (window.pad.some((n) => n > limits.imageSide))
    node.refuse(`pads of at most ${limits.imageSide} pixels`, printShape(window.pad));
  if (auto === "NOTSET" || auto === "VALID") return window;
  if (auto !== "SAME_UPPER" && auto !== "SAME_LOWER")
    return node.refuse("auto_pad NOTSET, VALID or SAME", auto);
  const total = [0, 1].map((i) =>
    Math.max(
      0,
      (Math.ceil(shape[i + 2] / stride[i]) - 1) * stride[i] +
        (kernel[i] - 1) * dilation[i] +
        1 -
        shape[i + 2],
    ),
  );
  const [less, more] = [total.map((n) => Math.floor(n / 2)), total.map((n) => Math.ceil(n / 2))];
  return { ...window, pad: auto === "SAME_UPPER" ? [...less, ...more] : [...more, ...less] };
}

/** Images as NHWC: graph axis k is ONNX axis NHWC[k]. */
export const NHWC = [0, 2, 3, 1] as const;
/** Kernels [out,in,kh,kw] as [kh,kw,in,out]. */
const HWIO = [2, 3, 1, 0] as const;

const conv: Operator = (call) => {
  const { t, node } = call;
  const groups = node.int("group", 1);
  const weight = call.shape(1);
  if (weight.length !== 4) node.refuse("a 2-D convolution with a weight [out,in,kh,kw]", printShape(weight));
  const { stride, pad, dilation } = windowOf(call, weight.slice(2));
  const channels = call.shape(0)[1];
  if (groups < 1 || weight[1] * groups !== channels || weight[0] % groups !== 0)
    node.refuse(`a weight for ${groups} groups of ${channels} channels`, printShape(weight));
  const x = t.node(call.at(0), NHWC);
  const kernel = t.node(layerTensor(call, call.at(1), "weight", HWIO), HWIO);
  const more = { ...(groups === 1 ? {} : { groups }), ...(dilation.some((n) => n > 1) ? { dilation } : {}) };
  const y = t.op("conv2d", [x, kernel], { mode: "forward", stride, pad, ...more });
  const bias = call.inputs[2] ?? null;
  if (bias === null) return t.traced(y, NHWC);
  return t.traced(t.op("add", [y, t.node(layerTensor(call, bias, "bias"))]), NHWC);
};

/** A node with the leading axes in ONNX's order and the last two in either. */
function matrix(call: Call, value: Traced): { readonly node: NodeId; readonly flipped: boolean } {
  const rank = value.axes.length;
  const flipped = value.axes[rank - 1] === rank - 2;
  const order = flipped ? [...identity(rank - 2), rank - 1, rank - 2] : identity(rank);
  return { node: call.t.node(value, order), flipped };
}

const gemm: Operator = (call) => {
  const { t, node } = call;
  const [alpha, beta] = [node.float("alpha", 1), node.float("beta", 1)];
  const [transA, transB] = [node.int("transA", 0) === 1, node.int("transB", 0) === 1];
  for (const i of [0, 1]) if (call.shape(i).length !== 2) node.refuse("matrices", describe(t, call.at(i)));
  const a = matrix(call, layerTensor(call, call.at(0), "weight"));
  const b = matrix(call, layerTensor(call, call.at(1), "weight"));
  const attrs = { ta: transA !== a.flipped, tb: transB !== b.flipped };
  const y: Value = t.traced(t.op("matmul", [a.node, b.node], attrs));
  const scaled = alpha === 1 ? y : t.pointwise("mul", y, t.scalar(alpha));
  const c = call.inputs[2] ?? null;
  if (c === null || beta === 0) return scaled;
  const shift = layerTensor(call, c, "bias");
  return t.pointwise("add", scaled, beta === 1 ? shift : t.pointwise("mul", shift, t.scalar(beta)));
};

/** numpy's product: a vector gets an axis for the while, leading axes broadcast. */
const matmul: Operator = (call) => {
  const { t, node } = call;
  const [left, right] = [0, 1].map((i) => layerTensor(call, call.at(i), "weight"));
  const [p, q] = [call.shape(0), call.shape(1)];
  if (p.length === 0 || q.length === 0)
    node.refuse("operands of at least one axis", `${printShape(p)} and ${printShape(q)}`);
  if (p.length > 1 && q.length > 1) return multiplied(call, left, right);
  const [row, column] = [p.length > 1 ? p : [1, ...p], q.length > 1 ? q : [...q, 1]];
  const wide = (value: Traced, shape: Shape): Traced => t.traced(t.op("reshape", [t.node(value)], { shape }));
  const y = multiplied(call, wide(left, row), wide(right, column));
  const shape = t.shape(y);
  const kept = [
    ...shape.slice(0, -2),
    ...(p.length > 1 ? shape.slice(-2, -1) : []),
    ...(q.length > 1 ? shape.slice(-1) : []),
  ];
  return t.traced(t.op("reshape", [t.node(y)], { shape: kept }));
};

function multiplied(call: Call, left: Traced, right: Traced): Traced {
  const { t, node } = call;
  const [p, q] = [t.shape(left), t.shape(right)];
  const [pLead, qLead] = [p.slice(0, -2), q.slice(0, -2)];
  const b = matrix(call, right);
  if (qLead.length === 0 && pLead.length > 0) {
    // All leading axes of the left operand are rows.
    const rows = t.op("reshape", [t.node(left)], { shape: [sizeOf(p.slice(0, -1)), p[p.length - 1]] });
    const y = t.op("matmul", [rows, b.node], { ta: false, tb: b.flipped });
    return t.traced(t.op("reshape", [y], { shape: [...p.slice(0, -1), q[q.length - 1]] }));
  }
  const lead =
    commonShape(pLead, qLead) ??
    node.refuse("leading axes that broadcast", `${printShape(p)} and ${printShape(q)}`);
  const a = matrix(call, left);
  const stretched = (x: NodeId): NodeId =>
    t.op("broadcast", [x], { shape: [...lead, ...t.g.shape(x).slice(-2)] });
  const attrs = { ta: a.flipped, tb: b.flipped };
  return t.traced(t.op("matmul", [stretched(a.node), stretched(b.node)], attrs));
}

export const linear = { Conv: conv, Gemm: gemm, MatMul: matmul } satisfies Record<string, Operator>;
