import { describe, expect, test } from "vitest";
import { Builder } from "../../../src/autograd/builder.ts";
import { FormatError } from "../../../src/model/errors.ts";
import { readOnnx } from "../../../src/model/onnx/network.ts";
import { seeded } from "../../autograd/seeded.ts";
import { bytes, float32, floats, int, integers, model, node, value } from "../../fixtures/onnx.mjs";
import { refusal } from "../files.ts";
import { logitsOf, network, numbers } from "./networks.ts";

const names = (net: ReturnType<typeof network>): string[] =>
  net.architecture.parameters.map(({ name }) => name);
const square = (seed: number) => [[3, 3], numbers([3, 3], seed)] as const;
const gemm = (input: string, weight: string, output: string, name = ""): number[] =>
  node("Gemm", [input, weight], [output], { transB: 1 }, name);

describe("parameters", () => {
  test("come in the order of their first use, whatever the order in the file; what the output ignores is none", () => {
    const net = network([2, 3], {
      weights: { unused: square(1), "b.weight": square(2), "a.weight": square(3) },
      nodes: [gemm("x", "a.weight", "y"), gemm("y", "b.weight", "logits"), gemm("x", "unused", "other")],
    });
    expect(names(net)).toEqual(["a.weight", "b.weight"]);
    expect(net.parameters.subarray(0, 9)).toEqual(numbers([3, 3], 3));
  });

  test("that share one initialiser are one; copies named by Identity are their own", () => {
    const weights = { "a.weight": square(1) };
    const tied = network([2, 3], {
      weights,
      nodes: [gemm("x", "a.weight", "y"), gemm("y", "a.weight", "logits")],
    });
    expect(names(tied)).toEqual(["a.weight"]);
    const copied = network([2, 3], {
      weights,
      nodes: [
        node("Identity", ["a.weight"], ["b.weight"]),
        gemm("x", "a.weight", "y"),
        gemm("y", "b.weight", "logits"),
      ],
    });
    expect(names(copied)).toEqual(["a.weight", "b.weight"]);
    expect(copied.parameters.length).toBe(18);
  });

  test("get their module's name back from the node that reads them", () => {
    const net = network([2, 3], {
      weights: { "onnx::MatMul_7": square(1), "onnx::Gemm_9": square(2), "onnx::MatMul_11": square(3) },
      nodes: [
        node("MatMul", ["x", "onnx::MatMul_7"], ["y"], {}, "/encoder/encoder.0/dense/MatMul"),
        gemm("y", "onnx::Gemm_9", "z", "/head/Gemm"),
        node("MatMul", ["z", "onnx::MatMul_11"], ["logits"], {}, "MatMul_12"),
      ],
    });
    expect(names(net)).toEqual(["encoder.0.dense.weight", "head.weight", "onnx::MatMul_11"]);
    expect(net.warnings).toEqual(["The file has lost the names of these parameters: onnx::MatMul_11."]);
  });

  test.each([
    ["pkg.torch.onnx.name_scopes", "['', 'encoder', 'encoder.layer.0.dense', 'linear_1']"],
    ["namespace", ": Model/encoder: Encoder/encoder.layer.0.dense: Linear/linear_1: aten.linear.default"],
  ])("get it back from the metadata of the new exporter: %s", (key, scopes) => {
    const net = network([2, 3], {
      weights: { val_12: square(1) },
      nodes: [node("MatMul", ["x", "val_12"], ["logits"], {}, "node_linear_1", { [key]: scopes })],
    });
    expect(names(net)).toEqual(["encoder.layer.0.dense.weight"]);
  });

  test("get it back from a Transpose before the product", () => {
    const net = network([2, 3], {
      weights: { "onnx::Transpose_7": square(1) },
      nodes: [
        node("Transpose", ["onnx::Transpose_7"], ["t"], { perm: [1, 0] }, "/encoder/dense/Transpose"),
        node("MatMul", ["x", "t"], ["logits"], {}, "/encoder/dense/MatMul"),
      ],
    });
    expect(names(net)).toEqual(["encoder.dense.weight"]);
  });

  test("a BatchNorm that the new exporter's rewriter has folded is noticed by its mark in the node", () => {
    const net = network([2, 3, 2, 2], {
      weights: { "conv.weight": [[2, 3, 2, 2], numbers([24], 1)] },
      nodes: [
        node("Conv", ["x", "conv.weight"], ["y"], {}, "node_conv2d", {
          "pkg.onnxscript.rewriter.rule_name": "FuseBatchNormIntoConv",
        }),
        node("Flatten", ["y"], ["logits"]),
      ],
    });
    expect(net.warnings[0]).toMatch(
      /^The exporter has folded BatchNorm into the convolutions\. .* export with torch/,
    );
  });

  test("biases of convolutions are no sign of a folded BatchNorm in a network with another normalisation", () => {
    const net = network([2, 3, 2, 2], {
      weights: {
        "conv.weight": [[2, 3, 2, 2], numbers([24], 1)],
        "conv.bias": [[2], [1, 2]],
        "norm.weight": [[2], [1, 1]],
      },
      nodes: [
        node("Conv", ["x", "conv.weight", "conv.bias"], ["y"]),
        node("Flatten", ["y"], ["f"]),
        node("LayerNormalization", ["f", "norm.weight"], ["logits"]),
      ],
    });
    expect(net.warnings).toEqual([]);
  });

  test("are not the tensors of a normalisation, which the card names", () => {
    const net = network([2, 3, 2, 2], {
      weights: {
        "onnx::Sub_1": [
          [1, 3, 1, 1],
          [0.1, 0.2, 0.3],
        ],
        "conv.weight": [[2, 3, 2, 2], numbers([24], 1)],
      },
      nodes: [
        node("Sub", ["x", "onnx::Sub_1"], ["y"]),
        node("Conv", ["y", "conv.weight"], ["z"]),
        node("Flatten", ["z"], ["logits"]),
      ],
    });
    expect(names(net)).toEqual(["conv.weight"]);
    expect(net.warnings).toEqual([
      "Held constant, because the exporter gave them no name of a parameter: onnx::Sub_1.",
    ]);
  });
});

