import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openTokenizer } from "../../src/model/text/index.ts";
import { type LoadedModel, loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { DataSource, NamedFile } from "../../src/run/protocol.ts";
import { bytes, vocabulary } from "../model/text/tokenizers.ts";
import { type BertSizes, bert, sentences } from "./berts.ts";
import { readBundled } from "./bundledFiles.ts";
import type { Dropped } from "./files.ts";

const tiny: BertSizes = {
  ...{ layers: 1, hidden: 8, heads: 2, intermediate: 12, vocabulary: 9, positions: 6, classes: 2 },
};
const words = vocabulary("good", "bad", "##ly", "film");
const config = { num_attention_heads: 2, label2id: { blame: 0, praise: 1 } };

function dropped(model: Dropped, ...files: readonly NamedFile[]): Promise<LoadedModel> {
  const tokenizers = files.filter(({ name }) => name === "vocab.txt");
  const data: DataSource = {
    kind: "files",
    files: files.filter((file) => !tokenizers.includes(file)),
    options: { mean: null, std: null },
  };
  return load({ ...model, files: [...model.files, ...tokenizers] }, data);
}
const load = (model: Dropped, data: DataSource) =>
  loadModel(model, data, () => Promise.reject(new Error("nothing is bundled here")));

const tsv = (...rows: readonly string[]): NamedFile => ({
  name: "said.tsv",
  bytes: bytes(["sentence\tlabel", ...rows].join("\n")),
});
const batchOf = (loaded: LoadedModel, start: number, batchSize: number) =>
  poseProblem(loaded, { bn: "eval", start, batchSize }).batch;

describe("text beside a model and its tokenizer", () => {
  it("is the batch that the same token numbers are", async () => {
    const text = await dropped(bert(tiny, config), words, tsv("Good film\tpraise", "badly, film\tblame"));
    const numbers = await load(
      bert(tiny, config),
      sentences({
        ids: [
          [2, 5, 8, 3],
          [2, 6, 7, 1, 8, 3],
        ],
        labels: [1, 0],
      }),
    );
    expect(batchOf(text, 0, 2)).toEqual(batchOf(numbers, 0, 2));
    expect(text.card.data).toMatchObject({
      source: "said.tsv",
      available: 2,
      classNames: ["blame", "praise"],
    });
    expect(text.card.input).toBe("input_ids");
  });

  it("names its classes on the card where config.json does not", async () => {
    const loaded = await dropped(bert(tiny), words, tsv("film\tpraise", "bad\tblame"));
    expect(loaded.card.data.classNames).toEqual(["blame", "praise"]);
  });

  it("is padded to the longest sentence of the batch, not of the file", async () => {
    const loaded = await dropped(bert(tiny, config), words, tsv("film\t0", "good film\t1", "bad\t0"));
    expect(batchOf(loaded, 0, 3).shape).toEqual([3, 4]);
    expect(batchOf(loaded, 2, 1).shape).toEqual([1, 3]);
  });

  it("is cut to the model's positions, which the card says", async () => {
    const loaded = await dropped(
      bert(tiny, config),
      words,
      tsv("film film film film film film\t0", "bad\t0"),
    );
    expect([...batchOf(loaded, 0, 1).inputs.input_ids]).toEqual([2, 8, 8, 8, 8, 3]);
    expect(loaded.card.warnings).toContain(
      "1 of 2 texts are longer than the model's 6 positions: their ends are cut off.",
    );
  });

  it("is refused without a tokenizer, and with that of another model", async () => {
    await expect(dropped(bert(tiny, config), tsv("film\t0"))).rejects.toThrow(
      "said.tsv: tokenizer: expected the model's tokenizer.json or vocab.txt beside it, file has none. " +
        "Add the tokenizer, or save the tokens as input_ids in an .npz file.",
    );
    const larger = vocabulary("a", "b", "c", "d", "e");
    const loaded = await dropped(bert(tiny, config), larger, tsv("e\t0"));
    expect(() => batchOf(loaded, 0, 1)).toThrow(
      "said.tsv: input_ids: expected numbers from 0 to 8, file has 9 in sentence 0. Use the tokenizer of this very model.",
    );
  });
});

describe("the bundled BERT", () => {
  const model = { kind: "bundled", id: "bert-opinions" } as const;
  const name = "opinions2-heldout-512.tsv";
  const read = () => readFileSync(new URL(`../../public/models/data/${name}`, import.meta.url));

  it("numbers its sentences as the program did that made its batch", async () => {
    const file = { name, bytes: new Uint8Array(read()) };
    const data: DataSource = { kind: "files", files: [file], options: { mean: null, std: null } };
    const [text, numbers] = await Promise.all(
      [data, model].map((from) => loadModel(model, from, readBundled)),
    );
    for (const array of ["input_ids", "attention_mask", "token_type_ids", "labels"]) {
      const [found, want] = [text, numbers].map(({ arrays }) => arrays.get(array));
      expect(found?.shape, array).toEqual(want?.shape);
      expect([...(found?.data ?? [])].map(Number), array).toEqual([...(want?.data ?? [])].map(Number));
    }
    expect(text.card).toMatchObject({
      warnings: [],
      data: { available: 512, classNames: ["negative", "positive"] },
    });
  });

  it("splits words that it has not met into pieces", async () => {
    const { numbers } = openTokenizer([
      { name: "tokenizer.json", bytes: await readBundled("bert-opinions/tokenizer.json") },
    ]).encode("Our zebra was unwise", null, 64);
    expect(numbers).not.toContain(1);
    expect(numbers.length).toBeGreaterThan(8);
  });
});
