import { type Attrs, type NodeId, type Shape, sizeOf } from "../../model/graph.ts";
import { linear } from "./families.ts";
import { fail, integer, integerList, integers, type Random, randomShape, type TensorOp, ulps } from "./op.ts";
import { copy, rowMajor, type View } from "./strided.ts";

/** Operations that place elements without computing on them. All are exact. */

const exact = ulps(0);
const contiguous = (data: Float64Array, shape: Shape): View => ({
  data,
  offset: 0,
  strides: rowMajor(shape),
});
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, v, i) => s + v * b[i], 0);

/** `{shape}`: the same elements in row-major order under another shape. */
export const reshape = linear("reshape", {
  kind: "movement",
  tolerance: exact,
  shape: ([x], attrs) => {
    const shape = integerList(attrs, "shape", 1);
    return sizeOf(shape) === sizeOf(x)
      ? shape
      : fail(`${sizeOf(x)} elements cannot take a shape of ${sizeOf(shape)}`);
  },
  f64: ([x]) => x,
  adjoint: (g, { inputs: [x] }, dy) => g.op("reshape", [dy], { shape: g.shape(x) }),
  examples: (random) => {
    const [a, b, c] = randomShape(random, 3);
    return [
      { shapes: [[a, b, c]], attrs: { shape: [a * b, c] } },
      { shapes: [[a * c]], attrs: { shape: [1, c, 1, a] } },
      { shapes: [[1, 1]], attrs: { shape: [] } },
    ];
  },
});

const inverse = (perm: readonly number[]): number[] => perm.map((_, axis) => perm.indexOf(axis));

/** `{perm}`: axis i of the result is axis perm[i] of the operand. */
export const transpose = linear("transpose", {
  kind: "movement",
  tolerance: exact,
  shape: ([x], attrs) => {
    const perm = integers(attrs, "perm", x.length, 0);
    return inverse(perm).includes(-1)
      ? fail(`perm must order the axes 0 to ${x.length - 1}`)
      : perm.map((a) => x[a]);
  },
  f64: ([x], [from], attrs, shape) => {
    const out = new Float64Array(x.length);
    const strides = rowMajor(from);
    const perm = integers(attrs, "perm", from.length, 0);
    copy(shape, { data: x, offset: 0, strides: perm.map((a) => strides[a]) }, contiguous(out, shape));
    return out;
  },
  adjoint: (g, { attrs }, dy) => g.op("transpose", [dy], { perm: inverse(integerList(attrs, "perm", 0)) }),
  examples: (random) => [
    { shapes: [randomShape(random, 2)], attrs: { perm: [1, 0] } },
    { shapes: [randomShape(random, 4)], attrs: { perm: [3, 1, 0, 2] } },
  ],
});

/** Axes of the result of broadcasting `from` along which elements repeat. */
const repeatedAxes = (from: Shape, to: Shape): number[] => {
  const lead = to.length - from.length;
  return to.flatMap((n, axis) => (n > 1 && (axis < lead || from[axis - lead] === 1) ? [axis] : []));
};

/** `{shape}`: numpy's rule, axes aligned at the right, sizes of 1 and missing axes repeat. Adjoint: sum. */
export const broadcast = linear("broadcast", {
  kind: "movement",
  tolerance: exact,
  shape: ([x], attrs) => {
    const shape = integerList(attrs, "shape", 1);
    const lead = shape.length - x.length;
    if (lead < 0 || x.some((n, axis) => n !== 1 && n !== shape[axis + lead]))
      fail(`[${x}] does not broadcast to [${shape}]`);
    return shape;
  },
  f64: ([x], [from], _attrs, shape) => {
    const lead = shape.length - from.length;
    const own = rowMajor(from);
    const strides = shape.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : own[axis - lead]));
    const out = new Float64Array(sizeOf(shape));
    copy(shape, { data: x, offset: 0, strides }, contiguous(out, shape));
    return out;
  },
  adjoint: (g, { inputs: [x], output }, dy) => {
    const axes = repeatedAxes(g.shape(x), g.shape(output));
    return g.op("reshape", [g.op("sum", [dy], { axes })], { shape: g.shape(x) });
  },
  examples: (random) => {
    const [a, b, c] = randomShape(random, 3);
    return [
      { shapes: [[b, 1]], attrs: { shape: [a, b, c] } },
      { shapes: [[]], attrs: { shape: [a, c] } },
      { shapes: [[c]], attrs: { shape: [a, b, c] } },
    ];
  },
});