describe("the choice of what is trained", () => {
  const parts = {
    weights: {
      "body.0.weight": square(1),
      "body.1.weight": square(2),
      "head.weight": square(3),
      "attn.mask": [[3], [0, 0, Number.NEGATIVE_INFINITY]],
      "onnx::Mul_1": [[3], [1, 2, 3]],
      half: [[], [0.5]],
    },
    nodes: [
      gemm("x", "body.0.weight", "a"),
      node("Mul", ["a", "onnx::Mul_1"], ["b"]),
      node("Mul", ["b", "half"], ["c"]),
      gemm("c", "body.1.weight", "d"),
      gemm("d", "head.weight", "e"),
      node("Add", ["e", "attn.mask"], ["logits"]),
    ],
  } as const;

  test("is offered for every float tensor that the output depends on, with a default and its module", () => {
    expect(network([2, 3], parts).candidates).toEqual(
      [
        ["body.0.weight", [3, 3], "body.0", true],
        ["onnx::Mul_1", [3], "", false],
        ["half", [], "", false],
        ["body.1.weight", [3, 3], "body.1", true],
        ["head.weight", [3, 3], "head", true],
        ["attn.mask", [3], "attn", false],
      ].map(([name, shape, group, chosen]) => ({ name, shape, group, byDefault: chosen, chosen })),
    );
  });

  test.each<[string[], string[]]>([
    [["body.*"], ["body.0.weight", "body.1.weight"]],
    [
      ["*1*", "head.weight"],
      ["body.1.weight", "head.weight"],
    ],
    [
      ["onnx::Mul_1", "half"],
      ["onnx::Mul_1", "half"],
    ],
    [["*"], ["body.0.weight", "body.1.weight", "head.weight"]],
  ])("%j: patterns choose among the default, names among all", (trainable, want) => {
    const [all, some] = [network([2, 3], parts), network([2, 3], { ...parts, trainable })];
    expect(names(some)).toEqual(want);
    const x = numbers([2, 3], 5);
    expect(logitsOf(some, [2, 3], x)).toEqual(logitsOf(all, [2, 3], x));
  });

  test("is refused where it fits nothing", () => {
    expect(refusal(() => network([2, 3], { ...parts, trainable: ["tail.*"] }))).toBe(
      'net.onnx: trained tensors: expected names or patterns among "body.0.weight", "onnx::Mul_1", "half", "body.1.weight", "head.weight", "attn.mask", file has "tail.*". Choose tensors that the network has.',
    );
  });

  test("a running statistic may be chosen, and is outside the graph where the batch has its own", () => {
    const statistics = ["scale", "shift", "running_mean", "running_var"].map((part) => `bn.${part}`);
    const net = network([4, 2], {
      weights: Object.fromEntries(statistics.map((name) => [name, [[2], [0.5, 2]] as const])),
      nodes: [node("BatchNormalization", ["x", ...statistics], ["logits"])],
      trainable: ["bn.*", "bn.running_mean"],
    });
    expect(names(net)).toEqual(["bn.scale", "bn.shift", "bn.running_mean"]);
    for (const bn of ["eval", "batch"] as const)
      expect(logitsOf(net, [4, 2], numbers([4, 2], 1), bn).every(Number.isFinite)).toBe(true);
  });
});

