import { pointwise } from "./families.ts";
import { ulps } from "./op.ts";

/**
 * 2/sqrt(pi) exp(-x^2) sum_k 2^k x^(2k+1) / (1 3 5 ... (2k+1)) (Abramowitz and Stegun 7.1.6): all terms have one sign,
 * so nothing cancels. From 6 on the error function is 1 in float64.
 */
function erfF64(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let k = 1; Math.abs(term) > 2 ** -56 * Math.abs(total); k++) {
    term *= (2 * x * x) / (2 * k + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

/**
 * Operations per element. An entry gives partial derivatives only; jvp and vjp follow from them. Partials are
 * written with the result y where that is possible, because the result is usually kept as a residual anyway.
 */

export const add = pointwise("add", {
  scalar: (a, b) => a + b,
  wgsl: ([a, b]) => `(${a} + ${b})`,
  partials: [1, 1],
  domain: [-2, 2],
  tolerance: ulps(1),
});

export const sub = pointwise("sub", {
  scalar: (a, b) => a - b,
  wgsl: ([a, b]) => `(${a} - ${b})`,
  partials: [1, -1],
  domain: [-2, 2],
  tolerance: ulps(1),
});

export const mul = pointwise("mul", {
  scalar: (a, b) => a * b,
  wgsl: ([a, b]) => `(${a} * ${b})`,
  partials: [(_g, [, b]) => b, (_g, [a]) => a],
  domain: [-2, 2],
  tolerance: ulps(1),
});

export const div = pointwise("div", {
  scalar: (a, b) => a / b,
  wgsl: ([a, b]) => `(${a} / ${b})`,
  partials: [(g, [, b]) => g.div(g.constant(1), b), (g, [, b], y) => g.neg(g.div(y, b))],
  domain: [0.25, 4],
  tolerance: ulps(4),
});

export const neg = pointwise("neg", {
  scalar: (a) => -a,
  wgsl: ([a]) => `(-${a})`,
  partials: [-1],
  domain: [-2, 2],
  tolerance: ulps(0),
});

/** WGSL promises 3 + 2|x| units in the last place. */
export const exp = pointwise("exp", {
  scalar: (a) => Math.exp(a),
  wgsl: ([a]) => `exp(${a})`,
  partials: [(_g, _x, y) => y],
  domain: [-20, 5],
  tolerance: ulps(43),
});

/** The builtin is accurate near 1 only absolutely, so the text calls its own logarithm. */
export const log = pointwise("log", {
  scalar: (a) => Math.log(a),
  wgsl: ([a], width) => `${width === 4 ? "es_log4" : "es_log"}(${a})`,
  helpers: ["es_log"],
  partials: [(g, [x]) => g.div(g.constant(1), x)],
  domain: [0.05, 20],
  tolerance: ulps(4),
});

export const sqrt = pointwise("sqrt", {
  scalar: (a) => Math.sqrt(a),
  wgsl: ([a]) => `sqrt(${a})`,
  partials: [(g, _x, y) => g.div(g.constant(0.5), y)],
  domain: [0.05, 20],
  tolerance: ulps(5),
});

/** y = x^(-1/2), y' = -y^3 / 2. */
export const rsqrt = pointwise("rsqrt", {
  scalar: (a) => 1 / Math.sqrt(a),
  wgsl: ([a]) => `inverseSqrt(${a})`,
  partials: [(g, _x, y) => g.mul(g.constant(-0.5), g.mul(y, g.mul(y, y)))],
  domain: [0.05, 20],
  tolerance: ulps(3),
});

/** The builtin is accurate to 1e-5 only, so the text calls its own; y' = 1 - y^2. */
export const tanh = pointwise("tanh", {
  scalar: (a) => Math.tanh(a),
  wgsl: ([a], width) => `${width === 4 ? "es_tanh4" : "es_tanh"}(${a})`,
  helpers: ["es_tanh"],
  partials: [(g, _x, y) => g.sub(g.constant(1), g.mul(y, y))],
  domain: [-6, 6],
  tolerance: ulps(6),
});

/** WGSL has none, so the text calls its own; y' = 2/sqrt(pi) exp(-x^2). */
export const erf = pointwise("erf", {
  scalar: erfF64,
  wgsl: ([a], width) => `${width === 4 ? "es_erf4" : "es_erf"}(${a})`,
  helpers: ["es_erf"],
  partials: [(g, [x]) => g.mul(g.constant(2 / Math.sqrt(Math.PI)), g.op("exp", [g.neg(g.mul(x, x))]))],
  domain: [-4, 4],
  tolerance: ulps(6),
});

/** y' = step(y) and not step(x): the activation is a residual of the next layer, the pre-activation is not. */
export const relu = pointwise("relu", {
  scalar: (a) => Math.max(a, 0),
  wgsl: ([a], width) => `max(${a}, ${width === 4 ? "vec4f(0.0)" : "0.0"})`,
  partials: [(g, _x, y) => g.op("step", [y])],
  domain: [-2, 2],
  smooth: false,
  tolerance: ulps(0),
});

/** 1 where x > 0, else 0. */
export const step = pointwise("step", {
  scalar: (a) => (a > 0 ? 1 : 0),
  wgsl: ([a], width) =>
    width === 4 ? `select(vec4f(0.0), vec4f(1.0), ${a} > vec4f(0.0))` : `select(0.0, 1.0, ${a} > 0.0)`,
  partials: [null],
  domain: [-2, 2],
  smooth: false,
  tolerance: ulps(0),
});

/** 1 where both operands are equal, else 0. */
export const eq = pointwise("eq", {
  scalar: (a, b) => (a === b ? 1 : 0),
  wgsl: ([a, b], width) =>
    width === 4 ? `select(vec4f(0.0), vec4f(1.0), ${a} == ${b})` : `select(0.0, 1.0, ${a} == ${b})`,
  partials: [null, null],
  domain: [-2, 2],
  smooth: false,
  tolerance: ulps(0),
});
