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

/** Largest float32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * Smooth operations per element. An entry gives partial derivatives only; jvp and vjp follow from them. Partials are
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
  wgsl: ([a]) => `es_log4(${a})`,
  helpers: ["log"],
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
  wgsl: ([a]) => `es_tanh4(${a})`,
  helpers: ["tanh"],
  partials: [(g, _x, y) => g.sub(g.constant(1), g.mul(y, y))],
  domain: [-6, 6],
  tolerance: ulps(6),
});

/** WGSL has none, so the text calls its own; y' = 2/sqrt(pi) exp(-x^2). */
export const erf = pointwise("erf", {
  scalar: erfF64,
  wgsl: ([a]) => `es_erf4(${a})`,
  helpers: ["erf"],
  partials: [(g, [x]) => g.mul(g.constant(2 / Math.sqrt(Math.PI)), g.op("exp", [g.neg(g.mul(x, x))]))],
  domain: [-4, 4],
  tolerance: ulps(6),
});

/**
 * a to the power of b: for a below 0 where b is a whole number, as Math.pow. Next to a = 0 the derivative with respect to
 * b is taken at the smallest float32, where it is 0 and not 0 times infinity.
 */
export const pow = pointwise("pow", {
  scalar: (a, b) => a ** b,
  wgsl: ([a, b]) => `es_pow4(${a}, ${b})`,
  helpers: ["log", "pow"],
  partials: [
    (g, [a, b]) => g.mul(b, g.op("pow", [a, g.sub(b, g.constant(1))])),
    (g, [a], y) => g.mul(y, g.op("log", [g.op("clip", [a, g.constant(2 ** -126), g.constant(LARGEST)])])),
  ],
  domain: [0.25, 4],
  tolerance: ulps(40),
});

/** WGSL promises 5e-4 only, so the text calls its own. */
export const sin = pointwise("sin", {
  scalar: (a) => Math.sin(a),
  wgsl: ([a]) => `es_sin4(${a}, 0u)`,
  helpers: ["sin"],
  partials: [(g, [x]) => g.op("cos", [x])],
  domain: [-10, 10],
  tolerance: ulps(4),
});

export const cos = pointwise("cos", {
  scalar: (a) => Math.cos(a),
  wgsl: ([a]) => `es_sin4(${a}, 1u)`,
  helpers: ["sin"],
  partials: [(g, [x]) => g.neg(g.op("sin", [x]))],
  domain: [-10, 10],
  tolerance: ulps(4),
});
