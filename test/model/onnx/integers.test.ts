import { describe, expect, test } from "vitest";
import { Builder } from "../../../src/autograd/builder.ts";
import { type OnnxNetwork, readOnnx } from "../../../src/model/onnx/network.ts";
import type { Tensor, Tensors } from "../../../src/model/tensor.ts";
import { floats, integers, model, node, tensor, value } from "../../fixtures/onnx.mjs";
import { refusal } from "../files.ts";
import { expectClose, logitsOfArrays, numbers, table } from "./networks.ts";

/** Inputs of whole numbers: embeddings, masks and positions that a file computes from them. */

const ints = (name: string, shape: readonly number[], data: readonly number[]): Tensor => ({
  name,
  dtype: "<i8",
  shape,
  data: BigInt64Array.from(data, BigInt),
});
const arraysOf = (...tensors: Tensor[]): Tensors => new Map(tensors.map((t) => [t.name, t]));

const words = numbers([7, 3], 1);
const bool = (name: string, dims: readonly number[], values: readonly number[]) =>
  tensor(name, dims, Uint8Array.from(values), 9);

interface Parts {
  readonly nodes: readonly (readonly number[])[];
  readonly initialisers?: readonly (readonly number[])[];
  readonly inputs?: readonly (readonly number[])[];
  readonly opset?: number;
}

/** A network over token numbers [N,T] with an embedding of three numbers each. */
function read(parts: Parts, arrays?: Tensors): OnnxNetwork {
  const bytes = model({
    inputs: [value("input_ids", ["N", "T"], 7)],
    ...parts,
    initialisers: [floats("words.weight", [7, 3], words), ...(parts.initialisers ?? [])],
  });
  return readOnnx(bytes, "net.onnx", { scratch: new Builder(), ...(arrays ? { arrays } : {}) });
}

const embedded = node("Gather", ["words.weight", "input_ids"], ["e"], {}, "/words/Gather");
const summed = node("ReduceSum", ["e", "one"], ["logits"], { keepdims: 0 });
const one = integers("one", [1], [1]);
const ids = [1, 6, 2, 0, 3, 3];
const labels = ints("labels", [2], [0, 1]);

describe("an embedding", () => {
  test("reads the rows of a parameter that token numbers name, negative ones from the end", () => {
    const net = read({ nodes: [embedded, summed], initialisers: [one] });
    expect(net.architecture.parameters).toEqual([{ name: "words.weight", shape: [7, 3] }]);
    expect(net.architecture.input).toEqual({
      name: "arrays",
      arrays: [{ name: "input_ids", element: "int", axes: ["N", "T"], sources: ["input_ids"], absent: null }],
    });
    const batch = arraysOf(ints("input_ids", [2, 3], [1, -1, 2, 0, 3, 3]), labels);
    const want = table([2, 3], (n, k) => [0, 1, 2].reduce((s, t) => s + words[ids[n * 3 + t] * 3 + k], 0));
    expectClose(logitsOfArrays(net, batch, 2), want);
    // The second sample by itself: the numbers are those of the batch, not of the trial.
    expectClose(logitsOfArrays(net, batch, 1, 1), want.slice(3));
  });

  test("names the node where a number lies outside the table", () => {
    const net = read({ nodes: [embedded, summed], initialisers: [one] });
    const batch = arraysOf(ints("input_ids", [2, 3], [1, 7, 2, 0, 3, 3]), labels);
    expect(refusal(() => logitsOfArrays(net, batch, 2))).toBe(
      'net.onnx: node "/words/Gather" (Gather): expected indices below 7, file has 7. Use data made for this model, such as by its own tokenizer.',
    );
  });

  test("of one number per sample, and along another axis", () => {
    const net = read({
      inputs: [value("category", ["N"], 6)],
      nodes: [
        node("Gather", ["columns.weight", "category"], ["c"], { axis: 1 }),
        node("Transpose", ["c"], ["logits"]),
      ],
      initialisers: [floats("columns.weight", [3, 4], numbers([3, 4], 2))],
    });
    const batch = arraysOf(ints("category", [2], [3, 1]), labels);
    const columns = numbers([3, 4], 2);
    expectClose(
      logitsOfArrays(net, batch, 2),
      table([2, 3], (n, k) => columns[k * 4 + [3, 1][n]]),
    );
  });
});

