import { describe, expect, test } from "vitest";
import { type Shape, sizeOf } from "../../../src/model/graph.ts";
import { integers, node, tensor } from "../../fixtures/onnx.mjs";
import { refusal } from "../files.ts";
import { at, evaluate, expectClose, logitsOf, type Nodes, network, numbers, table } from "./networks.ts";

/** Operators against a few loops that follow the ONNX specification, in NCHW and float64. */

/** Joins the elements of a window of a padded image; `join` gets null outside. */
function windows(
  x: ArrayLike<number>,
  shape: Shape,
  { kernel, stride, pad }: Record<"kernel" | "stride" | "pad", number[]>,
  join: (elements: (number | null)[]) => number,
): number[] {
  const [n, c, h, w] = shape;
  const out = [0, 1].map((i) => Math.floor((shape[i + 2] + pad[i] + pad[i + 2] - kernel[i]) / stride[i]) + 1);
  return table([n, c, ...out], (s, k, oy, ox) =>
    join(
      table(kernel, (i, j) => i * kernel[1] + j).map((tap) => {
        const y = oy * stride[0] + Math.floor(tap / kernel[1]) - pad[0];
        const z = ox * stride[1] + (tap % kernel[1]) - pad[1];
        return y < 0 || z < 0 || y >= h || z >= w ? null : x[at(shape, s, k, y, z)];
      }),
    ),
  );
}