/** Steps of a slice: whole numbers other than 0; below 0 they walk backwards. */
function steps(attrs: Attrs, rank: number): readonly number[] {
  const { stride } = attrs;
  return Array.isArray(stride) &&
    stride.length === rank &&
    stride.every((n) => Number.isInteger(n) && n !== 0)
    ? stride
    : fail(`attribute stride must be ${rank} integers other than 0`);
}

/** `{start, size, stride}`: element i of the result is element start + i * stride of the operand, per axis. */
export const slice = linear("slice", {
  kind: "movement",
  tolerance: exact,
  shape: ([x], attrs) => {
    const start = integers(attrs, "start", x.length, 0);
    const size = integers(attrs, "size", x.length, 1);
    const stride = steps(attrs, x.length);
    x.forEach((n, axis) => {
      for (const at of [start[axis], start[axis] + (size[axis] - 1) * stride[axis]])
        if (at < 0 || at >= n) fail(`axis ${axis} reaches element ${at} of ${n}`);
    });
    return size;
  },
  f64: ([x], [from], attrs, shape) => {
    const stride = steps(attrs, from.length);
    const own = rowMajor(from);
    const offset = dot(integers(attrs, "start", from.length, 0), own);
    const out = new Float64Array(sizeOf(shape));
    copy(shape, { data: x, offset, strides: own.map((s, a) => s * stride[a]) }, contiguous(out, shape));
    return out;
  },
  adjoint: (g, { inputs: [x], attrs }, dy) => {
    const [start, size] = ["start", "size"].map((key) => integerList(attrs, key, 0));
    const stride = steps(attrs, size.length);
    // What was read backwards is turned round first.
    const forwards = g.op("slice", [dy], {
      start: size.map((n, a) => (stride[a] < 0 ? n - 1 : 0)),
      size,
      stride: stride.map(Math.sign),
    });
    const low = start.map((n, a) => Math.min(n, n + (size[a] - 1) * stride[a]));
    const interior = stride.map((n) => Math.abs(n) - 1);
    const high = g.shape(x).map((n, a) => n - low[a] - ((size[a] - 1) * (interior[a] + 1) + 1));
    return g.op("pad", [forwards], { low, high, interior });
  },
  examples: (random) => [randomSlice(random, 2), randomSlice(random, 4), backwards(randomSlice(random, 3))],
});

function randomSlice(random: Random, rank: number) {
  const size = randomShape(random, rank, 3);
  const stride = randomShape(random, rank, 3);
  const start = size.map(() => integer(random, 0, 2));
  const shape = size.map((n, a) => start[a] + (n - 1) * stride[a] + 1 + integer(random, 0, 2));
  return { shapes: [shape], attrs: { start, size, stride } };
}

/** The same elements in opposite order, but for the middle axes. */
function backwards({ shapes, attrs: { start, size, stride } }: ReturnType<typeof randomSlice>) {
  const turned = (a: number): boolean => a === 0 || a === size.length - 1;
  return {
    shapes,
    attrs: {
      start: start.map((n, a) => (turned(a) ? n + (size[a] - 1) * stride[a] : n)),
      size,
      stride: stride.map((n, a) => (turned(a) ? -n : n)),
    },
  };
}