describe("a mask computed from whole numbers", () => {
  const mask = ints("attention_mask", [2, 3], [1, 1, 0, 1, 0, 0]);
  const attended = [[1, 6], [0]];
  /** Scores e e' + mask, softmax, times e, the first token. */
  const attention = (...penalty: (readonly number[])[]) => [
    embedded,
    node("Transpose", ["e"], ["et"], { perm: [0, 2, 1] }),
    node("MatMul", ["e", "et"], ["scores"]),
    ...penalty,
    node("Softmax", ["masked"], ["p"], { axis: -1 }),
    node("MatMul", ["p", "e"], ["mixed"]),
    node("Gather", ["mixed", "zero"], ["logits"], { axis: 1 }),
  ];
  const zero = integers("zero", [], [0]);
  const inputs = [value("input_ids", ["N", "T"], 7), value("attention_mask", ["N", "T"], 7)];
  const want = attended.flatMap((tokens) => {
    const rows = tokens.map((t) => Array.from(words.subarray(t * 3, t * 3 + 3)));
    const weights = rows.map((row) => Math.exp(row.reduce((s, v, k) => s + v * rows[0][k], 0)));
    const total = weights.reduce((a, b) => a + b);
    return [0, 1, 2].map((k) => rows.reduce((s, row, i) => s + (weights[i] / total) * row[k], 0));
  });
  const batch = arraysOf(ints("input_ids", [2, 3], ids), mask, labels);
  const spread = [
    integers("axes", [1], [1]),
    floats("onnx::Sub_1", [1], [1]),
    floats("least", [], [-3.4028234663852886e38]),
    floats("infinite", [], [Number.NEGATIVE_INFINITY]),
  ];

  test.each<[string, (readonly number[])[]]>([
    [
      "(1 - mask) times the smallest float32",
      [
        node("Cast", ["attention_mask"], ["m"], { to: 1 }),
        node("Unsqueeze", ["m", "axes"], ["m1"]),
        node("Sub", ["onnx::Sub_1", "m1"], ["inverse"]),
        node("Mul", ["inverse", "least"], ["penalty"]),
        node("Add", ["scores", "penalty"], ["masked"]),
      ],
    ],
    [
      "Where with minus infinity over expanded truth values",
      [
        node("Shape", ["scores"], ["shape"]),
        node("Cast", ["attention_mask"], ["b"], { to: 9 }),
        node("Unsqueeze", ["b", "axes"], ["b1"]),
        node("Expand", ["b1", "shape"], ["wide"]),
        node("Not", ["wide"], ["hidden"]),
        node("Where", ["hidden", "infinite", "scores"], ["masked"]),
      ],
    ],
    [
      "Where of two constants, added",
      [
        node("Equal", ["attention_mask", "zero"], ["hidden"]),
        node("Unsqueeze", ["hidden", "axes"], ["h1"]),
        node("Where", ["h1", "infinite", "none"], ["penalty"]),
        node("Add", ["scores", "penalty"], ["masked"]),
      ],
    ],
  ])("%s", (_title, penalty) => {
    const initialisers = [zero, ...spread, floats("none", [], [0])];
    const net = read({ inputs, nodes: attention(...penalty), initialisers }, batch);
    expect(net.architecture.parameters.map(({ name }) => name)).toEqual(["words.weight"]);
    expectClose(logitsOfArrays(net, batch, 2), want);
  });

  test("is all ones where the data have none", () => {
    const [cast, ...others] = [
      node("Cast", ["attention_mask"], ["m"], { to: 1 }),
      node("Unsqueeze", ["m", "axes"], ["m1"]),
      node("Mul", ["scores", "m1"], ["masked"]),
    ];
    const net = read({ inputs, nodes: attention(cast, ...others), initialisers: [zero, ...spread] }, batch);
    const full = ints("attention_mask", [2, 3], [1, 1, 1, 1, 1, 1]);
    const [absent, given] = [
      arraysOf(ints("input_ids", [2, 3], ids), labels),
      new Map(batch).set(full.name, full),
    ];
    expect(logitsOfArrays(net, absent, 2)).toEqual(logitsOfArrays(net, given, 2));
  });
});