describe("convolutions and products", () => {
  const shape = [2, 3, 5, 4];
  const kernelShape = [4, 3, 3, 2];
  const kernel = numbers(kernelShape, 1);
  const bias = numbers([4], 2);
  const weights = { "conv.weight": [kernelShape, kernel], "conv.bias": [[4], bias] } as const;

  function convolution(x: Float32Array, stride: number[], pad: number[]): number[] {
    const padded = [2, 3, 5 + pad[0] + pad[2], 4 + pad[1] + pad[3]];
    const out = [0, 1].map((i) => Math.floor((padded[i + 2] - kernelShape[i + 2]) / stride[i]) + 1);
    return table([2, 4, ...out], (n, o, y, z) =>
      table([3, 3, 2], (c, i, j) => {
        const [py, pz] = [y * stride[0] + i - pad[0], z * stride[1] + j - pad[1]];
        if (py < 0 || pz < 0 || py >= 5 || pz >= 4) return 0;
        return x[at(shape, n, c, py, pz)] * kernel[at(kernelShape, o, c, i, j)];
      }).reduce((a, b) => a + b, bias[o]),
    );
  }

  test.each([
    ["valid", {}, [1, 1], [0, 0, 0, 0], 3 * 3],
    ["strided with uneven pads", { strides: [2, 1], pads: [1, 0, 0, 1] }, [2, 1], [1, 0, 0, 1], 2 * 4],
    ["auto_pad SAME_UPPER", { auto_pad: "SAME_UPPER", strides: [2, 2] }, [2, 2], [1, 0, 1, 0], 3 * 2],
    ["auto_pad SAME_LOWER", { auto_pad: "SAME_LOWER" }, [1, 1], [1, 1, 1, 0], 5 * 4],
  ])("Conv, %s", (_title, attributes, stride, pad, area) => {
    const nodes = [node("Conv", ["x", "conv.weight", "conv.bias"], ["y"], attributes)];
    const { net, x, y } = evaluate({ shape, nodes, features: 4 * area, parts: { weights } });
    expectClose(y, convolution(x, stride, pad));
    expect(net.architecture.parameters.map((p) => p.shape).slice(0, 2)).toEqual([kernelShape, [4]]);
    expect(net.parameters.subarray(0, kernel.length)).toEqual(kernel);
    expect(net.warnings[0]).toMatch(/^The convolutions have biases and no BatchNorm follows/);
  });

  test.each([
    ["two groups, dilated", 2, [2, 1], [1, 0, 1, 0], [4, 2]],
    ["depthwise", 4, [1, 1], [0, 0, 0, 0], [4, 1]],
    ["depthwise with two outputs each", 4, [1, 2], [1, 1, 1, 1], [8, 1]],
  ])("Conv, %s", (_title, group, dilations, pads, [outputs, inputs]) => {
    const shape = [2, 4, 6, 5];
    const dims = [outputs, inputs, 3, 2];
    const w = numbers(dims, 3);
    const out = [0, 1].map((i) => shape[i + 2] + pads[i] + pads[i + 2] - (dims[i + 2] - 1) * dilations[i]);
    const { x, y } = evaluate({
      shape,
      nodes: [node("Conv", ["x", "w"], ["y"], { group, dilations, pads })],
      features: outputs * out[0] * out[1],
      parts: { weights: { w: [dims, w] } },
    });
    expectClose(
      y,
      table([2, outputs, ...out], (n, o, r, c) =>
        table([inputs, 3, 2], (k, i, j) => {
          const [h, v] = [r + i * dilations[0] - pads[0], c + j * dilations[1] - pads[1]];
          if (h < 0 || v < 0 || h >= 6 || v >= 5) return 0;
          const channel = Math.floor(o / (outputs / group)) * inputs + k;
          return x[at(shape, n, channel, h, v)] * w[at(dims, o, k, i, j)];
        }).reduce((a, b) => a + b),
      ),
    );
  });

  test.each([0, 1])("Gemm with alpha and beta, transB %i", (transB) => {
    const dims = transB === 1 ? [2, 3] : [3, 2];
    const [w, b] = [numbers(dims, 3), numbers([2], 4)];
    const attributes = { transB, alpha: { float: 0.5 }, beta: { float: 2 } };
    const { x, y } = evaluate({
      shape: [4, 3],
      nodes: [node("Gemm", ["x", "w", "b"], ["y"], attributes)],
      features: 2,
      parts: { weights: { w: [dims, w], b: [[2], b] } },
    });
    const entry = (k: number, j: number): number => (transB === 1 ? w[j * 3 + k] : w[k * 2 + j]);
    expectClose(
      y,
      table([4, 2], (i, j) => 0.5 * [0, 1, 2].reduce((s, k) => s + x[i * 3 + k] * entry(k, j), 0) + 2 * b[j]),
    );
  });

  test("MatMul of rows and of batches, with transposed operands", () => {
    const w = numbers([3, 4], 5);
    const { x, y } = evaluate({
      shape: [2, 6],
      nodes: [
        node("Reshape", ["x", "s"], ["a"]),
        node("MatMul", ["a", "w"], ["b"]),
        node("Transpose", ["b"], ["bt"], { perm: [0, 2, 1] }),
        node("MatMul", ["bt", "b"], ["y"]),
      ],
      features: 16,
      parts: { weights: { w: [[3, 4], w] }, initialisers: [integers("s", [3], [0, 2, -1])] },
    });
    const b = table([2, 2, 4], (n, i, j) =>
      [0, 1, 2].reduce((s, k) => s + x[n * 6 + i * 3 + k] * w[k * 4 + j], 0),
    );
    expectClose(
      y,
      table([2, 4, 4], (n, i, j) =>
        [0, 1].reduce((s, k) => s + b[at([2, 2, 4], n, k, i)] * b[at([2, 2, 4], n, k, j)], 0),
      ),
    );
  });
});