describe("the loss", () => {
  test("may be the squared error of a single output; a Softmax at the end is then part of the network", () => {
    const nodes = [node("Softmax", ["x"], ["p"]), gemm("p", "w", "y"), node("Softmax", ["y"], ["logits"])];
    const weights = {
      w: [
        [1, 3],
        [1, 2, 3],
      ],
    } as const;
    const net = network([2, 3], { nodes, weights, loss: "mean-squared-error" });
    expect(net.architecture.classes).toBe(1);
    const builder = new Builder();
    net.build(builder, { batchSize: 2, bn: "eval", loss: "mean-squared-error" });
    expect(builder.finish().inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["x", [2, 3]],
      ["targets", [2, 1]],
      ["weights", [2, 1]],
    ]);
    expect(Array.from(logitsOf(net, [2, 3], numbers([2, 3], 1)))).toEqual([1, 1]);
  });

  test("is taken of what goes into a Softmax at the end", () => {
    const weights = { "a.weight": square(1) };
    const x = numbers([2, 3], 5);
    const plain = network([2, 3], { weights, nodes: [gemm("x", "a.weight", "logits")] });
    const ended = network([2, 3], {
      weights,
      nodes: [gemm("x", "a.weight", "y"), node("Softmax", ["y"], ["logits"])],
    });
    expect(logitsOf(ended, [2, 3], x)).toEqual(logitsOf(plain, [2, 3], x));
    expect(ended.warnings).toEqual([
      "The network ends in Softmax: the loss is taken of what goes into it, the logits.",
    ]);
  });

  test("is taken of the output called logits where there are several", () => {
    const net = network([2, 3], {
      weights: { "a.weight": square(1), "b.weight": square(2) },
      nodes: [gemm("x", "a.weight", "hidden"), gemm("hidden", "b.weight", "logits")],
      outputs: [value("hidden", ["N", 3]), value("logits", ["N", 3])],
    });
    expect(names(net)).toEqual(["a.weight", "b.weight"]);
    expect(net.warnings).toEqual(['The file has 2 outputs: the loss is taken of "logits".']);
  });
});

