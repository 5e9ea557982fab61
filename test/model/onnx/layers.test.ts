import { describe, expect, test } from "vitest";
import { sizeOf } from "../../../src/model/graph.ts";
import { floats, integers, node, tensor } from "../../fixtures/onnx.mjs";
import { refusal } from "../files.ts";
import { at, evaluate, expectClose, type Nodes, numbers, type Parts, table } from "./networks.ts";

/** Normalisation, attention, choices and gathers against loops that follow the ONNX specification, in float64. */

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const moments = (list: readonly number[]) => {
  const mean = sum(list) / list.length;
  return { mean, variance: sum(list.map((v) => (v - mean) ** 2)) / list.length };
};
const bool = (name: string, dims: readonly number[], values: readonly number[]) =>
  tensor(name, dims, Uint8Array.from(values), 9);

describe("normalisation", () => {
  const shape = [2, 4, 3, 2];
  const [scale, shift] = [numbers([4], 1), numbers([4], 2)];

  test.each([-1, 2])(
    "LayerNormalization from axis %i on, with the mean and 1 / deviation as outputs",
    (axis) => {
      const over = shape.slice(axis);
      const [weight, bias] = [numbers(over, 3), numbers(over, 4)];
      const run = sizeOf(over);
      const rows = sizeOf(shape) / run;
      const { net, x, y } = evaluate({
        shape,
        nodes: [
          node("LayerNormalization", ["x", "norm.weight", "norm.bias"], ["l", "m", "i"], {
            axis,
            epsilon: { float: 1e-3 },
          }),
          node("Mul", ["m", "i"], ["mi"]),
          node("Add", ["l", "mi"], ["y"]),
        ],
        features: 24,
        parts: { weights: { "norm.weight": [over, weight], "norm.bias": [over, bias] } },
      });
      const parts = Array.from({ length: rows }, (_, r) =>
        moments(Array.from(x.subarray(r * run, (r + 1) * run))),
      );
      expectClose(
        y,
        Array.from(x, (v, i) => {
          const { mean, variance } = parts[Math.floor(i / run)];
          const inverse = 1 / Math.sqrt(variance + 1e-3);
          return (v - mean) * inverse * weight[i % run] + bias[i % run] + mean * inverse;
        }),
      );
      expect(net.architecture.parameters.slice(0, 2).map(({ name }) => name)).toEqual([
        "norm.weight",
        "norm.bias",
      ]);
    },
  );

  test.each([
    ["InstanceNormalization", 17, 4, 4],
    ["GroupNormalization", 18, 2, 2],
    ["GroupNormalization", 21, 2, 4],
  ])("%s, opset %i: %i groups, an affine part of %i", (op, opset, groups, size) => {
    const weights = {
      "norm.weight": [[size], scale.subarray(0, size)],
      "norm.bias": [[size], shift.subarray(0, size)],
    } as const;
    const { x, y } = evaluate({
      shape,
      nodes: [
        node(op, ["x", "norm.weight", "norm.bias"], ["y"], {
          epsilon: { float: 1e-3 },
          ...(op === "GroupNormalization" ? { num_groups: groups } : {}),
        }),
      ],
      features: 24,
      parts: { weights, opset },
    });
    const run = 24 / groups;
    const parts = Array.from({ length: 2 * groups }, (_, g) =>
      moments(Array.from(x.subarray(g * run, (g + 1) * run))),
    );
    expectClose(
      y,
      table(shape, (n, c, h, w) => {
        const { mean, variance } = parts[n * groups + Math.floor((c * groups) / 4)];
        const k = Math.floor((c * size) / 4);
        return (scale[k] * (x[at(shape, n, c, h, w)] - mean)) / Math.sqrt(variance + 1e-3) + shift[k];
      }),
    );
  });
});

