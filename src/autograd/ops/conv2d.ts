import { type Attrs, type Shape, sizeOf } from "../../model/graph.ts";
import { bilinear } from "./families.ts";
import { type Example, fail, integer, integers, type Random, ulps } from "./op.ts";
import { eachTap, type Window, windowOf, windowsOver } from "./window.ts";

/**
 * A convolution is the trilinear form T(x, w, y) = sum over taps of x[n, ih, iw, ci] w[kh, kw, ci, co] y[n, oh, ow, co]
 * with ih = oh * stride + kh * dilation - pad. Its three modes give the derivative of T with respect to one of them, so
 * that each mode's adjoints are the other two modes and the set is closed under differentiation. With groups, T is the
 * sum of one such form per group of consecutive channels; w holds the input channels of its output channel's group.
 *
 * x: [N,H,W,ci], w: [kh,kw,ci/groups,co], y: [N,oh,ow,co].
 */
interface Geometry {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly window: Window;
  readonly groups: number;
}

const MODES = { forward: "y", input: "x", weight: "w" } as const;
type Mode = keyof typeof MODES;

function groupsOf({ groups = 1 }: Attrs): number {
  return typeof groups === "number" && Number.isSafeInteger(groups) && groups >= 1
    ? groups
    : fail("attribute groups must be a positive integer");
}

/** All three shapes from the two operands and the attributes, checked against each other. */
function geometry([a, b]: readonly Shape[], attrs: Attrs): Geometry {
  if (a.length !== 4 || b.length !== 4)
    return fail("operands need four axes: images NHWC, kernels [kh,kw,in,out]");
  const groups = groupsOf(attrs);
  const divided = (channels: number): void => {
    if (channels % groups !== 0) fail(`${channels} channels do not divide into ${groups} groups`);
  };
  switch (attrs.mode) {
    case "forward": {
      const window = windowOf(attrs, b.slice(0, 2));
      divided(b[3]);
      if (a[3] !== b[2] * groups) fail(`images have ${a[3]} channels, the kernel takes ${b[2] * groups}`);
      return { x: a, w: b, y: [a[0], ...windowsOver(a.slice(1, 3), window), b[3]], window, groups };
    }
    case "input": {
      const window = windowOf(attrs, b.slice(0, 2));
      const x = [a[0], ...integers(attrs, "inputSize", 2, 1), b[2] * groups];
      const [oh, ow] = windowsOver(x.slice(1, 3), window);
      divided(b[3]);
      if (a[3] !== b[3]) fail(`outputs have ${a[3]} channels, the kernel gives ${b[3]}`);
      if (oh !== a[1] || ow !== a[2])
        fail(`inputSize gives outputs of ${oh}x${ow}, the operand has ${a[1]}x${a[2]}`);
      return { x, w: b, y: a, window, groups };
    }
    case "weight": {
      const kernel = integers(attrs, "kernel", 2, 1);
      const window = windowOf(attrs, kernel);
      const [oh, ow] = windowsOver(a.slice(1, 3), window);
      divided(a[3]);
      divided(b[3]);
      if (a[0] !== b[0]) fail(`inputs hold ${a[0]} images, outputs ${b[0]}`);
      if (oh !== b[1] || ow !== b[2])
        fail(`kernel gives outputs of ${oh}x${ow}, the operand has ${b[1]}x${b[2]}`);
      return { x: a, w: [...kernel, a[3] / groups, b[3]], y: b, window, groups };
    }
    default:
      return fail("attribute mode must be forward, input or weight");
  }
}

