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

/**
 * Adds to one operand at one place what the other two give: ci channels of x, ci x co of w, co of y. Four input
 * channels at a time where that saves loads and stores: twice as fast, and convolutions are nine tenths of a float64
 * Hessian-vector product.
 */
type Kernel = (
  ...args: [
    x: Float64Array,
    w: Float64Array,
    y: Float64Array,
    x0: number,
    w0: number,
    y0: number,
    ci: number,
    co: number,
  ]
) => void;

const forward: Kernel = (x, w, y, x0, w0, y0, ci, co) => {
  let c = 0;
  for (; c + 4 <= ci; c += 4) {
    const [a, b, d, e] = [x[x0 + c], x[x0 + c + 1], x[x0 + c + 2], x[x0 + c + 3]];
    const row = w0 + c * co;
    for (let o = 0; o < co; o++) {
      const at = row + o;
      y[y0 + o] += a * w[at] + b * w[at + co] + d * w[at + 2 * co] + e * w[at + 3 * co];
    }
  }
  for (; c < ci; c++) {
    const value = x[x0 + c];
    const row = w0 + c * co;
    for (let o = 0; o < co; o++) y[y0 + o] += value * w[row + o];
  }
};

const inputGradient: Kernel = (x, w, y, x0, w0, y0, ci, co) => {
  let c = 0;
  for (; c + 4 <= ci; c += 4) {
    const row = w0 + c * co;
    let [a, b, d, e] = [0, 0, 0, 0];
    for (let o = 0; o < co; o++) {
      const value = y[y0 + o];
      const at = row + o;
      a += value * w[at];
      b += value * w[at + co];
      d += value * w[at + 2 * co];
      e += value * w[at + 3 * co];
    }
    x[x0 + c] += a;
    x[x0 + c + 1] += b;
    x[x0 + c + 2] += d;
    x[x0 + c + 3] += e;
  }
  for (; c < ci; c++) {
    const row = w0 + c * co;
    let total = 0;
    for (let o = 0; o < co; o++) total += y[y0 + o] * w[row + o];
    x[x0 + c] += total;
  }
};

const weightGradient: Kernel = (x, w, y, x0, w0, y0, ci, co) => {
  for (let c = 0; c < ci; c++) {
    const value = x[x0 + c];
    const row = w0 + c * co;
    for (let o = 0; o < co; o++) w[row + o] += value * y[y0 + o];
  }
};

/** Applies `kernel` for every image, output place and kernel tap that lies inside the image. */
function eachTap(form: Geometry, kernel: Kernel, x: Float64Array, w: Float64Array, y: Float64Array): void {
  const { stride, pad } = form;
  const [, height, width, ci] = form.x;
  const [kh, kw, , co] = form.w;
  const [batch, oh, ow] = form.y;
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < oh; i++)
      for (let k = 0; k < kh; k++) {
        const ih = i * stride[0] + k - pad[0];
        if (ih < 0 || ih >= height) continue;
        for (let j = 0; j < ow; j++)
          for (let l = 0; l < kw; l++) {
            const iw = j * stride[1] + l - pad[1];
            if (iw < 0 || iw >= width) continue;
            const [x0, w0] = [((n * height + ih) * width + iw) * ci, (k * kw + l) * ci * co];
            kernel(x, w, y, x0, w0, ((n * oh + i) * ow + j) * co, ci, co);
          }
      }
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
    const out = new Float64Array(sizeOf(shape));
    if (attrs.mode === "forward") eachTap(form, forward, a, b, out);
    else if (attrs.mode === "input") eachTap(form, inputGradient, out, b, a);
    else eachTap(form, weightGradient, a, out, b);
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
