import { type Attrs, type Shape, sizeOf } from "../../model/graph.ts";
import { bilinear } from "./families.ts";
import { type Example, fail, integer, integers, type Random, ulps } from "./op.ts";

/**
 * A convolution is the trilinear form T(x, w, y) = sum over taps of x[n, ih, iw, ci] w[kh, kw, ci, co] y[n, oh, ow, co]
 * with ih = oh * stride + kh - pad. Its three modes give the derivative of T with respect to one of them, so that
 * each mode's adjoints are the other two modes and the set is closed under differentiation.
 *
 * x: [N,H,W,ci], w: [kh,kw,ci,co], y: [N,oh,ow,co].
 */
interface Geometry {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly stride: readonly number[];
  /** top, left, bottom, right */
  readonly pad: readonly number[];
}

/** Size of the output along axis 0 (height) or 1 (width). */
const outputSize = (
  size: number,
  kernel: number,
  axis: number,
  stride: readonly number[],
  pad: readonly number[],
) => Math.floor((size + pad[axis] + pad[axis + 2] - kernel) / stride[axis]) + 1;

const MODES = { forward: "y", input: "x", weight: "w" } as const;
type Mode = keyof typeof MODES;

/** All three shapes from the two operands and the attributes, checked against each other. */
function geometry([a, b]: readonly Shape[], attrs: Attrs): Geometry {
  const stride = integers(attrs, "stride", 2, 1);
  const pad = integers(attrs, "pad", 4, 0);
  if (a.length !== 4 || b.length !== 4)
    return fail("operands need four axes: images NHWC, kernels [kh,kw,in,out]");
  const out = (x: Shape, kernel: readonly number[]) =>
    [0, 1].map((i) => outputSize(x[i + 1], kernel[i], i, stride, pad));
  switch (attrs.mode) {
    case "forward": {
      const [oh, ow] = out(a, b);
      if (a[3] !== b[2]) fail(`images have ${a[3]} channels, the kernel takes ${b[2]}`);
      if (oh < 1 || ow < 1) fail("the kernel is larger than the padded image");
      return { x: a, w: b, y: [a[0], oh, ow, b[3]], stride, pad };
    }
    case "input": {
      const x = [a[0], ...integers(attrs, "inputSize", 2, 1), b[2]];
      const [oh, ow] = out(x, b);
      if (a[3] !== b[3]) fail(`outputs have ${a[3]} channels, the kernel gives ${b[3]}`);
      if (oh !== a[1] || ow !== a[2])
        fail(`inputSize gives outputs of ${oh}x${ow}, the operand has ${a[1]}x${a[2]}`);
      return { x, w: b, y: a, stride, pad };
    }
    case "weight": {
      const kernel = integers(attrs, "kernel", 2, 1);
      const [oh, ow] = out(a, kernel);
      if (a[0] !== b[0]) fail(`inputs hold ${a[0]} images, outputs ${b[0]}`);
      if (oh !== b[1] || ow !== b[2])
        fail(`kernel gives outputs of ${oh}x${ow}, the operand has ${b[1]}x${b[2]}`);
      return { x: a, w: [...kernel, a[3], b[3]], y: b, stride, pad };
    }
    default:
      return fail("attribute mode must be forward, input or weight");
  }
}

/** Calls `visit` with the offsets of channel 0 in x, w and y for every image, output place and kernel tap. */
function eachTap({ x, w, y, stride, pad }: Geometry, visit: (x: number, w: number, y: number) => void): void {
  const [, height, width, ci] = x;
  const [kh, kw, , co] = w;
  const [batch, oh, ow] = y;
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < oh; i++)
      for (let k = 0; k < kh; k++) {
        const ih = i * stride[0] + k - pad[0];
        if (ih < 0 || ih >= height) continue;
        for (let j = 0; j < ow; j++)
          for (let l = 0; l < kw; l++) {
            const iw = j * stride[1] + l - pad[1];
            if (iw < 0 || iw >= width) continue;
            visit(
              ((n * height + ih) * width + iw) * ci,
              (k * kw + l) * ci * co,
              ((n * oh + i) * ow + j) * co,
            );
          }
      }
}