describe("statistics", () => {
  test.each([
    ["eval", [3, 2, 2, 3]],
    ["batch", [3, 2, 2, 3]],
    ["eval", [3, 2]],
    ["batch", [5, 2]],
  ] as const)("BatchNormalization, %s, of %j", (bn, shape) => {
    const area = sizeOf(shape.slice(2));
    const [scale, shift, mean] = [numbers([2], 1), numbers([2], 2), numbers([2], 3)];
    const variance = Float32Array.of(0.5, 2);
    const names = ["bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"];
    const weights = Object.fromEntries(
      names.map((name, i) => [name, [[2], [scale, shift, mean, variance][i]] as const]),
    );
    const nodes = [node("BatchNormalization", ["x", ...names], ["y"], { epsilon: { float: 1e-3 } })];
    const { net, x, y } = evaluate({ shape, nodes, features: 2 * area, parts: { weights }, bn });
    const channel = (i: number): number => Math.floor(i / area) % 2;
    const moments = [0, 1].map((c) => {
      const own = Array.from(x).filter((_, i) => channel(i) === c);
      const m = own.reduce((a, b) => a + b) / own.length;
      return { m, v: own.reduce((a, b) => a + (b - m) ** 2, 0) / own.length };
    });
    expectClose(
      y,
      Array.from(x, (value, i) => {
        const c = channel(i);
        const { m, v } = bn === "eval" ? { m: mean[c], v: variance[c] } : moments[c];
        return (scale[c] * (value - m)) / Math.sqrt(v + 1e-3) + shift[c];
      }),
    );
    expect(net.architecture.parameters.map(({ name }) => name)).toEqual([
      "bn.weight",
      "bn.bias",
      "eye.weight",
    ]);
    expect(net.architecture.states.map(({ name }) => name)).toEqual(["bn.running_mean", "bn.running_var"]);
  });

  const shape = [2, 3, 5, 6];
  const window = { kernel: [3, 2], stride: [2, 2], pad: [1, 0, 1, 0] };
  const attributes = { kernel_shape: window.kernel, strides: window.stride, pads: window.pad };
  const present = (list: (number | null)[]): number[] => list.filter((v) => v !== null);
  const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

  test.each([
    ["MaxPool", {}, (list: (number | null)[]) => Math.max(...present(list))],
    ["AveragePool", {}, (list: (number | null)[]) => sum(present(list)) / present(list).length],
    ["AveragePool", { count_include_pad: 1 }, (list: (number | null)[]) => sum(present(list)) / list.length],
  ] as const)("%s with padding, %j", (op, more, join) => {
    const { x, y } = evaluate({
      shape,
      nodes: [node(op, ["x"], ["y"], { ...attributes, ...more })],
      features: 3 * 3 * 3,
    });
    expectClose(y, windows(x, shape, window, join));
  });

  test.each([
    ["MaxPool", (list: (number | null)[]) => Math.max(...present(list))],
    ["AveragePool", (list: (number | null)[]) => sum(present(list)) / present(list).length],
  ] as const)("%s in ceil_mode reaches beyond the image", (op, join) => {
    const { x, y } = evaluate({
      shape,
      nodes: [node(op, ["x"], ["y"], { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1 })],
      features: 3 * 3 * 3,
    });
    // Five rows in steps of 2, six columns in windows of 3: a row and a column of padding at the end do the same.
    expectClose(y, windows(x, shape, { kernel: [2, 3], stride: [2, 2], pad: [0, 0, 1, 1] }, join));
  });

  test.each([
    ["GlobalAveragePool", {}, (list: number[]) => sum(list) / list.length],
    ["GlobalMaxPool", {}, (list: number[]) => Math.max(...list)],
    ["AveragePool", { kernel_shape: [5, 6] }, (list: number[]) => sum(list) / list.length],
  ])("%s over whole images", (op, given, join) => {
    const { x, y } = evaluate({ shape, nodes: [node(op, ["x"], ["y"], given)], features: 3 });
    expectClose(
      y,
      table([2, 3], (n, c) => join(Array.from(x.subarray((n * 3 + c) * 30, (n * 3 + c + 1) * 30)))),
    );
  });

  const rows = (op: "Softmax" | "LogSoftmax", list: number[]): number[] => {
    const total = sum(list.map(Math.exp));
    return list.map((v) => (op === "Softmax" ? Math.exp(v) / total : v - Math.log(total)));
  };

  test.each(["Softmax", "LogSoftmax"] as const)(
    "%s of an axis since opset 13, of all from it on before",
    (op) => {
      for (const [opset, length] of [
        [13, 3],
        [11, 6],
      ]) {
        const { x, y } = evaluate({
          shape: [2, 6],
          nodes: [node("Reshape", ["x", "s"], ["a"]), node(op, ["a"], ["y"])],
          features: 6,
          parts: { opset, initialisers: [integers("s", [3], [0, 2, 3])] },
        });
        const parts = Array.from({ length: 12 / length }, (_, i) =>
          Array.from(x.subarray(i * length, (i + 1) * length)),
        );
        expectClose(
          y,
          parts.flatMap((part) => rows(op, part)),
        );
      }
    },
  );

  test.each([
    [11, "ReduceSum", "attribute"],
    [13, "ReduceSum", "input"],
    [17, "ReduceMean", "attribute"],
    [18, "ReduceMean", "input"],
    [18, "ReduceMax", "input"],
  ] as const)("opset %i: %s takes its axes as %s", (opset, op, way) => {
    const given = way === "attribute" ? { axes: [1, -1] } : {};
    const { x, y } = evaluate({
      shape,
      nodes: [node(op, way === "input" ? ["x", "axes"] : ["x"], ["y"], { ...given, keepdims: 0 })],
      features: 5,
      parts: { opset, initialisers: way === "input" ? [integers("axes", [2], [1, -1])] : [] },
    });
    const join = (list: number[]): number => {
      if (op === "ReduceMax") return Math.max(...list);
      return op === "ReduceSum" ? sum(list) : sum(list) / list.length;
    };
    expectClose(
      y,
      table([2, 5], (n, h) => join(table([3, 6], (c, w) => x[at(shape, n, c, h, w)]))),
    );
  });
});

