import { describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { FISHER_NOISE } from "../../src/autograd/curvature.ts";
import { CLASS_COEFFICIENTS, ggnFactor, isPiecewiseLinear } from "../../src/autograd/ggnFactor.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { type LinearizeOptions, linearize } from "../../src/autograd/linearize.ts";
import type { Graph } from "../../src/model/graph.ts";
import { layerNorm, linear, softmaxCrossEntropy } from "../../src/model/layers.ts";
import { attention } from "../../src/model/transformer.ts";
import { symmetricEigenvalues } from "../oracles/symmetricEigen.ts";
import { defect, logitJacobian, matrixOf, outerSum, softmaxRows } from "./dense.ts";
import { randomInputs, tinyConvNet, tinyMlp } from "./nets.ts";
import { randomParams, seeded, uniformArray } from "./seeded.ts";

/** Two sentences of three tokens, the last one of the second masked. */
function tinyTransformer(): Graph {
  const b = new Builder();
  const [samples, tokens, hidden] = [2, 3, 4];
  const ids = b.input("ids", [samples, tokens], "data", "i32");
  const penalty = b.input("penalty", [samples, 1, 1, tokens], "data");
  const targets = b.input("targets", [samples, 3], "target");
  const dense = (x: number, name: string, to = hidden) =>
    linear(b, x, b.param(`${name}.weight`, [to, hidden]), b.param(`${name}.bias`, [to]));
  const rows = b.op("reshape", [b.op("gather", [b.param("words", [5, hidden]), ids])], {
    shape: [samples * tokens, hidden],
  });
  const mixed = attention(b, {
    query: dense(rows, "query"),
    key: dense(rows, "key"),
    value: dense(rows, "value"),
    ...{ samples, heads: 2, penalty },
  });
  const x = layerNorm(b, b.op("add", [rows, mixed]), {
    weight: b.param("norm.weight", [hidden]),
    bias: b.param("norm.bias", [hidden]),
    epsilon: 1e-5,
  });
  const sentences = b.op("reshape", [x], { shape: [samples, tokens * hidden] });
  const first = b.op("slice", [sentences], { start: [0, 0], size: [samples, hidden], stride: [1, 1] });
  const logits = dense(b.op("tanh", [first]), "classifier", 3);
  b.output("logits", logits);
  b.output("loss", softmaxCrossEntropy(b, logits, targets));
  return b.finish();
}

/** x [3,4] -> 3 outputs, without a hidden layer. */
function linearModel(): Graph {
  const b = new Builder();
  const x = b.input("x", [3, 4], "data");
  const targets = b.input("targets", [3, 3], "target");
  const logits = linear(b, x, b.param("weight", [3, 4]), b.param("bias", [3]));
  b.output("logits", logits);
  b.output("loss", softmaxCrossEntropy(b, logits, targets));
  return b.finish();
}

/** Mean over samples and outputs of (output - target)^2. */
function regression(): Graph {
  const b = new Builder();
  const x = b.input("x", [3, 2], "data");
  const targets = b.input("targets", [3, 2], "target");
  const h = b.op("tanh", [linear(b, x, b.param("fc1.weight", [3, 2]), b.param("fc1.bias", [3]))]);
  const logits = linear(b, h, b.param("fc2.weight", [2, 3]), b.param("fc2.bias", [2]));
  const error = b.op("sub", [logits, targets]);
  const squares = b.op("sum", [b.op("mul", [error, error])], { axes: [0, 1] });
  b.output("logits", logits);
  b.output("loss", b.op("mul", [b.op("reshape", [squares], { shape: [] }), b.constant(1 / 6)]));
  return b.finish();
}

function valuesOf(graph: Graph, seed = 5) {
  const random = seeded(seed);
  const params = randomParams(graph, random);
  const inputs = { ...randomInputs(graph, random) };
  if ("ids" in inputs) inputs.ids = Float64Array.of(0, 3, 1, 4, 3, 0);
  if ("penalty" in inputs) inputs.penalty = Float64Array.of(0, 0, 0, 0, 0, -1e4);
  // Samples of unequal weight: a forgotten or doubled weight cannot hide.
  const { targets } = inputs;
  const [n, classes] = graph.inputs.find((i) => i.name === "targets")?.shape ?? [0, 0];
  const shares = Array.from({ length: n }, (_, i) => (1 + i) / ((n * (n + 1)) / 2));
  targets.forEach((t, i) => {
    targets[i] = t === 0 ? 0 : shares[Math.floor(i / classes)];
  });
  return { params, inputs, shares, classes, random };
}

const nets: [string, Graph][] = [
  ["tanh MLP", tinyMlp("tanh", 3)],
  ["ReLU MLP", tinyMlp("relu", 3)],
  ["tanh conv net, BatchNorm eval", tinyConvNet("tanh", "eval")],
  ["ReLU conv net, batch statistics", tinyConvNet("relu", "batch")],
  ["transformer", tinyTransformer()],
];

describe.each(nets)("%s", (_title, graph) => {
  const { params, inputs, shares, classes } = valuesOf(graph);
  const leaves = { params, inputs };
  const matrix = (options: LinearizeOptions) => matrixOf(linearize(graph, options), leaves);
  const jacobian = logitJacobian(graph, leaves);
  const p = softmaxRows(interpret(graph, leaves, ["logits"]).logits, classes);
  /** Gradient of the unweighted loss of row n, were its label c. */
  const gradientFor = (n: number, c: number): Float64Array =>
    jacobian[0].map((_, i) =>
      Array.from({ length: classes }, (_, k) => k).reduce(
        (sum, k) => sum + (p[n * classes + k] - (k === c ? 1 : 0)) * jacobian[n * classes + k][i],
        0,
      ),
    );
  const ggn = matrix({ operator: "ggn" });

  it("has a symmetric, positive semi-definite Gauss-Newton matrix J'(diag(p) - pp')J", () => {
    expect(defect(ggn, ggn.map((_, i) => ggn.map((row) => row[i])) as never)).toBeLessThan(1e-13);
    const factors = shares.flatMap((_, n) =>
      Array.from({ length: classes }, (_, c) => ({ n, c, weight: shares[n] * p[n * classes + c] })),
    );
    // The exact Fisher matrix: the expectation of g g' over all classes, by explicit outer products.
    const fisher = outerSum(
      factors.map(({ n, c }) => gradientFor(n, c)),
      factors.map(({ weight }) => weight),
    );
    expect(defect(ggn, fisher)).toBeLessThan(1e-12);
    const values = symmetricEigenvalues(ggn.map((row) => row.slice()));
    expect(values[0]).toBeGreaterThan(-1e-14 * (values.at(-1) ?? 0));
  });

  it("has the Hessian as sum of Gauss-Newton and residual", () => {
    const residual = matrix({ operator: "residual" });
    const hessian = matrix({});
    expect(
      defect(
        ggn.map((row, i) => row.map((x, j) => x + residual[i][j])),
        hessian,
      ),
    ).toBeLessThan(1e-12);
    expect(
      defect(
        residual,
        residual.map((_, i) => Float64Array.from(residual, (row) => row[i])),
      ),
    ).toBeLessThan(1e-12);
  });

  it("has the empirical Fisher matrix as weighted sum of outer products of the samples' gradients", () => {
    const labels = shares.map((_, n) =>
      inputs.targets.subarray(n * classes, (n + 1) * classes).findIndex((t) => t > 0),
    );
    const explicit = outerSum(
      labels.map((c, n) => gradientFor(n, c)),
      shares,
    );
    expect(defect(matrix({ operator: "empirical-fisher" }), explicit)).toBeLessThan(1e-12);
  });

  it("has the Monte Carlo Fisher matrix of the labels that the noise chooses", () => {
    const { logits } = interpret(graph, leaves, ["logits"]);
    const noise = uniformArray(seeded(8), [logits.length], -3, 3);
    const drawn = shares.map((_, n) => {
      const row = Array.from({ length: classes }, (_, c) => logits[n * classes + c] + noise[n * classes + c]);
      return row.indexOf(Math.max(...row));
    });
    const explicit = outerSum(
      drawn.map((c, n) => gradientFor(n, c)),
      shares,
    );
    const got = matrixOf(linearize(graph, { operator: "fisher-mc" }), {
      params,
      inputs: { ...inputs, [FISHER_NOISE]: noise },
    });
    expect(defect(got, explicit)).toBeLessThan(1e-12);
  });

  it("gives blocks of any set of tensors as sub-matrices", () => {
    const names = graph.params.map((q) => q.name);
    const chosen = [names[names.length - 1], names[0]];
    const wanted = graph.params.flatMap((q) => Array.from({ length: q.size }, () => chosen.includes(q.name)));
    const part = (full: readonly Float64Array[]) =>
      full.filter((_, i) => wanted[i]).map((row) => row.filter((_, j) => wanted[j]));
    for (const operator of ["hessian", "ggn", "empirical-fisher", "residual"] as const) {
      const block = matrix({ operator, params: chosen });
      const full = part(matrix({ operator }));
      expect(defect(block, full)).toBeLessThan(1e-12);
    }
  });
});

describe("operators", () => {
  it("leave no residual for a model that is linear in its parameters, not even rounding", () => {
    const graph = linearModel();
    const leaves = valuesOf(graph);
    const residual = matrixOf(linearize(graph, { operator: "residual" }), leaves);
    expect(residual.every((row) => row.every((x) => x === 0))).toBe(true);
    expect(
      defect(matrixOf(linearize(graph, { operator: "ggn" }), leaves), matrixOf(linearize(graph), leaves)),
    ).toBeLessThan(1e-13);
  });

  it("draw labels from the model: the mean over many draws is Gauss-Newton", () => {
    const graph = tinyMlp("tanh", 3);
    const { params, inputs, classes, random } = valuesOf(graph);
    const staged = linearize(graph, { operator: "fisher-mc" });
    const tangents = randomParams(graph, random);
    const along = (got: Record<string, Float64Array>) =>
      graph.params.reduce(
        (sum, q) => sum + got[`hv:${q.name}`].reduce((s, x, i) => s + x * tangents[q.name][i], 0),
        0,
      );
    const want = along(interpret(linearize(graph, { operator: "ggn" }).graph, { params, inputs, tangents }));
    const draws = 3000;
    const samples = Array.from({ length: draws }, () => {
      const noise = Float64Array.from({ length: 3 * classes }, () => -Math.log(-Math.log(random())));
      return along(
        interpret(staged.graph, { params, inputs: { ...inputs, [FISHER_NOISE]: noise }, tangents }),
      );
    });
    const mean = samples.reduce((a, b) => a + b) / draws;
    const spread = Math.sqrt(samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws / draws);
    expect(spread).toBeLessThan(0.05 * want);
    expect(Math.abs(mean - want)).toBeLessThan(4 * spread);
  });

  it("count a sample of weight zero as nothing, where its slope is zero too", () => {
    const graph = tinyMlp("tanh", 3);
    const { params, inputs } = valuesOf(graph);
    const targets = inputs.targets.map((t, i) => (i < 2 ? 0 : t));
    const got = matrixOf(linearize(graph, { operator: "empirical-fisher" }), {
      params,
      inputs: { ...inputs, targets },
    });
    expect(got.every((row) => row.every(Number.isFinite))).toBe(true);
    expect(got.some((row) => row.some((x) => x !== 0))).toBe(true);
  });

  it("know the squared error: Gauss-Newton is 2/(N outputs) J'J and the mean of the drawn Fisher matrices", () => {
    const graph = regression();
    const random = seeded(3);
    const params = randomParams(graph, random);
    const inputs = Object.fromEntries(
      graph.inputs.map(({ name, shape }) => [name, uniformArray(random, shape)]),
    );
    const leaves = { params, inputs };
    const jacobian = logitJacobian(graph, leaves);
    const ggn = matrixOf(linearize(graph, { operator: "ggn" }), leaves);
    expect(
      defect(
        ggn,
        outerSum(
          jacobian,
          jacobian.map(() => 2 / 6),
        ),
      ),
    ).toBeLessThan(1e-13);
    const { logits } = interpret(graph, leaves, ["logits"]);
    const gradients = [0, 1, 2].map((n) =>
      jacobian[0].map((_, i) =>
        [0, 1].reduce(
          (sum, c) => sum + (logits[2 * n + c] - inputs.targets[2 * n + c]) * jacobian[2 * n + c][i],
          0,
        ),
      ),
    );
    const empirical = matrixOf(
      linearize(graph, { operator: "empirical-fisher", loss: "mean-squared-error" }),
      leaves,
    );
    expect(defect(empirical, outerSum(gradients, [1 / 3, 1 / 3, 1 / 3]))).toBeLessThan(1e-12);
    // Independent signs have the covariance of normal numbers: four draws with all signs per sample average exactly.
    const staged = linearize(graph, { operator: "fisher-mc", loss: "mean-squared-error" });
    const draws = [
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ].map((pair) =>
      matrixOf(staged, {
        params,
        inputs: { ...inputs, [FISHER_NOISE]: Float64Array.of(...pair, ...pair, ...pair) },
      }),
    );
    const mean = ggn.map((row, i) => row.map((_, j) => draws.reduce((sum, d) => sum + d[i][j] / 4, 0)));
    expect(defect(mean, ggn)).toBeLessThan(1e-12);
  });

  it("share the primal program and are smaller: Gauss-Newton has fewer tangent nodes than the Hessian", () => {
    const graph = tinyConvNet("relu", "eval");
    const convolutions = (options: LinearizeOptions) => {
      const { graph: all, stage } = linearize(graph, options);
      return all.nodes.filter((node, id) => node.op === "conv2d" && stage[id] === 1).length;
    };
    // Forward 3, backward 1, weights 2; the Hessian's second convolution has two products in either gradient.
    expect([convolutions({ operator: "ggn" }), convolutions({})]).toEqual([6, 8]);
    const head = linearize(graph, { operator: "ggn", params: ["fc.weight"] }).graph;
    expect(Object.keys(head.outputs).filter((name) => name.startsWith("hv:"))).toEqual(["hv:fc.weight"]);
  });

  it("refuse a loss that depends on parameters beside the logits", () => {
    const b = new Builder();
    const w = b.param("w", [2]);
    const logits = b.op("mul", [w, b.constant(2)]);
    b.input("targets", [2], "target");
    b.output("logits", logits);
    b.output(
      "loss",
      b.op("reshape", [b.op("sum", [b.op("mul", [logits, w])], { axes: [0] })], { shape: [] }),
    );
    expect(() => linearize(b.finish(), { operator: "ggn" })).toThrow(
      "internal: the loss depends on parameters in another way than through the logits",
    );
  });
});

describe("the factors of Gauss-Newton", () => {
  it.each([
    ["ReLU conv net", tinyConvNet("relu", "eval", 1)],
    ["tanh MLP", tinyMlp("tanh", 1)],
  ] as const)("give its trace as a sum of squares over classes: %s", (_title, graph) => {
    const { params, inputs, classes } = valuesOf(graph);
    const { graph: factor } = ggnFactor(graph);
    const zero = { [CLASS_COEFFICIENTS]: new Float64Array(classes) };
    let trace = 0;
    for (let c = 0; c < classes; c++) {
      const unit = Float64Array.from({ length: classes }, (_, k) => (k === c ? 1 : 0));
      const tangents = { [CLASS_COEFFICIENTS]: unit };
      const got = interpret(factor, { params: { ...params, ...zero }, inputs, tangents });
      for (const q of graph.params) trace += got[`hv:${q.name}`].reduce((sum, x) => sum + x * x, 0);
    }
    const ggn = matrixOf(linearize(graph, { operator: "ggn" }), { params, inputs });
    expect(trace).toBeCloseTo(
      ggn.reduce((sum, row, i) => sum + row[i], 0),
      12,
    );
  });

  it("are those of the Hessian's own diagonal where the logits are piecewise linear in each tensor", () => {
    for (const [graph, linearInEach] of [
      [tinyConvNet("relu", "eval"), true],
      [tinyMlp("relu", 3), true],
      [tinyConvNet("relu", "batch"), false],
      [tinyMlp("tanh", 3), false],
      [tinyTransformer(), false],
    ] as const) {
      expect(isPiecewiseLinear(graph)).toBe(linearInEach);
      const leaves = valuesOf(graph);
      const residual = matrixOf(linearize(graph, { operator: "residual" }), leaves);
      expect(residual.every((row, i) => row[i] === 0)).toBe(linearInEach);
    }
  });
});