describe("the input", () => {
  const nodes = [node("Conv", ["x", "w"], ["y"]), node("Flatten", ["y"], ["logits"])];
  const weights = { w: [[2, 3, 2, 2], numbers([24], 1)] } as const;

  test("has the batch size of the run, even where the file fixes another", () => {
    const net = network([2, 3], {
      weights: { "a.weight": square(1) },
      nodes: [gemm("x", "a.weight", "logits")],
      inputs: [value("x", [1, 3])],
    });
    const x = numbers([5, 3], 1);
    expect(logitsOf(net, [5, 3], x).length).toBe(15);
    expect(net.architecture.input).toEqual({ name: "x", features: 3, source: "x" });
  });

  test("has the pixels of the file, and other data are refused", () => {
    const net = network([2, 3, 2, 2], { weights, nodes });
    expect(net.architecture.input).toEqual({ name: "images", channels: 3, source: "x" });
    expect(refusal(() => net.build(new Builder(), { batchSize: 1, bn: "eval", height: 4, width: 4 }))).toBe(
      'net.onnx: input "x": expected images of 2x2 pixels, file has data of 4x4. Resize the images, or export with dynamic_axes for height and width.',
    );
  });

  test("may leave the pixels open: the data decide", () => {
    const inputs = [value("x", ["N", 3, "H", "W"])];
    const nets = [
      node("Conv", ["x", "w"], ["y"]),
      node("GlobalAveragePool", ["y"], ["p"]),
      node("Flatten", ["p"], ["logits"]),
    ];
    const net = network([2, 3, 2, 2], { weights, nodes: nets, inputs });
    expect(logitsOf(net, [1, 3, 6, 4], numbers([1, 3, 6, 4], 2)).length).toBe(2);
  });
});

test("numbers in typed fields, packed or not, are those in raw bytes", () => {
  const list = [1, 2, 3, -4, 5.5, 6];
  const head = [...int(1, 2), ...int(1, 3), ...int(2, 1), ...bytes(8, "w")];
  const packed = [...head, ...bytes(4, float32(list))];
  const single = [...head, ...list.flatMap((x) => [(4 << 3) | 5, ...float32([x])])];
  for (const tensor of [packed, single]) {
    const file = model({ nodes: [gemm("x", "w", "logits")], initialisers: [tensor] });
    const net = readOnnx(file, "net.onnx", { scratch: new Builder() });
    expect(net.parameters).toEqual(Float32Array.from(list));
  }
});

test("unknown fields are skipped, and every prefix of a file is refused without a crash", () => {
  const file = model({
    nodes: [gemm("x", "w", "logits")],
    initialisers: [
      [...int(1, 2), ...int(1, 3), ...int(2, 1), ...bytes(8, "w"), ...bytes(9, float32([1, 2, 3, 4, 5, 6]))],
    ],
  });
  const more = Uint8Array.from([...file, ...bytes(99, "news"), ...int(98, 5)]);
  expect(readOnnx(more, "net.onnx", { scratch: new Builder() }).parameters.length).toBe(6);
  for (let length = 0; length < file.length; length++)
    expect(refusal(() => readOnnx(file.slice(0, length), "net.onnx", { scratch: new Builder() }))).toMatch(
      /^net\.onnx: /,
    );
});

test("a thousand damaged files are refused in a sentence, or load: none crashes or hangs", () => {
  const weights = { w: [[2, 3, 2, 2], numbers([24], 1)], "bn.weight": [[2], [1, 2]] } as const;
  const file = model({
    inputs: [value("x", ["N", 3, 4, 4])],
    initialisers: [
      ...Object.entries(weights).map(([name, [dims, data]]) => floats(name, dims, Array.from(data))),
      integers("target", [2], [0, -1]),
    ],
    nodes: [
      node("Conv", ["x", "w"], ["y"], { strides: [2, 2], pads: [0, 0, 0, 0], group: 1 }, "conv"),
      node("BatchNormalization", ["y", "bn.weight", "bn.weight", "bn.weight", "bn.weight"], ["z"]),
      node("Reshape", ["z", "target"], ["logits"], { allowzero: 0 }),
    ],
  });
  const random = seeded(11);
  const before = performance.now();
  const outcomes = { loaded: 0, refused: 0 };
  for (let i = 0; i < 1000; i++) {
    const damaged = file.slice();
    const count = 1 + Math.floor(3 * random());
    for (let k = 0; k < count; k++)
      damaged[Math.floor(random() * damaged.length)] = Math.floor(256 * random());
    try {
      readOnnx(damaged, "net.onnx", { scratch: new Builder(), height: 4, width: 4 });
      outcomes.loaded++;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      outcomes.refused++;
    }
  }
  expect(outcomes.refused).toBeGreaterThan(300);
  expect(outcomes.loaded).toBeGreaterThan(100);
  expect(performance.now() - before).toBeLessThan(20_000);
});
