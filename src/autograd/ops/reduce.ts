import { type Attrs, type Shape, sizeOf } from "../../model/graph.ts";
import { linear } from "./families.ts";
import { fail, integerList, type Random, type Rules, randomShape, type TensorOp, ulps } from "./op.ts";
import { rowMajor, walk } from "./strided.ts";

/** Reductions over `{axes}`, ascending. Reduced axes stay with size 1. */

function reducedShape([x]: readonly Shape[], attrs: Attrs): Shape {
  const axes = integerList(attrs, "axes", 0);
  if (axes.some((axis, i) => axis >= x.length || (i > 0 && axis <= axes[i - 1])))
    fail(`axes must ascend from 0 to at most ${x.length - 1}`);
  return x.map((n, axis) => (axes.includes(axis) ? 1 : n));
}

function fold(
  x: Float64Array,
  from: Shape,
  to: Shape,
  start: number,
  join: (a: number, b: number) => number,
) {
  const out = new Float64Array(sizeOf(to)).fill(start);
  const strides = rowMajor(to).map((s, axis) => (to[axis] === 1 ? 0 : s));
  walk(from, { offset: 0, strides: rowMajor(from) }, { offset: 0, strides }, (i, j) => {
    out[j] = join(out[j], x[i]);
  });
  return out;
}

const examples = (random: Random) => [
  { shapes: [randomShape(random, 1, 9)], attrs: { axes: [0] } },
  { shapes: [randomShape(random, 3)], attrs: { axes: [1] } },
  { shapes: [randomShape(random, 4)], attrs: { axes: [0, 1, 2] } },
  { shapes: [randomShape(random, 3)], attrs: { axes: [0, 2] } },
];

export const sum = linear("sum", {
  kind: "reduce",
  tolerance: ulps(16),
  shape: reducedShape,
  f64: ([x], [from], _attrs, shape) => fold(x, from, shape, 0, (a, b) => a + b),
  adjoint: (g, { inputs: [x] }, dy) => g.op("broadcast", [dy], { shape: g.shape(x) }),
  examples,
});

/** 1 / (number of elements that attain the maximum) at those elements, 0 elsewhere. */
function maximumShare(g: Rules, x: number, y: number, attrs: Attrs): number {
  const attains = g.op("eq", [x, y]);
  return g.div(attains, g.op("sum", [attains], attrs));
}

/** Ties share the derivative equally. */
export const max: TensorOp = {
  name: "max",
  kind: "reduce",
  family: "selection",
  arity: 1,
  domain: [-2, 2],
  smooth: false,
  tolerance: ulps(0),
  shape: reducedShape,
  f64: ([x], [from], _attrs, shape) => fold(x, from, shape, Number.NEGATIVE_INFINITY, Math.max),
  jvp: (g, { inputs: [x], output, attrs }, [d]) =>
    d === null ? null : g.op("sum", [g.mul(maximumShare(g, x, output, attrs), d)], attrs),
  vjp: (g, { inputs: [x], output, attrs }, dy) => [g.mul(maximumShare(g, x, output, attrs), dy)],
  examples,
};