function forward(x: Float64Array, w: Float64Array, y: Float64Array, ci: number, co: number) {
  return (atX: number, atW: number, atY: number) => {
    for (let c = 0; c < ci; c++) {
      const value = x[atX + c];
      const row = atW + c * co;
      for (let o = 0; o < co; o++) y[atY + o] += value * w[row + o];
    }
  };
}

function inputGradient(x: Float64Array, w: Float64Array, y: Float64Array, ci: number, co: number) {
  return (atX: number, atW: number, atY: number) => {
    for (let c = 0; c < ci; c++) {
      const row = atW + c * co;
      let total = 0;
      for (let o = 0; o < co; o++) total += y[atY + o] * w[row + o];
      x[atX + c] += total;
    }
  };
}

function weightGradient(x: Float64Array, w: Float64Array, y: Float64Array, ci: number, co: number) {
  return (atX: number, atW: number, atY: number) => {
    for (let c = 0; c < ci; c++) {
      const value = x[atX + c];
      const row = atW + c * co;
      for (let o = 0; o < co; o++) w[row + o] += value * y[atY + o];
    }
  };
}

const common = ({ stride, pad }: Attrs): Attrs => ({ stride, pad });

/**
 * `{mode, stride, pad, inputSize | kernel}`. forward(x, w) -> y; input(y, w) -> x with `inputSize` [h, w];
 * weight(x, y) -> w with `kernel` [kh, kw]. `pad` is [top, left, bottom, right].
 */
export const conv2d = bilinear("conv2d", {
  kind: "conv2d",
  tolerance: ulps(64),
  shape: (shapes, attrs) => geometry(shapes, attrs)[MODES[attrs.mode as Mode]],
  f64: ([a, b], shapes, attrs, shape) => {
    const form = geometry(shapes, attrs);
    const [, , ci, co] = form.w;
    const out = new Float64Array(sizeOf(shape));
    if (attrs.mode === "forward") eachTap(form, forward(a, b, out, ci, co));
    else if (attrs.mode === "input") eachTap(form, inputGradient(out, b, a, ci, co));
    else eachTap(form, weightGradient(a, out, b, ci, co));
    return out;
  },
  left: (g, { inputs: [a, b], attrs }, d) => {
    const size = g.shape(a).slice(1, 3);
    if (attrs.mode === "input") return g.op("conv2d", [d, b], { mode: "forward", ...common(attrs) });
    const [y, w] = attrs.mode === "forward" ? [d, b] : [b, d];
    return g.op("conv2d", [y, w], { mode: "input", ...common(attrs), inputSize: size });
  },
  right: (g, { inputs: [a, b], attrs }, d) => {
    if (attrs.mode === "weight") return g.op("conv2d", [a, d], { mode: "forward", ...common(attrs) });
    const [x, y] = attrs.mode === "forward" ? [a, d] : [d, a];
    return g.op("conv2d", [x, y], { mode: "weight", ...common(attrs), kernel: g.shape(b).slice(0, 2) });
  },
  examples: (random) => Array.from({ length: 3 }, () => randomConvolution(random)).flat(),
});

function randomConvolution(random: Random): Example[] {
  const [n, ci, co] = [1, 2, 3].map((high) => integer(random, 1, high + 1));
  const [kh, kw] = [integer(random, 1, 3), integer(random, 1, 3)];
  const [h, w] = [integer(random, kh, 7), integer(random, kw, 7)];
  const stride = [integer(random, 1, 3), integer(random, 1, 2)];
  const pad = Array.from({ length: 4 }, () => integer(random, 0, 2));
  const form = geometry(
    [
      [n, h, w, ci],
      [kh, kw, ci, co],
    ],
    { mode: "forward", stride, pad },
  );
  return [
    { shapes: [form.x, form.w], attrs: { mode: "forward", stride, pad } },
    { shapes: [form.y, form.w], attrs: { mode: "input", stride, pad, inputSize: [h, w] } },
    { shapes: [form.x, form.y], attrs: { mode: "weight", stride, pad, kernel: [kh, kw] } },
  ];
}