describe("operators per element", () => {
  const clip = (low: number, high: number) => (x: number) => Math.min(Math.max(x, low), high);
  const positive = [node("Exp", ["x"], ["p"])];
  test.each<[string, Nodes, (x: number) => number]>([
    ["Relu", [node("Relu", ["x"], ["y"])], (x) => Math.max(x, 0)],
    ["Tanh", [node("Tanh", ["x"], ["y"])], Math.tanh],
    ["Sigmoid", [node("Sigmoid", ["x"], ["y"])], (x) => 1 / (1 + Math.exp(-x))],
    ["Neg", [node("Neg", ["x"], ["y"])], (x) => -x],
    ["Exp", [node("Exp", ["x"], ["y"])], Math.exp],
    ["Log", [...positive, node("Log", ["p"], ["y"])], (x) => x],
    ["Sqrt", [...positive, node("Sqrt", ["p"], ["y"])], (x) => Math.exp(x / 2)],
    ["Reciprocal", [...positive, node("Reciprocal", ["p"], ["y"])], (x) => Math.exp(-x)],
    ["Div", [...positive, node("Div", ["x", "p"], ["y"])], (x) => x / Math.exp(x)],
    ["Mul and Sub", [node("Mul", ["x", "x"], ["a"]), node("Sub", ["a", "x"], ["y"])], (x) => x * x - x],
    ["Sum", [node("Sum", ["x", "x", "x"], ["y"])], (x) => 3 * x],
    ["Mean", [node("Mean", ["x", "two"], ["y"])], (x) => (x + 2) / 2],
    ["Pow 2", [node("Pow", ["x", "two"], ["y"])], (x) => x ** 2],
    ["LeakyRelu", [node("LeakyRelu", ["x"], ["y"], { alpha: { float: 0.1 } })], (x) => (x < 0 ? 0.1 * x : x)],
    ["PRelu", [node("PRelu", ["x", "slope"], ["y"])], (x) => (x < 0 ? 0.25 * x : x)],
    ["HardSigmoid", [node("HardSigmoid", ["x"], ["y"])], (x) => clip(0, 1)(0.2 * x + 0.5)],
    ["HardSwish", [node("HardSwish", ["x"], ["y"])], (x) => x * clip(0, 1)(x / 6 + 0.5)],
    ["Clip", [node("Clip", ["x", "low", "high"], ["y"])], clip(-0.25, 0.5)],
    ["Clip without a lower bound", [node("Clip", ["x", "", "high"], ["y"])], (x) => Math.min(x, 0.5)],
    ["Dropout", [node("Dropout", ["x"], ["y"])], (x) => x],
    ["Identity and Cast", [node("Identity", ["x"], ["a"]), node("Cast", ["a"], ["y"], { to: 1 })], (x) => x],
  ])("%s", (_title, nodes, f) => {
    const weights = {
      two: [[], [2]],
      low: [[], [-0.25]],
      high: [[], [0.5]],
      slope: [[1], [0.25]],
    } as const;
    const { x, y } = evaluate({ shape: [4, 3, 2, 2], nodes, features: 12, parts: { weights } });
    expectClose(y, Array.from(x, f), 1e-12);
  });

  test("Clip takes attributes before opset 11", () => {
    const nodes = [node("Clip", ["x"], ["y"], { min: { float: -0.5 }, max: { float: 0.25 } })];
    const { x, y } = evaluate({ shape: [4, 3], nodes, features: 3, parts: { opset: 9 } });
    expectClose(y, Array.from(x, clip(-0.5, 0.25)));
  });

  test("Add broadcasts as numpy does: the last axis of a vector is the width of an image", () => {
    const shape = [2, 3, 2, 4];
    const [row, channel] = [numbers([4], 1), numbers([3, 1, 1], 2)];
    const { x, y } = evaluate({
      shape,
      nodes: [node("Add", ["x", "row"], ["a"]), node("Mul", ["a", "channel"], ["y"])],
      features: 24,
      parts: { weights: { row: [[4], row], channel: [[3, 1, 1], channel] } },
    });
    expectClose(
      y,
      table(shape, (n, c, h, w) => (x[at(shape, n, c, h, w)] + row[w]) * channel[c]),
    );
  });
});