/**
 * Adds to one operand at one place what the other two give: ci channels of x, ci x co of w in rows `step` apart, co of y.
 * Four input channels at a time where that saves loads and stores: twice as fast, and convolutions are nine tenths of a
 * float64 Hessian-vector product.
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
    step: number,
  ]
) => void;

const forward: Kernel = (x, w, y, x0, w0, y0, ci, co, step) => {
  let c = 0;
  for (; c + 4 <= ci; c += 4) {
    const [a, b, d, e] = [x[x0 + c], x[x0 + c + 1], x[x0 + c + 2], x[x0 + c + 3]];
    const row = w0 + c * step;
    for (let o = 0; o < co; o++) {
      const at = row + o;
      y[y0 + o] += a * w[at] + b * w[at + step] + d * w[at + 2 * step] + e * w[at + 3 * step];
    }
  }
  for (; c < ci; c++) {
    const value = x[x0 + c];
    const row = w0 + c * step;
    for (let o = 0; o < co; o++) y[y0 + o] += value * w[row + o];
  }
};

const inputGradient: Kernel = (x, w, y, x0, w0, y0, ci, co, step) => {
  let c = 0;
  for (; c + 4 <= ci; c += 4) {
    const row = w0 + c * step;
    let [a, b, d, e] = [0, 0, 0, 0];
    for (let o = 0; o < co; o++) {
      const value = y[y0 + o];
      const at = row + o;
      a += value * w[at];
      b += value * w[at + step];
      d += value * w[at + 2 * step];
      e += value * w[at + 3 * step];
    }
    x[x0 + c] += a;
    x[x0 + c + 1] += b;
    x[x0 + c + 2] += d;
    x[x0 + c + 3] += e;
  }
  for (; c < ci; c++) {
    const row = w0 + c * step;
    let total = 0;
    for (let o = 0; o < co; o++) total += y[y0 + o] * w[row + o];
    x[x0 + c] += total;
  }
};

const weightGradient: Kernel = (x, w, y, x0, w0, y0, ci, co, step) => {
  for (let c = 0; c < ci; c++) {
    const value = x[x0 + c];
    const row = w0 + c * step;
    for (let o = 0; o < co; o++) w[row + o] += value * y[y0 + o];
  }
};

/** Applies `kernel` for every image, output place, kernel tap that lies inside the image, and group. */
function eachGroup(form: Geometry, kernel: Kernel, x: Float64Array, w: Float64Array, y: Float64Array): void {
  const { window, groups } = form;
  const [batch, ...input] = form.x;
  const [, , ci, outputs] = form.w;
  const co = outputs / groups;
  eachTap(batch, input, form.y.slice(1, 3), window, (picture, tap, at) => {
    const [x0, w0, y0] = [picture * ci * groups, tap * ci * outputs, at * outputs];
    for (let g = 0; g < groups; g++) kernel(x, w, y, x0 + g * ci, w0 + g * co, y0 + g * co, ci, co, outputs);
  });
}

/** What all modes share; dilation and groups only where they are given. */
const common = ({ stride, pad, dilation, groups }: Attrs): Attrs => ({
  stride,
  pad,
  ...(dilation === undefined ? {} : { dilation }),
  ...(groups === undefined ? {} : { groups }),
});

/**
 * `{mode, stride, pad, dilation?, groups?, inputSize | kernel}`. forward(x, w) -> y; input(y, w) -> x with `inputSize` [h, w];
 * weight(x, y) -> w with `kernel` [kh, kw]. `pad` is [top, left, bottom, right].
 */
export const conv2d = bilinear("conv2d", {
  kind: "conv2d",
  tolerance: ulps(64),
  shape: (shapes, attrs) => geometry(shapes, attrs)[MODES[attrs.mode as Mode]],
  f64: ([a, b], shapes, attrs, shape) => {
    const form = geometry(shapes, attrs);
    const out = new Float64Array(sizeOf(shape));
    if (attrs.mode === "forward") eachGroup(form, forward, a, b, out);
    else if (attrs.mode === "input") eachGroup(form, inputGradient, out, b, a);
    else eachGroup(form, weightGradient, a, out, b);
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
  examples: (random) => CONNECTIONS.flatMap((connection) => randomConvolution(random, connection)),
});

/** Channels per group in and out, number of groups, and dilation. */
interface Connection {
  readonly ci: number;
  readonly co: number;
  readonly groups?: number;
  readonly dilation?: readonly number[];
}

/** Dense ones, dilated ones, depthwise ones without and with a multiplier, and groups of several channels. */
const CONNECTIONS: readonly Connection[] = [
  { ci: 2, co: 4 },
  { ci: 3, co: 3, dilation: [2, 1] },
  { ci: 5, co: 8, dilation: [1, 3] },
  { ci: 1, co: 1, groups: 6 },
  { ci: 1, co: 2, groups: 3, dilation: [2, 2] },
  { ci: 2, co: 3, groups: 2 },
  { ci: 4, co: 8, groups: 2 },
];

function randomConvolution(random: Random, { ci, co, groups = 1, dilation }: Connection): Example[] {
  const n = integer(random, 1, 2);
  const kernel = [integer(random, 1, 3), integer(random, 1, 3)];
  const reach = kernel.map((k, a) => (k - 1) * (dilation?.[a] ?? 1) + 1);
  const size = reach.map((least) => integer(random, least, 7));
  const attrs = {
    stride: [integer(random, 1, 3), integer(random, 1, 2)],
    pad: Array.from({ length: 4 }, () => integer(random, 0, 2)),
    ...(dilation === undefined ? {} : { dilation }),
    ...(groups === 1 ? {} : { groups }),
  };
  const shapes = [
    [n, ...size, ci * groups],
    [...kernel, ci, co * groups],
  ];
  const { x, w, y } = geometry(shapes, { mode: "forward", ...attrs });
  return [
    { shapes: [x, w], attrs: { mode: "forward", ...attrs } },
    { shapes: [y, w], attrs: { mode: "input", ...attrs, inputSize: size } },
    { shapes: [x, y], attrs: { mode: "weight", ...attrs, kernel } },
  ];
}
