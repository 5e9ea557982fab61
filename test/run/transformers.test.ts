import { afterAll, describe, expect, it, test } from "vitest";
import type { Bert } from "../../src/model/bert.ts";
import { groupsOf, layersOf } from "../../src/model/index.ts";
import { loadModel } from "../../src/run/load.ts";
import { accuracyOf, poseProblem } from "../../src/run/problem.ts";
import type { DataSource, ModelSource } from "../../src/run/protocol.ts";
import { dawn, dawnEntry } from "../gpu/dawn.ts";
import { hessianOf, inFloat64, products, relativeError } from "../gpu/examples.ts";
import { bytesOf, type RawTensor } from "../model/files.ts";
import { settings } from "./files.ts";
import { engineOn } from "./host.ts";
import {
  caseOf,
  cases,
  checkpointOf,
  difference,
  type GoldenCase,
  goldenVector,
  heads,
  sentencesOf,
  tensorsOfCase,
} from "./transformers.ts";

afterAll(async () => {
  expect((await dawn()).faults, "errors that no call reported").toEqual([]);
});

async function open(model: ModelSource, data: DataSource) {
  const loaded = await loadModel(model, data, () => Promise.reject(new Error("nothing is bundled here")));
  const problem = poseProblem(loaded, { bn: "eval", start: 0, batchSize: 4 });
  return { problem, card: loaded.card, architecture: loaded.model.architecture as Bert };
}

/** config.json as its library writes it. */
const configOf = ({ name }: GoldenCase): Record<string, unknown> => {
  const [model_type] = name.split(" ");
  if (model_type === "distilbert") return { model_type, n_heads: heads, dim: 8, n_layers: 2, hidden_dim: 12 };
  return { model_type, num_attention_heads: heads, hidden_size: 8 };
};

const sourceOf = (golden: GoldenCase): ModelSource =>
  checkpointOf(tensorsOfCase(golden), { ...configOf(golden), ...untied(golden) });

const untied = ({ name }: GoldenCase) => (name.endsWith("untied") ? { tie_word_embeddings: false } : {});

const rename = (tensors: readonly RawTensor[], to: (name: string) => string): RawTensor[] =>
  tensors.map((tensor) => ({ ...tensor, name: to(tensor.name) }));

const TIED =
  "The scores use the matrix of the word embeddings: tied weights, one parameter that is counted once.";

describe.each(cases)("$name", (golden) => {
  it("has PyTorch's parameters, loss, gradient and product in float64", async () => {
    const { problem, card, architecture } = await open(sourceOf(golden), sentencesOf(golden));
    expect(architecture.parameters.map(({ name, shape }) => [name, shape])).toEqual(golden.parameters);
    const tied = golden.name.includes("masked") && !golden.name.endsWith("untied");
    expect(card).toMatchObject({ family: "bert", warnings: tied ? [TIED] : [] });
    const found = inFloat64(problem, goldenVector(problem.parameters.length));
    expect(Math.abs(found.loss / golden.loss - 1)).toBeLessThan(1e-9);
    expect(difference(found.gradient, golden.gradient)).toBeLessThan(1e-9);
    expect(difference(found.hv, golden.hv)).toBeLessThan(1e-9);
    const { labels } = problem.batch;
    expect(accuracyOf(Float32Array.from(found.logits), labels)).toBeCloseTo(golden.accuracy, 12);
    for (const { name, offset, size } of problem.graph.params) {
      const zero = found.hv.subarray(offset, offset + size).every((v) => v === 0);
      expect(zero, name).toBe(/\.(key|k_lin)\.bias$/.test(name));
    }
  });
});

/**
 * Compiling takes most of the time: one with gathered positions, and below one with tied scores through the engine. Add
 * names here to try the others.
 */
describe.each(["roberta classifier"])("%s on the GPU", (name) => {
  it("has PyTorch's loss, gradient and product", async () => {
    const golden = caseOf(name);
    const { problem } = await open(sourceOf(golden), sentencesOf(golden));
    const operator = await hessianOf(problem);
    const v = goldenVector(problem.parameters.length);
    const [hv] = await products(operator, [v]);
    expect(Math.abs((await operator.loss()) / golden.loss - 1)).toBeLessThan(1e-5);
    expect(difference(await operator.gradient(), golden.gradient)).toBeLessThan(1e-4);
    expect(difference(hv, golden.hv)).toBeLessThan(1e-4);
    expect(relativeError(hv, inFloat64(problem, v).hv)).toBeLessThan(1e-5);
    operator.destroy();
  });
});