/** `{low, high, interior}`: zeros before, after and between the elements of each axis. */
export const pad = linear("pad", {
  kind: "movement",
  tolerance: exact,
  shape: ([x], attrs) => {
    const [low, high, interior] = ["low", "high", "interior"].map((key) => integers(attrs, key, x.length, 0));
    return x.map((n, a) => low[a] + high[a] + n + (n - 1) * interior[a]);
  },
  f64: ([x], [from], attrs, shape) => {
    const interior = integers(attrs, "interior", from.length, 0);
    const own = rowMajor(shape);
    const offset = dot(integers(attrs, "low", from.length, 0), own);
    const out = new Float64Array(sizeOf(shape));
    copy(from, contiguous(x, from), { data: out, offset, strides: own.map((s, a) => s * (interior[a] + 1)) });
    return out;
  },
  adjoint: (g, { inputs: [x], attrs }, dy) =>
    g.op("slice", [dy], {
      start: integerList(attrs, "low", 0),
      size: g.shape(x),
      stride: integerList(attrs, "interior", 0).map((n) => n + 1),
    }),
  examples: (random) => [
    randomPad(random, randomShape(random, 1, 3)),
    randomPad(random, randomShape(random, 3, 3)),
    // The innermost axis moves by whole vec4s or not at all.
    ...[0, 4].map((low) => ({
      shapes: [[2, 3, 8]],
      attrs: { low: [1, 0, low], high: [0, 2, low], interior: [0, 1, 0] },
    })),
    { shapes: [[2, 3]], attrs: { low: [1, 0], high: [0, 0], interior: [2, 0] } },
  ],
});

function randomPad(random: Random, shape: Shape) {
  const counts = (): number[] => shape.map(() => integer(random, 0, 2));
  return { shapes: [shape], attrs: { low: counts(), high: counts(), interior: counts() } };
}

const startAt = (rank: number, axis: number, at: number): number[] =>
  Array.from({ length: rank }, (_, a) => (a === axis ? at : 0));

/** `{axis}`: operands one after the other along an axis. Linear in all operands together. */
export const concat: TensorOp = {
  name: "concat",
  kind: "movement",
  family: "linear",
  arity: null,
  domain: [-2, 2],
  smooth: true,
  tolerance: exact,
  shape: (shapes, { axis }) => {
    const [first] = shapes;
    if (typeof axis !== "number" || first[axis] === undefined)
      return fail(`attribute axis must be an axis from 0 to ${first.length - 1}`);
    if (shapes.some((s) => s.length !== first.length || s.some((n, a) => a !== axis && n !== first[a])))
      fail(`operands may differ along axis ${axis} only`);
    return first.map((n, a) => (a === axis ? shapes.reduce((sum, s) => sum + s[a], 0) : n));
  },
  f64: (operands, shapes, attrs, shape) => {
    const axis = attrs.axis as number;
    const out = new Float64Array(sizeOf(shape));
    const strides = rowMajor(shape);
    let at = 0;
    operands.forEach((data, k) => {
      copy(shapes[k], contiguous(data, shapes[k]), { data: out, offset: at * strides[axis], strides });
      at += shapes[k][axis];
    });
    return out;
  },
  jvp: (g, { inputs, attrs }, tangents) => {
    if (tangents.every((d) => d === null)) return null;
    const parts = tangents.map((d, i) => d ?? g.full(0, g.shape(inputs[i])));
    return g.op("concat", parts, attrs);
  },
  vjp: (g, { inputs, attrs }, dy) => {
    const axis = attrs.axis as number;
    let at = 0;
    return inputs.map((input: NodeId) => {
      const size = g.shape(input);
      const start = startAt(size.length, axis, at);
      at += size[axis];
      return g.op("slice", [dy], { start, size, stride: size.map(() => 1) });
    });
  },
  examples: (random) => {
    const [a, b, c] = randomShape(random, 3);
    return [
      { shapes: [[a], [b], [c]], attrs: { axis: 0 } },
      {
        shapes: [
          [a, 2, c],
          [a, b, c],
        ],
        attrs: { axis: 1 },
      },
    ];
  },
};

/**
 * The identity, held constant by both modes. For terms that cancel in exact arithmetic, such as the maximum
 * subtracted inside log-softmax. `removeStopGradients` drops it after differentiation.
 */
export const stopGradient: TensorOp = {
  name: "stopGradient",
  kind: "movement",
  family: "zero",
  arity: 1,
  domain: [-2, 2],
  smooth: false,
  tolerance: exact,
  shape: ([x]) => x,
  f64: ([x]) => x,
  jvp: () => null,
  vjp: () => [null],
  examples: (random) => [{ shapes: [randomShape(random, 2)], attrs: {} }],
};
