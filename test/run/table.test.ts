import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readNpz } from "../../src/model/index.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { DataSource, NamedFile } from "../../src/run/protocol.ts";
import { seeded } from "../autograd/seeded.ts";
import { pyarrowLike } from "../fixtures/parquet.ts";
import { resnet8 } from "./files.ts";
import { imageTable, labelled } from "./tables.ts";

const noBundled = () => Promise.reject(new Error("nothing bundled is read here"));
const source = (
  files: readonly NamedFile[],
  mean: readonly number[] | null,
  std: readonly number[] | null,
): DataSource => ({
  kind: "files",
  files,
  options: { mean, std },
});
describe("a Parquet table as data", () => {
  test("gives images to a network, normalised, with the names of its classes", async () => {
    const random = seeded(4);
    const pixels = Array.from({ length: 6 }, () =>
      Uint8Array.from({ length: 9 * 8 * 3 }, () => 256 * random()),
    );
    const bytes = imageTable(pixels, [9, 8], [0, 1, 2, 0, 1, 2], ["cat", "dog", "fish"]);
    const [mean, std] = [
      [0.5, 0.4, 0.3],
      [0.2, 0.3, 0.4],
    ];
    const loaded = await loadModel(resnet8(), source([{ name: "t.parquet", bytes }], mean, std), noBundled);
    expect(loaded.card.data).toMatchObject({
      source: "t.parquet",
      available: 6,
      classNames: ["cat", "dog", "fish"],
    });
    const { inputs } = poseProblem(loaded, { bn: "eval", start: 2, batchSize: 3 });
    const images = inputs.images as Float32Array;
    const expected = pixels
      .slice(2, 5)
      .flatMap((image) => Array.from(image, (x, i) => (x / 255 - mean[i % 3]) / std[i % 3]));
    expect(images).toHaveLength(expected.length);
    const worst = Math.max(...expected.map((x, i) => Math.abs(images[i] - x)));
    expect(worst).toBeLessThan(1e-6);
  });
});

const reference = "../shared/reference";
const present = existsSync(reference);
if (!present) console.log("skipped: the reference set ../shared/reference is absent");

describe.skipIf(!present)("the reference data as Parquet", () => {
  const file = (path: string) => new Uint8Array(readFileSync(`${reference}/${path}`));

  test("SST-2 gives the token numbers that the reference was computed with", async () => {
    const sentences: { text: string; label: number }[] = JSON.parse(
      new TextDecoder().decode(file("data/sst2_dev_000_031_text.json")),
    );
    const bytes = pyarrowLike(
      [
        {
          name: "sentence",
          kind: "string",
          values: sentences.map(({ text }) => new TextEncoder().encode(text)),
        },
        { name: "label", kind: "int", values: sentences.map(({ label }) => label) },
        { name: "idx", kind: "int", values: sentences.map((_, i) => i) },
      ],
      labelled(["negative", "positive"]),
      { snappy: true },
    );
    const folder = "models/bert_tiny_sst2";
    const files = ["model.safetensors", "config.json", "vocab.txt"].map((name) => ({
      name: `org/bert@1234567/${name}`,
      bytes: file(`${folder}/${name}`),
    }));
    const model = { kind: "files", files, options: {} } as const;
    const name = "nyu-mll/glue@1234567/validation.rows-0-31.parquet";
    const { arrays, card } = await loadModel(model, source([{ name, bytes }], null, null), noBundled);
    const wanted = readNpz(file("data/sst2_dev_000_031.npz"), "sst2.npz");
    for (const key of ["input_ids", "attention_mask", "labels"]) {
      expect(Array.from(arrays.get(key)?.data ?? [], Number)).toEqual(
        Array.from(wanted.get(key)?.data ?? [], Number),
      );
    }
    expect(card.data).toMatchObject({ available: 32, classNames: ["negative", "positive"], source: name });
  });

  test("CIFAR-10 gives the images that the reference was computed with", async () => {
    const wanted = readNpz(file("data/cifar10_test_000_015.npz"), "cifar.npz");
    const floats = wanted.get("images")?.data as Float32Array;
    const labels = Array.from(wanted.get("labels")?.data ?? [], Number);
    const [mean, std] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    const raw = readNpz(file("data/cifar10_test_1000.npz"), "raw.npz").get("images")?.data as Uint8Array;
    const pixels = labels.map((_, n) => raw.slice(3072 * n, 3072 * (n + 1)));
    const bytes = imageTable(pixels, [32, 32], labels, Array.from("abcdefghij"));
    const model = {
      kind: "files",
      files: [{ name: "model.safetensors", bytes: file("models/resnet20_cifar10/model.safetensors") }],
      options: { skip: true },
    } as const;
    const loaded = await loadModel(model, source([{ name: "t.parquet", bytes }], mean, std), noBundled);
    const { inputs } = poseProblem(loaded, { bn: "eval", start: 0, batchSize: 16 });
    const images = inputs.images as Float32Array;
    let worst = 0;
    for (let n = 0; n < 16; n++) {
      for (let i = 0; i < 3072; i++) {
        const [at, channel] = [Math.floor(i / 3), i % 3];
        worst = Math.max(worst, Math.abs(images[3072 * n + i] - floats[3072 * n + 1024 * channel + at]));
      }
    }
    expect(worst).toBeLessThan(2e-6);
  });
});