describe("files of other times and other tools give the same numbers", () => {
  const older = (name: string): string =>
    name
      .replace(/(LayerNorm|layer_norm)\.weight$/, "$1.gamma")
      .replace(/(LayerNorm|layer_norm)\.bias$/, "$1.beta");
  test.each(cases)(
    "$name: no prefix, gamma and beta, no model_type, buffers of positions",
    async (golden) => {
      const bare = rename(tensorsOfCase(golden), (name) =>
        older(name.replace(/^(bert|distilbert|roberta)\./, "")),
      );
      const buffer = {
        name: "embeddings.position_ids",
        dtype: "I64",
        shape: [1, 1],
        bytes: new Uint8Array(8),
      };
      const model = checkpointOf([...bare, buffer], untied(golden), { heads });
      const { problem, architecture } = await open(model, sentencesOf(golden));
      expect(architecture.dialect).toBe(golden.name.split(" ")[0]);
      const found = inFloat64(problem, goldenVector(problem.parameters.length));
      expect(Math.abs(found.loss / golden.loss - 1)).toBeLessThan(1e-9);
      expect(difference(found.hv, golden.hv)).toBeLessThan(1e-9);
    },
  );

  const tied = caseOf("bert masked tied");
  const tensors = tensorsOfCase(tied);
  const words = tensors[0];
  const bias = tensors.find(({ name }) => name === "cls.predictions.bias") as RawTensor;

  test("a second copy of tied weights and of their bias, and heads of other tasks, are left out", async () => {
    const more = [
      { ...words, name: "cls.predictions.decoder.weight" },
      { ...bias, name: "cls.predictions.decoder.bias" },
      { ...tensors[1], name: "bert.pooler.dense.weight" },
      { ...tensors[1], name: "cls.seq_relationship.weight" },
    ];
    const { problem, card } = await open(
      checkpointOf([...tensors, ...more], configOf(tied)),
      sentencesOf(tied),
    );
    expect(card.warnings).toEqual([
      TIED,
      'The network does not use "cls.seq_relationship.weight", "bert.pooler.dense.weight": left out.',
    ]);
    const found = inFloat64(problem, goldenVector(problem.parameters.length));
    expect(difference(found.hv, tied.hv)).toBeLessThan(1e-9);
  });

  test("another matrix than the word embeddings is a parameter of its own, and said so", async () => {
    const golden = caseOf("bert masked untied");
    const model = checkpointOf(tensorsOfCase(golden), configOf(golden));
    const { problem, card, architecture } = await open(model, sentencesOf(golden));
    expect(architecture.tied).toBe(false);
    expect(card.warnings).toEqual([
      "cls.predictions.decoder.weight differs from the word embeddings: it is a parameter of its own.",
    ]);
    expect(inFloat64(problem, goldenVector(problem.parameters.length)).loss).toBeCloseTo(golden.loss, 9);
  });

  test("two biases that differ are refused, and so is a matrix that config.json promises", async () => {
    const other = { ...bias, name: "cls.predictions.decoder.bias", bytes: bytesOf(new Float32Array(41)) };
    await expect(open(checkpointOf([...tensors, other], configOf(tied)), sentencesOf(tied))).rejects.toThrow(
      "model.safetensors: cls.predictions.decoder.bias: expected the values of cls.predictions.bias, which is the same parameter, file has others. Keep the one that the network adds, and delete the other.",
    );
    const promised = checkpointOf(tensors, { ...configOf(tied), tie_word_embeddings: false });
    await expect(open(promised, sentencesOf(tied))).rejects.toThrow(
      "model.safetensors: cls.predictions.decoder.weight: expected [41,8], file has no such tensor.",
    );
  });
});