describe("operators that place elements", () => {
  const shape = [2, 3, 4, 5];

  test("Transpose and Reshape see images as NCHW", () => {
    const { x, y } = evaluate({
      shape,
      nodes: [
        node("Transpose", ["x"], ["a"], { perm: [0, 2, 3, 1] }),
        node("Reshape", ["a", "s"], ["b"]),
        node("Transpose", ["b"], ["y"], { perm: [0, 2, 1] }),
      ],
      features: 60,
      parts: { initialisers: [integers("s", [3], [0, -1, 3])] },
    });
    expectClose(y, x);
  });

  test.each([9, 13])("Slice with negative ends and steps, opset %i", (opset) => {
    const lists = { starts: [1, -4], ends: [2 ** 62, -1], axes: [1, 3] };
    const inputs = Object.entries(lists).map(([name, list]) => integers(name, [2], list));
    const old = opset < 10;
    const { x, y } = evaluate({
      shape,
      nodes: [node("Slice", old ? ["x"] : ["x", "starts", "ends", "axes", "steps"], ["y"], old ? lists : {})],
      features: 2 * 4 * (old ? 3 : 2),
      parts: { opset, initialisers: old ? [] : [...inputs, integers("steps", [2], [1, 2])] },
    });
    const step = old ? 1 : 2;
    expectClose(
      y,
      table([2, 2, 4, old ? 3 : 2], (n, c, h, w) => x[at(shape, n, c + 1, h, 1 + w * step)]),
    );
  });

  test("Pad, Split and Concat along channels", () => {
    const { x, y } = evaluate({
      shape,
      nodes: [
        node("Split", ["x", "sizes"], ["a", "b"], { axis: 1 }),
        node("Concat", ["b", "a"], ["c"], { axis: 1 }),
        node("Pad", ["c", "pads"], ["y"]),
      ],
      features: 5 * 4 * 5,
      parts: {
        initialisers: [integers("sizes", [2], [1, 2]), integers("pads", [8], [0, 1, 0, 0, 0, 1, 0, 0])],
      },
    });
    expectClose(
      y,
      table([2, 5, 4, 5], (n, c, h, w) => (c === 0 || c === 4 ? 0 : x[at(shape, n, c % 3, h, w)])),
    );
  });

  test.each([11, 13])("Unsqueeze, Expand, Squeeze and Gather, opset %i", (opset) => {
    const old = opset < 13;
    const axes = old ? [] : ["axis"];
    const given = old ? { axes: [1] } : {};
    const { x, y } = evaluate({
      shape: [2, 3],
      nodes: [
        node("Unsqueeze", ["x", ...axes], ["a"], given),
        node("Expand", ["a", "s"], ["b"]),
        node("Gather", ["b", "one"], ["c"], { axis: 1 }),
        node("Unsqueeze", ["c", ...axes], ["d"], given),
        node("Squeeze", ["d", ...axes], ["y"], given),
      ],
      features: 3,
      parts: {
        opset,
        initialisers: [integers("s", [3], [1, 4, 3]), integers("one", [], [1]), integers("axis", [1], [1])],
      },
    });
    expectClose(y, x);
  });

  test("a view of the exporter's: shapes are computed inside the graph, for any batch size", () => {
    const nodes = [
      node("Shape", ["x"], ["shape"]),
      node("Gather", ["shape", "zero"], ["n"]),
      node("Unsqueeze", ["n", "axis"], ["n1"]),
      node("Sub", ["sixty", "twelve"], ["rest"]),
      node("Div", ["rest", "two"], ["half"]),
      node("Mul", ["half", "two"], ["m"]),
      node("Add", ["m", "twelve"], ["features"]),
      node("Concat", ["n1", "features"], ["target"], { axis: 0 }),
      node("Cast", ["target"], ["cast"], { to: 7 }),
      node("Reshape", ["x", "cast"], ["y"]),
    ];
    const initialisers = [
      integers("zero", [], [0]),
      integers("axis", [1], [0]),
      integers("sixty", [1], [60]),
      integers("twelve", [1], [12]),
      integers("two", [1], [2]),
    ];
    for (const n of [1, 3]) {
      const { x, y } = evaluate({ shape: [n, 3, 4, 5], nodes, features: 60, parts: { initialisers } });
      expectClose(y, x);
    }
  });
});