test("positions counted over the tokens that are not padding, as RoBERTa does", () => {
  const net = read({
    nodes: [
      node("Equal", ["input_ids", "pad"], ["isPad"]),
      node("Not", ["isPad"], ["isToken"]),
      node("Cast", ["isToken"], ["t"], { to: 7 }),
      node("CumSum", ["t", "pad"], ["count"]),
      node("Mul", ["count", "t"], ["place"]),
      node("Add", ["place", "pad"], ["position"]),
      node("Gather", ["words.weight", "position"], ["e"]),
      summed,
    ],
    initialisers: [integers("pad", [], [1]), one],
  });
  const batch = arraysOf(ints("input_ids", [2, 3], [4, 5, 1, 2, 1, 1]), labels);
  const places = [2, 3, 1, 2, 1, 1];
  expectClose(
    logitsOfArrays(net, batch, 2),
    table([2, 3], (n, k) => [0, 1, 2].reduce((s, t) => s + words[places[n * 3 + t] * 3 + k], 0)),
  );
});

describe("arrays of a data file", () => {
  const inputs = [
    value("tokens", ["N", "T"], 7),
    value("pad_mask", ["N", "T"], 9),
    value("segment", ["N", "T"], 7),
    value("scale", ["N", 3]),
  ];
  const net = (): OnnxNetwork =>
    read({
      inputs,
      nodes: [
        node("Gather", ["words.weight", "tokens"], ["a"]),
        node("Gather", ["words.weight", "segment"], ["b"]),
        node("Add", ["a", "b"], ["c"]),
        node("Cast", ["pad_mask"], ["m"], { to: 1 }),
        node("Unsqueeze", ["m", "two"], ["m1"]),
        node("Mul", ["c", "m1"], ["e"]),
        node("ReduceSum", ["e", "one"], ["s"], { keepdims: 0 }),
        node("Mul", ["s", "scale"], ["logits"]),
      ],
      initialisers: [one, integers("two", [1], [2]), bool("unused", [1], [1])],
    });
  const scale: Tensor = { name: "x", dtype: "<f4", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };

  test("are found under the names of the file or those that tokenizers write", () => {
    const [byName, byRole] = [
      ["tokens", "pad_mask", "segment", "scale"],
      ["input_ids", "attention_mask", "token_type_ids", "x"],
    ].map((names) =>
      arraysOf(
        ints(names[0], [2, 3], ids),
        ints(names[1], [2, 3], [1, 1, 0, 1, 0, 0]),
        ints(names[2], [2, 3], [0, 1, 1, 0, 0, 0]),
        { ...scale, name: names[3] },
        labels,
      ),
    );
    const [first, second] = [logitsOfArrays(net(), byName, 2), logitsOfArrays(net(), byRole, 2)];
    expect(first).toEqual(second);
    const row = (n: number, k: number): number =>
      [0, 1, 2].reduce((s, t) => {
        const at = n * 3 + t;
        const kept = [1, 1, 0, 1, 0, 0][at];
        return s + kept * (words[ids[at] * 3 + k] + words[[0, 1, 1, 0, 0, 0][at] * 3 + k]);
      }, 0);
    expectClose(
      first,
      table([2, 3], (n, k) => row(n, k) * (n * 3 + k + 1)),
    );
  });

  test.each<[string, Tensor[], RegExp]>([
    ["tokens", [scale, labels], /arrays: expected tokens or input_ids, file has x, labels\./],
    [
      "other lengths",
      [ints("tokens", [2, 3], ids), ints("pad_mask", [2, 2], [1, 1, 1, 1]), scale, labels],
      /pad_mask: expected \[2,3\], file has \[2,2\]\./,
    ],
    [
      "another number of samples",
      [ints("tokens", [2, 3], ids), ints("pad_mask", [1, 3], [1, 1, 1]), scale, labels],
      /pad_mask: expected \[2,3\], file has \[1,3\]\./,
    ],
    [
      "numbers for truth values",
      [ints("tokens", [2, 3], ids), ints("pad_mask", [2, 3], [1, 1, 2, 1, 1, 1]), scale, labels],
      /pad_mask: expected zeros and ones, file has 2 in sample 0\./,
    ],
    [
      "floating-point tokens",
      [{ name: "tokens", dtype: "<f4", shape: [2, 3], data: Float32Array.from(ids) }, scale, labels],
      /tokens: expected whole numbers, file has dtype <f4\. Convert them: tokens\.astype\('int64'\)\./,
    ],
    [
      "no finite number",
      [ints("tokens", [2, 3], ids), { ...scale, data: Float32Array.of(1, 2, 3, 4, Number.NaN, 6) }, labels],
      /x: expected finite float32 numbers, file has NaN in sample 1\./,
    ],
  ])("are refused by name: %s", (_title, tensors, text) => {
    expect(refusal(() => logitsOfArrays(net(), arraysOf(...tensors), 2))).toMatch(text);
  });
});