test("without config.json the heads are assumed where published models leave no choice", async () => {
  const shapes = (hidden: number): RawTensor[] =>
    caseOf("roberta classifier").parameters.map(([name, shape]) => {
      const scaled = shape.map((n) => (n === 8 ? hidden : n));
      const size = scaled.reduce((a, b) => a * b, 1);
      return { name, dtype: "F32", shape: scaled, bytes: bytesOf(new Float32Array(size).fill(0.1)) };
    });
  const data = sentencesOf(caseOf("roberta classifier"));
  const { architecture, card } = await open(checkpointOf(shapes(128), null), data);
  expect(architecture).toMatchObject({ heads: 2, epsilon: 1e-5, hiddenActivation: "gelu" });
  expect(card.warnings).toEqual([
    "Neither config.json nor an option (--heads) gives the number of attention heads: 2 are assumed, 64 columns each.",
    "There is no config.json: GELU (erf) and a LayerNorm epsilon of 0.00001 are assumed.",
  ]);
  await expect(open(checkpointOf(shapes(384), null), data)).rejects.toThrow(
    "model.safetensors: num_attention_heads: expected the number of attention heads, which the tensors do not tell, file has no config.json that says it. Add the checkpoint's config.json, or give the number of heads (--heads).",
  );
});

describe("labels of single tokens", () => {
  const golden = caseOf("distilbert masked tied");
  const labelled = (labels: GoldenCase["batch"][string]): Promise<unknown> =>
    open(sourceOf(golden), sentencesOf({ batch: { ...golden.batch, labels } }));
  const row = (...first: number[]): number[] => [...first, ...new Array<number>(7 - first.length).fill(-100)];

  test.each([
    [
      [1, 2, 3],
      "labels: expected [4,7], a word or -100 for each token, file has [3]. Save the batch as docs/file-formats.md describes.",
    ],
    [
      [row(), row(), row(), row()],
      "labels: expected a label for at least one token, file has -100 everywhere. Choose other sentences.",
    ],
    [
      [row(), row(3, 41), row(), row()],
      "labels: expected words from 0 to 40, or -100, file has 41 in sentence 1. Use the tokenizer of this very model.",
    ],
    [
      [row(), row(), row(-1), row()],
      "labels: expected words from 0 to 40, or -100, file has -1 in sentence 2. Use the tokenizer of this very model.",
    ],
  ])("that read %j are refused", async (labels, message) => {
    await expect(labelled(labels)).rejects.toThrow(`s.npz: ${message}`);
  });

  it("are counted in what the result says", async () => {
    const engine = engineOn(dawnEntry());
    const loaded = await engine.load(sourceOf(golden), sentencesOf(golden));
    expect(loaded).toMatchObject({
      kind: "loaded",
      card: {
        architecture: "DistilBERT masked language model with 2 layers, hidden size 8, 2 heads",
        classes: 41,
      },
    });
    const all = settings({ batchSize: 4, steps: 1, probes: 1, traceProbes: 1 });
    const v = goldenVector(1617);
    const { product, result } = await engine.product(all, Float32Array.from(v));
    expect(difference(product, golden.hv)).toBeLessThan(1e-4);
    expect(result.accuracy).toBeCloseTo(golden.accuracy, 12);
    expect(result.meaning.sentence).toContain(
      "mean cross-entropy over 8 labelled tokens of 4 sentences (sentences 0 to 3 of s.npz)",
    );
    engine.destroy();
  });
});

test("layers and groups of a transformer follow its modules", async () => {
  const { architecture } = await open(
    sourceOf(caseOf("roberta masked tied")),
    sentencesOf(caseOf("roberta masked tied")),
  );
  expect(groupsOf(architecture).map(({ name, parameters }) => [name, parameters.length])).toEqual([
    ["embeddings", 5],
    ["encoder layer 0", 16],
    ["encoder layer 1", 16],
    ["head", 5],
  ]);
  const layers = layersOf(architecture).map(({ name }) => name);
  expect(layers.slice(0, 5)).toEqual([
    "roberta.embeddings.word_embeddings",
    "roberta.embeddings.position_embeddings",
    "roberta.embeddings.token_type_embeddings",
    "roberta.embeddings.LayerNorm",
    "roberta.encoder.layer.0.attention.self.query",
  ]);
  expect(layers.slice(-3)).toEqual(["lm_head", "lm_head.dense", "lm_head.layer_norm"]);
});