describe("Attention", () => {
  /** query, key, value as [heads][row][column] -> [heads][row][column]. */
  function attend(
    q: number[][][],
    k: number[][][],
    v: number[][][],
    penalty: (i: number, j: number) => number,
    scale: number,
  ) {
    return q.map((rows, h) => {
      const kv = Math.floor((h * k.length) / q.length);
      return rows.map((row, i) => {
        const scores = k[kv].map((key, j) => scale * sum(row.map((a, c) => a * key[c])) + penalty(i, j));
        const weights = scores.map(Math.exp);
        return v[kv][0].map((_, c) => sum(weights.map((w, j) => (w * v[kv][j][c]) / sum(weights))));
      });
    });
  }
  const cut = (
    x: ArrayLike<number>,
    heads: number,
    rows: number,
    width: number,
    read: (h: number, i: number, c: number) => number,
  ) =>
    Array.from({ length: heads }, (_, h) =>
      Array.from({ length: rows }, (_, i) => Array.from({ length: width }, (_, c) => x[read(h, i, c)])),
    );

  test("of rows, two query heads per key, causal, with an added mask", () => {
    const [s, width] = [3, 2];
    const [wq, wk] = [numbers([8, 8], 1), numbers([8, 4], 2)];
    const mask = [0, 0.5, -1, 0.25, 0, 0, -0.5, 1, 0];
    const { x, y } = evaluate({
      shape: [2, s * 8],
      nodes: [
        node("Reshape", ["x", "rows"], ["r"]),
        node("MatMul", ["r", "q.weight"], ["q"]),
        node("MatMul", ["r", "k.weight"], ["k"]),
        node("Attention", ["q", "k", "k", "mask"], ["y"], { q_num_heads: 4, kv_num_heads: 2, is_causal: 1 }),
      ],
      features: s * 8,
      parts: {
        opset: 23,
        weights: { "q.weight": [[8, 8], wq], "k.weight": [[8, 4], wk] },
        initialisers: [
          integers("rows", [3], [0, s, 8]),
          floats("onnx::mask", [1], [0]),
          floats("mask", [s, s], mask),
        ],
      },
    });
    const want = [0, 1].flatMap((n) => {
      const times = (w: Float32Array, columns: number) => (i: number, c: number) =>
        sum(Array.from({ length: 8 }, (_, k) => x[(n * s + i) * 8 + k] * w[k * columns + c]));
      const [q, k] = [times(wq, 8), times(wk, 4)];
      const split = (f: (i: number, c: number) => number, heads: number) =>
        Array.from({ length: heads }, (_, h) =>
          Array.from({ length: s }, (_, i) => Array.from({ length: width }, (_, c) => f(i, h * width + c))),
        );
      const keys = split(k, 2);
      const found = attend(
        split(q, 4),
        keys,
        keys,
        (i, j) => (j > i ? -1e9 : mask[i * s + j]),
        1 / Math.sqrt(width),
      );
      return table([s, 8], (i, c) => found[Math.floor(c / width)][i][c % width]);
    });
    expectClose(y, want);
  });

  test("of heads, with truth values for a mask and a scale of its own", () => {
    const shape = [1, 2, 3, 2];
    const mask = [1, 1, 0, 0, 1, 1, 1, 0, 1];
    const { x, y } = evaluate({
      shape,
      nodes: [node("Attention", ["x", "x", "x", "mask"], ["y"], { scale: { float: 0.5 } })],
      features: 12,
      parts: { opset: 23, initialisers: [bool("mask", [3, 3], mask)] },
    });
    const heads = cut(x, 2, 3, 2, (h, i, c) => at(shape, 0, h, i, c));
    const want = attend(heads, heads, heads, (i, j) => (mask[i * 3 + j] === 1 ? 0 : -1e9), 0.5);
    expectClose(y, want.flat(2));
  });

  test("refuses what it does not compute", () => {
    const nodes = [node("Attention", ["x", "x", "x"], ["y"], { softcap: { float: 5 } }, "soft")];
    expect(refusal(() => evaluate({ shape: [1, 2, 3, 2], nodes, features: 12, parts: { opset: 23 } }))).toBe(
      'net.onnx: node "soft" (Attention): expected softcap 0, file has another. Export the network without it, or use a checkpoint of a known family.',
    );
  });
});