test("a shape that depends on the numbers of a batch is refused", () => {
  expect(
    refusal(() =>
      read({
        nodes: [
          node("NonZero", ["input_ids"], ["p"], {}, "find"),
          node("Gather", ["words.weight", "p"], ["logits"]),
        ],
      }),
    ),
  ).toBe(
    'net.onnx: node "find" (NonZero): expected input 0 to be known at load, file has a value [2,8] that depends on the data. Export the network without it, or use a checkpoint of a known family.',
  );
});

describe("the bias of attention keys", () => {
  const square = (name: string, seed: number) => floats(name, [3, 3], numbers([3, 3], seed));
  const network = (key: (readonly number[])[]): OnnxNetwork =>
    read({
      nodes: [
        embedded,
        node("MatMul", ["e", "q.weight"], ["q"]),
        ...key,
        node("Reshape", ["k", "split"], ["k4"]),
        node("Transpose", ["k4"], ["kt"], { perm: [0, 2, 3, 1] }),
        node("Reshape", ["q", "split"], ["q4"]),
        node("Transpose", ["q4"], ["qt"], { perm: [0, 2, 1, 3] }),
        node("MatMul", ["qt", "kt"], ["s"]),
        node("Div", ["s", "root"], ["scaled"]),
        node("Softmax", ["scaled"], ["p"], { axis: -1 }),
        node("MatMul", ["p", "qt"], ["m"]),
        node("Transpose", ["m"], ["m4"], { perm: [0, 2, 1, 3] }),
        node("Reshape", ["m4", "join"], ["m3"]),
        node("ReduceSum", ["m3", "one"], ["logits"], { keepdims: 0 }),
      ],
      initialisers: [
        ...[square("q.weight", 3), square("k.weight", 4), one],
        floats("k.bias", [3], [1, 2, 3]),
        floats("root", [], [1.7320508]),
        integers("split", [4], [0, 0, 1, 3]),
        integers("join", [3], [0, 0, 3]),
      ],
    });
  const key = node("MatMul", ["e", "k.weight"], ["kw"]);

  test("is a parameter outside the graph, because softmax does not see it", () => {
    const net = network([key, node("Add", ["k.bias", "kw"], ["k"])]);
    const builder = new Builder();
    net.build(builder, { batchSize: 2, bn: "eval", shapes: { input_ids: [2, 3] } });
    const graph = builder.finish();
    const bias = graph.params.find(({ name }) => name === "k.bias");
    expect(graph.nodes.filter(({ inputs }) => inputs.includes(bias?.node ?? -1))).toEqual([]);
    expect(net.architecture.parameters.map(({ name }) => name)).toEqual([
      ...["words.weight", "q.weight", "k.weight", "k.bias"],
    ]);
    const batch = arraysOf(ints("input_ids", [2, 3], ids), labels);
    const without = network([key, node("Identity", ["kw"], ["k"])]);
    expectClose(logitsOfArrays(net, batch, 2), logitsOfArrays(without, batch, 2), 1e-14);
  });

  test("stays in the graph where something else reads the keys", () => {
    const net = network([node("Add", ["k.bias", "e"], ["e2"]), node("MatMul", ["e2", "k.weight"], ["k"])]);
    const builder = new Builder();
    net.build(builder, { batchSize: 2, bn: "eval", shapes: { input_ids: [2, 3] } });
    const graph = builder.finish();
    const bias = graph.params.find(({ name }) => name === "k.bias");
    expect(graph.nodes.some(({ inputs }) => inputs.includes(bias?.node ?? -1))).toBe(true);
  });
});
