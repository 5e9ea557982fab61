import { encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { DataOptions, DataSource, NamedFile } from "../../src/run/protocol.ts";
import { joinFiles } from "../../src/run/roles.ts";
import { bytesOf, npyBytes, npyHeader } from "../model/files.ts";
import { type Dropped, mlp, resnet8 } from "./files.ts";

const text = (name: string, content: string): NamedFile => ({
  name,
  bytes: new TextEncoder().encode(content),
});
const picture = (name: string, level: number, side = 8): NamedFile => ({
  name,
  bytes: encode({
    width: side,
    height: side,
    channels: 3,
    data: new Uint8Array(side * side * 3).fill(level),
  }),
});
const data = (files: readonly NamedFile[], options: Partial<DataOptions> = {}): DataSource => ({
  ...{ kind: "files", files },
  options: { mean: null, std: null, ...options },
});
const load = (source: DataSource, model = resnet8() as Dropped) =>
  loadModel(model, source, () => Promise.reject(new Error("nothing is bundled here")));
const animals = [picture("a/dog/1.png", 51), picture("a/cat/1.png", 102), picture("a/eel/1.png", 255)];

describe("image files as data", () => {
  it("in a folder a class become the batch of an npz file", async () => {
    const loaded = await load(data(animals, { mean: [0.2, 0, 0], std: [1, 1, 2] }));
    const { source, available, classNames, sha256 } = loaded.card.data;
    expect([source, available, classNames]).toEqual(["a/", 3, ["cat", "dog", "eel"]]);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    const { batch } = poseProblem(loaded, { bn: "eval", start: 0, batchSize: 3 });
    expect(batch.shape).toEqual([3, 8, 8, 3]);
    expect([...(batch.labels ?? [])]).toEqual([0, 1, 2]);
    const first = Array.from(batch.inputs.images.subarray(0, 3));
    [0.4 - 0.2, 0.4, 0.2].forEach((want, c) => {
      expect(first[c]).toBeCloseTo(want, 6);
    });
  });

  it("take size, mean and std from the model's preprocessor_config.json, unless they are chosen", async () => {
    const model = resnet8() as Dropped;
    const config = { size: 6, resample: 2, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
    const files = [...model.files, text("preprocessor_config.json", JSON.stringify(config))];
    const loaded = await load(data(animals), { ...model, files });
    expect(loaded).toMatchObject({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
    expect(loaded.arrays.get("images")?.shape).toEqual([3, 6, 6, 3]);
    const other = await load(data(animals, { resize: 5, crop: 4, mean: [0, 0, 0] }), { ...model, files });
    expect(other.arrays.get("images")?.shape).toEqual([3, 4, 4, 3]);
    expect(other.mean).toEqual([0, 0, 0]);
  });

  it("listed by a table come in its order and with its labels", async () => {
    const files = [...animals, text("a/labels.csv", "file,label\neel/1.png,2\ncat/1.png,0\n")];
    const { arrays, card } = await load(data(files));
    expect(card.data).toMatchObject({ source: "a/labels.csv", available: 2 });
    expect(Array.from(arrays.get("labels")?.data as Int32Array)).toEqual([2, 0]);
    expect(arrays.get("images")?.data[0]).toBe(255);
  });

  it("name their classes on the card, also where the model has more; more names than classes are none", async () => {
    const list = (...kinds: readonly string[]) => {
      const lines = kinds.map((kind) => `${["dog", "cat", "eel"][kind.length % 3]}/1.png,${kind}`);
      return data([...animals, text("a/labels.csv", `file,label\n${lines.join("\n")}\n`)]);
    };
    const { card } = await load(list("wet", "dry"));
    expect([card.data.classNames, card.classes]).toEqual([["dry", "wet"], 3]);
    const many = await load(list("a", "bb", "ccc", "dddd"));
    expect(many.card.data.classNames).toBeNull();
  });
});

describe("npy files beside each other", () => {
  const x = {
    name: "x.npy",
    bytes: npyBytes(npyHeader("<f4", [2, 7]), bytesOf(new Float32Array(14).fill(0.5))),
  };
  const y = { name: "labels.npy", bytes: npyBytes(npyHeader("<i4", [2]), bytesOf(Int32Array.of(2, 0))) };

  it("are the arrays of an npz file", async () => {
    const loaded = await load(data([x, y]), mlp());
    expect(loaded.card.data).toMatchObject({ source: "x.npy, labels.npy", available: 2 });
    const { batch } = poseProblem(loaded, { bn: "eval", start: 0, batchSize: 2 });
    expect([...(batch.labels ?? [])]).toEqual([2, 0]);
    await expect(
      load(data([x]), mlp()).then((only) => poseProblem(only, { bn: "eval", start: 0, batchSize: 2 })),
    ).rejects.toThrow("x.npy: arrays: expected labels, file has x");
  });
});

describe("a further drop", () => {
  const names = (held: readonly string[], dropped: readonly string[]): string[] =>
    joinFiles(
      held.map((name) => ({ name })),
      dropped.map((name) => ({ name })),
    ).map(({ name }) => name);

  it("keeps what belongs together and lets go of other samples", () => {
    expect(names(["m.onnx", "x.npy"], ["labels.npy"])).toEqual(["m.onnx", "x.npy", "labels.npy"]);
    expect(names(["x.npy", "labels.npy"], ["x.npy"])).toEqual(["labels.npy", "x.npy"]);
    expect(names(["x.npy"], ["b.npz"])).toEqual(["b.npz"]);
    expect(names(["a/1.png", "b/2.png"], ["labels.csv"])).toEqual(["a/1.png", "b/2.png", "labels.csv"]);
    expect(names(["labels.csv"], ["a/1.png", "b/1.png"])).toEqual(["labels.csv", "a/1.png", "b/1.png"]);
    expect(names(["a/1.png", "labels.csv"], ["c/1.png"])).toEqual(["labels.csv", "c/1.png"]);
    expect(names(["m.onnx", "a/1.png"], ["b.npz"])).toEqual(["m.onnx", "b.npz"]);
    expect(names(["b.npz"], ["preprocessor_config.json", "m.safetensors"])).toEqual([
      "b.npz",
      "preprocessor_config.json",
      "m.safetensors",
    ]);
  });
});
