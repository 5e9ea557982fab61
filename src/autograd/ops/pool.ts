import { type Attrs, type Shape, sizeOf } from "../../model/graph.ts";
import { indexed } from "./families.ts";
import { type Example, fail, integer, integers, type Random, sameShape, type TensorOp, ulps } from "./op.ts";
import { eachTap, type Window, windowOf, windowsOver } from "./window.ts";

/**
 * Maximum pooling in three ops: which tap of each window holds the maximum, what stands at that tap, and its adjoint.
 * The pooled picture is poolPick(x, poolArgmax(x)). The tap numbers have no derivative, so that every derivative of a
 * pooling is one more poolPick or poolSpread with the same numbers, and they are all that is kept of x.
 *
 * Pictures are [N,H,W,C]; tap k of a window of height kh and width kw is row floor(k / kw), column k mod kw. Attributes
 * are `{kernel, stride, pad, dilation}`.
 */

const pooling = (attrs: Attrs): Window => windowOf(attrs, integers(attrs, "kernel", 2, 1));

const checkPicture = (x: Shape): Shape => (x.length === 4 ? x : fail("pictures need four axes, NHWC"));

/** The pooled shape. Every window must meet the picture. */
function pooled(x: Shape, attrs: Attrs): Shape {
  const [n, h, w, c] = checkPicture(x);
  const window = pooling(attrs);
  const out = windowsOver([h, w], window);
  out.forEach((count, a) => {
    const size = [h, w][a];
    for (let i = 0; i < count; i++) {
      const first = i * window.stride[a] - window.pad[a];
      // The first tap at 0 or beyond; taps lie `dilation` apart.
      const tap = Math.max(0, Math.ceil(-first / window.dilation[a]));
      if (tap >= window.kernel[a] || first + tap * window.dilation[a] >= size)
        fail(`window ${i} along axis ${a + 1} lies outside the picture`);
    }
  });
  return [n, ...out, c];
}

/** Number of the tap that holds the maximum of each window, the first one where several do: [N,oh,ow,C]. */
export const poolArgmax: TensorOp = {
  name: "poolArgmax",
  kind: "pool",
  family: "zero",
  arity: 1,
  domain: [-2, 2],
  smooth: false,
  tolerance: ulps(0),
  shape: ([x], attrs) => pooled(x, attrs),
  f64: ([x], [[n, h, w, c]], attrs, shape) => {
    const taps = new Float64Array(sizeOf(shape)).fill(-1);
    const best = new Float64Array(taps.length);
    eachTap(n, [h, w], shape.slice(1, 3), pooling(attrs), (picture, tap, at) => {
      for (let k = 0; k < c; k++) {
        const value = x[picture * c + k];
        if (taps[at * c + k] < 0 || value > best[at * c + k]) {
          best[at * c + k] = value;
          taps[at * c + k] = tap;
        }
      }
    });
    return taps;
  },
  jvp: () => null,
  vjp: () => [null],
  examples: (random) => windows(random).map(({ picture, attrs }) => ({ shapes: [picture], attrs })),
};

/** x [N,H,W,C], taps [N,oh,ow,C] -> [N,oh,ow,C]: what stands at the tap of each window, 0 where that is padding. */
export const poolPick = indexed("poolPick", {
  kind: "pool",
  indexDtype: "f32",
  tolerance: ulps(0),
  shape: ([x, taps], attrs) => {
    const shape = pooled(x, attrs);
    return sameShape(shape, taps) ? shape : fail(`taps must be [${shape}]`);
  },
  f64: ([x, taps], [[n, h, w, c]], attrs, shape) => {
    const out = new Float64Array(sizeOf(shape));
    eachTap(n, [h, w], shape.slice(1, 3), pooling(attrs), (picture, tap, at) => {
      for (let k = 0; k < c; k++) if (taps[at * c + k] === tap) out[at * c + k] = x[picture * c + k];
    });
    return out;
  },
  adjoint: (g, { inputs: [x, taps], attrs }, dy) =>
    g.op("poolSpread", [dy, taps], { ...attrs, inputSize: g.shape(x).slice(1, 3) }),
  examples: (random) =>
    windows(random).map(({ picture, out, attrs, indexBound }) => ({
      shapes: [picture, out],
      attrs,
      indexBound,
    })),
});

/** `{inputSize}`: y and taps [N,oh,ow,C] -> [N,H,W,C]: each element of y added where its tap stands. */
export const poolSpread = indexed("poolSpread", {
  kind: "pool",
  indexDtype: "f32",
  tolerance: ulps(8),
  shape: ([y, taps], attrs) => {
    const shape = [checkPicture(y)[0], ...integers(attrs, "inputSize", 2, 1), y[3]];
    return sameShape(pooled(shape, attrs), y) && sameShape(y, taps)
      ? shape
      : fail(`operands must be [${pooled(shape, attrs)}]`);
  },
  f64: ([y, taps], [[n, oh, ow, c]], attrs, shape) => {
    const out = new Float64Array(sizeOf(shape));
    eachTap(n, shape.slice(1, 3), [oh, ow], pooling(attrs), (picture, tap, at) => {
      for (let k = 0; k < c; k++) if (taps[at * c + k] === tap) out[picture * c + k] += y[at * c + k];
    });
    return out;
  },
  adjoint: (g, { inputs: [, taps], attrs: { inputSize: _, ...attrs } }, dx) =>
    g.op("poolPick", [dx, taps], attrs),
  examples: (random) =>
    windows(random).map(({ picture, out, attrs, indexBound }) => ({
      shapes: [out, out],
      attrs: { ...attrs, inputSize: picture.slice(1, 3) },
      indexBound,
    })),
});

interface Pooling extends Pick<Example, "attrs"> {
  readonly picture: Shape;
  readonly out: Shape;
  readonly indexBound: number;
}

/** Windows that overlap, leave gaps, are dilated, and reach beyond the picture. */
function windows(random: Random): Pooling[] {
  const cases: Attrs[] = [
    { kernel: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1], dilation: [1, 1] },
    { kernel: [2, 2], stride: [2, 3], pad: [0, 0, 1, 1], dilation: [1, 1] },
    { kernel: [2, 3], stride: [1, 1], pad: [0, 1, 0, 1], dilation: [2, 1] },
  ];
  return cases.map((attrs) => {
    const c = integer(random, 1, 5);
    const picture = [integer(random, 1, 2), 2 * integer(random, 2, 3), 3 * integer(random, 1, 2), c];
    const [kh, kw] = attrs.kernel as number[];
    return { picture, out: pooled(picture, attrs), attrs, indexBound: kh * kw };
  });
}