test("initialisers of all kinds of numbers mean the same", () => {
  const values = [0.5, -1.5, 2, 0.25, 3, -0.125];
  const half = Uint8Array.from([0, 0x38, 0, 0xbe, 0, 0x40, 0, 0x34, 0, 0x42, 0, 0xb0]);
  const raw = new Uint8Array(Float64Array.from(values).buffer);
  const nodes = [node("Gemm", ["x", "w"], ["logits"], { transB: 1 })];
  const x = numbers([2, 3], 1);
  const plain = logitsOf(network([2, 3], { nodes, weights: { w: [[2, 3], values] } }), [2, 3], x);
  for (const [type, bytes] of [
    [10, half],
    [11, raw],
  ] as const) {
    const net = network([2, 3], { nodes, initialisers: [tensor("w", [2, 3], bytes, type)] });
    expectClose(logitsOf(net, [2, 3], x), plain);
  }
});

test("a file whose graph ignores the batch is refused", () => {
  const nodes = [
    node("ReduceMean", ["x"], ["m"], { axes: [0] }),
    node("Gemm", ["m", "w"], ["logits"], { transB: 1 }),
  ];
  expect(refusal(() => network([2, 3], { nodes, weights: { w: [[2, 3], numbers([2, 3], 1)] } }))).toBe(
    'net.onnx: output "logits": expected logits [N,classes], for N = 2 samples, file has [1,2]. Export a classifier with dynamic_axes for axis 0 of input and output.',
  );
});