/** Abramowitz and Stegun 7.1.5. */
const erf = (x: number): number => {
  let [term, total] = [x, x];
  for (let k = 1; k < 60; k++) {
    term *= -(x * x) / k;
    total += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
};
const softplus = (x: number): number => Math.log(1 + Math.exp(x));
const tanhGelu = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

describe("operators per element", () => {
  const positive = [node("Exp", ["x"], ["p"])];
  const power = (exponent: string): Nodes => [...positive, node("Pow", ["p", exponent], ["y"])];
  test.each<[string, Nodes, (x: number) => number]>([
    ["Erf", [node("Erf", ["x"], ["y"])], erf],
    ["Gelu", [node("Gelu", ["x"], ["y"])], (x) => 0.5 * x * (1 + erf(x / Math.SQRT2))],
    ["Gelu by tanh", [node("Gelu", ["x"], ["y"], { approximate: "tanh" })], tanhGelu],
    ["Softplus", [node("Softplus", ["x"], ["y"])], softplus],
    ["Mish", [node("Mish", ["x"], ["y"])], (x) => x * Math.tanh(softplus(x))],
    ["Softsign", [node("Softsign", ["x"], ["y"])], (x) => x / (1 + Math.abs(x))],
    [
      "Elu",
      [node("Elu", ["x"], ["y"], { alpha: { float: 0.5 } })],
      (x) => (x > 0 ? x : 0.5 * (Math.exp(x) - 1)),
    ],
    ["Sin and Cos", [node("Sin", ["x"], ["s"]), node("Cos", ["s"], ["y"])], (x) => Math.cos(Math.sin(x))],
    ["Pow of a computed exponent", [...positive, node("Pow", ["p", "x"], ["y"])], (x) => Math.exp(x * x)],
    ["Abs", [node("Abs", ["x"], ["y"])], Math.abs],
    ["Pow 5", [node("Pow", ["x", "five"], ["y"])], (x) => x ** 5],
    ["Pow -2", [node("Pow", ["x", "minus2"], ["y"])], (x) => x ** -2],
    ["Pow 1.5", power("oneHalf"), (x) => Math.exp(1.5 * x)],
    ["Pow 0.3", power("odd"), (x) => Math.exp(Math.fround(0.3) * x)],
    ["Max of several", [node("Max", ["x", "low", "lower"], ["y"])], (x) => Math.max(x, -0.25)],
    ["Min of several", [node("Min", ["x", "odd", "five"], ["y"])], (x) => Math.min(x, Math.fround(0.3))],
    ["Max with the smallest float32 as no bound", [node("Max", ["x", "least"], ["y"])], (x) => x],
    [
      "Where by a comparison of computed numbers",
      [
        node("Mul", ["x", "x"], ["q"]),
        node("Greater", ["q", "odd"], ["big"]),
        node("Not", ["big"], ["small"]),
        node("LessOrEqual", ["x", "low"], ["l"]),
        node("Or", ["small", "l"], ["either"]),
        node("Where", ["either", "q", "x"], ["y"]),
      ],
      (x) => (x * x <= Math.fround(0.3) || x <= -0.25 ? x * x : x),
    ],
    [
      "IsNaN of a computed number is false",
      [node("IsNaN", ["x"], ["bad"]), node("Where", ["bad", "five", "x"], ["y"])],
      (x) => x,
    ],
    [
      "Cast to a truth value",
      [node("Cast", ["x"], ["b"], { to: 9 }), node("Cast", ["b"], ["y"], { to: 1 })],
      () => 1,
    ],
  ])("%s", (_title, nodes, f) => {
    const weights = Object.fromEntries(
      Object.entries({
        five: 5,
        minus2: -2,
        oneHalf: 1.5,
        odd: 0.3,
        low: -0.25,
        lower: -2,
        least: -3.4028235e38,
      }).map(([name, number]) => [name, [[], [number]] as const]),
    );
    const { x, y } = evaluate({ shape: [4, 3, 2, 2], nodes, features: 12, parts: { weights } });
    expectClose(y, Array.from(x, f), 1e-12);
  });
});

describe("reductions", () => {
  test.each<[string, (list: number[]) => number]>([
    ["ReduceMin", (list) => Math.min(...list)],
    ["ReduceL2", (list) => Math.hypot(...list)],
    ["ReduceSumSquare", (list) => sum(list.map((v) => v * v))],
  ])("%s", (op, join) => {
    const { x, y } = evaluate({
      shape: [2, 3, 4],
      nodes: [node(op, ["x"], ["y"], { axes: [2], keepdims: 0 })],
      features: 3,
    });
    expectClose(
      y,
      table([2, 3], (n, c) => join(Array.from(x.subarray((n * 3 + c) * 4, (n * 3 + c + 1) * 4)))),
    );
  });
});

describe("products", () => {
  test("MatMul broadcasts leading axes and takes vectors", () => {
    const [a, b] = [numbers([3, 2, 4], 1), numbers([4], 2)];
    const { x, y } = evaluate({
      shape: [2, 1, 5, 2],
      nodes: [node("MatMul", ["x", "a.weight"], ["p"]), node("MatMul", ["p", "b.weight"], ["y"])],
      features: 15,
      parts: { weights: { "a.weight": [[3, 2, 4], a], "b.weight": [[4], b] } },
    });
    expectClose(
      y,
      table([2, 3, 5], (n, k, i) =>
        sum(table([2, 4], (l, j) => x[(n * 5 + i) * 2 + l] * a[at([3, 2, 4], k, l, j)] * b[j])),
      ),
    );
  });
});

describe("operators that place elements", () => {
  const shape = [2, 3, 4];
  const run = (nodes: Nodes, features: number, parts: Partial<Parts> = {}) =>
    evaluate({ shape, nodes, features, parts });

  test("Tile", () => {
    const { x, y } = run([node("Tile", ["x", "times"], ["y"])], 48, {
      initialisers: [integers("times", [3], [1, 2, 2])],
    });
    expectClose(
      y,
      table([2, 6, 8], (n, c, w) => x[at(shape, n, c % 3, w % 4)]),
    );
  });

  test.each<[string, number[], (i: number) => number | null]>([
    ["reflect", [2, 1], (i) => [2, 1, 0, 1, 2, 3, 2][i]],
    ["edge", [2, 1], (i) => [0, 0, 0, 1, 2, 3, 3][i]],
    ["wrap", [2, 1], (i) => [2, 3, 0, 1, 2, 3, 0][i]],
    ["constant", [2, 1], (i) => [null, null, 0, 1, 2, 3, null][i]],
    ["constant", [-1, 2], (i) => [1, 2, 3, null, null][i]],
  ])("Pad %s by %j", (mode, [low, high], source) => {
    const initialisers = [
      integers("pads", [2], [low, high]),
      floats("fill", [], [7]),
      integers("axes", [1], [-1]),
    ];
    const width = 4 + low + high;
    const { x, y } = run([node("Pad", ["x", "pads", "fill", "axes"], ["y"], { mode })], 3 * width, {
      initialisers,
      opset: 19,
    });
    expectClose(
      y,
      table([2, 3, width], (n, c, w) => {
        const from = source(w);
        return from === null ? 7 : x[at(shape, n, c, from)];
      }),
    );
  });

  test("Gather of several places along any axis", () => {
    const { x, y } = run([node("Gather", ["x", "places"], ["y"], { axis: 2 })], 18, {
      initialisers: [integers("places", [2, 3], [3, -1, 0, 1, 1, 2])],
    });
    const places = [3, 3, 0, 1, 1, 2];
    expectClose(
      y,
      table([2, 3, 2, 3], (n, c, i, j) => x[at(shape, n, c, places[i * 3 + j])]),
    );
  });

  test("GatherElements and GatherND", () => {
    const elements = run([node("GatherElements", ["x", "i"], ["y"], { axis: 1 })], 8, {
      initialisers: [integers("i", [2, 2, 4], [0, 1, 2, -1, 1, 1, 0, 0, 2, 2, 2, 2, 0, 1, 0, 1])],
    });
    const found = [0, 1, 2, 2, 1, 1, 0, 0, 2, 2, 2, 2, 0, 1, 0, 1];
    expectClose(
      elements.y,
      table([2, 2, 4], (n, c, w) => elements.x[at(shape, n, found[(n * 2 + c) * 4 + w], w)]),
    );
    const lists = run([node("GatherND", ["x", "i"], ["y"], { batch_dims: 1 })], 8, {
      initialisers: [integers("i", [2, 2, 1], [2, 0, 1, -1])],
    });
    expectClose(
      lists.y,
      table([2, 2, 4], (n, i, w) => lists.x[at(shape, n, [2, 0, 1, 2][n * 2 + i], w)]),
    );
  });

  test("Split into a number of outputs since opset 18, the last one smaller", () => {
    const nodes = [
      node("Split", ["x"], ["a", "b", "c"], { axis: 2, num_outputs: 3 }),
      node("Concat", ["c", "a", "b"], ["y"], { axis: 2 }),
    ];
    const shape = [2, 1, 5];
    const { x, y } = evaluate({ shape, nodes, features: 5, parts: { opset: 18 } });
    expectClose(
      y,
      table(shape, (n, _c, w) => x[n * 5 + [4, 0, 1, 2, 3][w]]),
    );
  });

  test("Trilu of computed numbers", () => {
    const { x, y } = run([node("Trilu", ["x"], ["y"], { upper: 0 })], 12);
    expectClose(
      y,
      table(shape, (n, c, w) => (w <= c ? x[at(shape, n, c, w)] : 0)),
    );
  });
});

describe("operators that are folded", () => {
  /** `c`, folded from constants, times the first element of each sample. */
  function folded(nodes: Nodes, initialisers: Parts["initialisers"], features: number): number[] {
    const { x, y } = evaluate({
      shape: [2, 1],
      nodes: [
        ...nodes,
        node("Cast", ["c"], ["f"], { to: 1 }),
        node("Reshape", ["f", "rowShape"], ["row"]),
        node("Mul", ["x", "row"], ["y"]),
      ],
      features,
      parts: { initialisers: [...(initialisers ?? []), integers("rowShape", [2], [1, -1])] },
    });
    return Array.from({ length: features }, (_, i) => Math.round((1e6 * y[i]) / x[0]) / 1e6);
  }
  const list = integers("i", [2, 3], [3, 1, 2, 0, 5, 5]);
  const zero = integers("zero", [], [0]);

  test.each<[string, Nodes, Parts["initialisers"], number[]]>([
    ["CumSum", [node("CumSum", ["i", "one"], ["c"])], [list, integers("one", [], [1])], [3, 4, 6, 0, 5, 10]],
    [
      "CumSum backwards, without the element",
      [node("CumSum", ["i", "one"], ["c"], { exclusive: 1, reverse: 1 })],
      [list, integers("one", [], [1])],
      [3, 2, 0, 10, 5, 0],
    ],
    ["NonZero", [node("NonZero", ["i"], ["c"])], [list], [0, 0, 0, 1, 1, 0, 1, 2, 1, 2]],
    ["ArgMax", [node("ArgMax", ["i"], ["c"], { axis: 1 })], [list], [0, 1]],
    ["ArgMax of the last", [node("ArgMax", ["i"], ["c"], { axis: 1, select_last_index: 1 })], [list], [0, 2]],
    ["ReduceProd", [node("ReduceProd", ["i"], ["c"], { axes: [1] })], [list], [6, 0]],
    ["ReduceMin", [node("ReduceMin", ["i"], ["c"], { axes: [0] })], [list], [0, 1, 2]],
    ["Mod", [node("Mod", ["i", "two"], ["c"])], [list, integers("two", [], [-2])], [-1, -1, 0, 0, -1, -1]],
    [
      "Round",
      [node("Round", ["onnx::h"], ["c"])],
      [floats("onnx::h", [4], [0.5, 1.5, -0.5, 2.4])],
      [0, 2, 0, 2],
    ],
    ["Sign", [node("Sign", ["i"], ["c"])], [list], [1, 1, 1, 0, 1, 1]],
    [
      "OneHot",
      [node("OneHot", ["p", "three", "values"], ["c"])],
      [integers("p", [2], [-1, 0]), integers("three", [], [3]), floats("values", [2], [5, 7])],
      [5, 5, 7, 7, 5, 5],
    ],
    [
      "ScatterND",
      [node("ScatterND", ["i", "places", "updates"], ["c"])],
      [list, integers("places", [2, 2], [0, 0, 1, -1]), integers("updates", [2], [8, 9])],
      [8, 1, 2, 0, 5, 9],
    ],
    ["Trilu", [node("Trilu", ["i", "zero"], ["c"])], [list, zero], [3, 1, 2, 0, 5, 5]],
    ["Shape from start to end", [node("Shape", ["i"], ["c"], { start: -2 })], [list], [2, 3]],
    [
      "Range and Size",
      [node("Size", ["i"], ["n"]), node("Range", ["zero", "n", "two"], ["c"])],
      [list, zero, integers("two", [], [2])],
      [0, 2, 4],
    ],
    [
      "Tile",
      [node("Tile", ["i", "times"], ["c"])],
      [list, integers("times", [2], [1, 2])],
      [3, 1, 2, 3, 1, 2, 0, 5, 5, 0, 5, 5],
    ],
    [
      "Pad",
      [node("Pad", ["i", "pads"], ["c"])],
      [list, integers("pads", [4], [0, 1, 0, 0])],
      [0, 3, 1, 2, 0, 0, 5, 5],
    ],
  ])("%s", (_title, nodes, initialisers, want) => {
    expect(folded(nodes, initialisers, want.length).map((v) => v + 0)).toEqual(want);
  });
});
