import { pointwise } from "./families.ts";
import { ulps } from "./op.ts";

/** Operations per element that choose, compare or round. All are exact; where they jump or have a kink is said here. */

const exact = { domain: [-2, 2], smooth: false, tolerance: ulps(0) } as const;
const truth = (condition: string): string => `select(vec4f(0.0), vec4f(1.0), ${condition})`;

/** y' = step(y) and not step(x): the activation is a residual of the next layer, the pre-activation is not. */
export const relu = pointwise("relu", {
  ...exact,
  scalar: (a) => Math.max(a, 0),
  wgsl: ([a]) => `max(${a}, vec4f(0.0))`,
  partials: [(g, _x, y) => g.op("step", [y])],
});

/** 1 where x > 0, else 0. */
export const step = pointwise("step", {
  ...exact,
  scalar: (a) => (a > 0 ? 1 : 0),
  wgsl: ([a]) => truth(`${a} > vec4f(0.0)`),
  partials: [null],
});

/** 1 where both operands are equal, else 0. */
export const eq = pointwise("eq", {
  ...exact,
  scalar: (a, b) => (a === b ? 1 : 0),
  wgsl: ([a, b]) => truth(`${a} == ${b}`),
  partials: [null, null],
});

/** (test, a, b): a where test > 0, else b. What is not chosen may be anything but infinite or NaN. */
export const select = pointwise("select", {
  ...exact,
  scalar: (test, a, b) => (test > 0 ? a : b),
  wgsl: ([test, a, b]) => `select(${b}, ${a}, ${test} > vec4f(0.0))`,
  partials: [
    null,
    (g, [test]) => g.op("step", [test]),
    (g, [test]) => g.sub(g.constant(1), g.op("step", [test])),
  ],
});

/**
 * (x, low, high): min(max(x, low), high). As with relu the derivative is written with y, and is 0 at both bounds, as in
 * PyTorch's relu6 and hardtanh; there it belongs to the bound.
 */
export const clip = pointwise("clip", {
  ...exact,
  scalar: (a, low, high) => Math.min(Math.max(a, low), high),
  wgsl: ([a, low, high]) => `min(max(${a}, ${low}), ${high})`,
  partials: [
    (g, [, low, high], y) => g.op("inside", [y, low, high]),
    (g, [, low], y) => g.op("eq", [y, low]),
    (g, [, , high], y) => g.op("eq", [y, high]),
  ],
});

/** (x, low, high): 1 where low < x < high, else 0. */
export const inside = pointwise("inside", {
  ...exact,
  scalar: (a, low, high) => (a > low && a < high ? 1 : 0),
  wgsl: ([a, low, high]) => truth(`(${a} > ${low}) & (${a} < ${high})`),
  partials: [null, null, null],
});

/** Largest whole number not above x. */
export const floor = pointwise("floor", {
  ...exact,
  scalar: (a) => Math.floor(a),
  wgsl: ([a]) => `floor(${a})`,
  partials: [null],
});

/** Nearest whole number, the even one of two. */
export const round = pointwise("round", {
  ...exact,
  scalar: (a) => {
    const nearest = Math.round(a);
    return nearest - a === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
  },
  wgsl: ([a]) => `round(${a})`,
  partials: [null],
});
