import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { memoryLimits } from "../../src/memoryLimits.ts";
import { readSafetensors } from "../../src/model/index.ts";
import { LocalEngine } from "../../src/run/engine.ts";
import type { DataSource, ModelSource, RunOutcome } from "../../src/run/protocol.ts";
import { bytesOf, safetensorsBytes } from "../model/files.ts";
import { images, mlp, resnet8, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const gpu = new WatchedGpu();

async function loaded(model: ModelSource = mlp(), data: DataSource = vectors(), budget?: number) {
  const engine = engineOn(gpu.entry, budget);
  const answer = await engine.load(model, data);
  if (answer.kind !== "loaded") throw new Error(answer.message);
  return { engine, card: answer.card };
}

async function refusalOf(outcome: Promise<RunOutcome>): Promise<string> {
  const ended = await outcome;
  if (ended.kind !== "refused") throw new Error(`expected a refusal, found ${JSON.stringify(ended)}`);
  return ended.message;
}

describe("a run is refused, with a way out,", () => {
  it("when tensors are chosen of a checkpoint, which is trained as a whole", async () => {
    const engine = engineOn(gpu.entry);
    const source = { ...mlp(), options: { trainable: ["fc1.*"] } };
    expect(await engine.load(source, vectors())).toEqual({
      kind: "refused",
      message:
        "mlp.safetensors: trained tensors: expected an .onnx model, whose tensors may be trained or not, file has a checkpoint, of which all are. Leave out the choice.",
    });
    engine.destroy();
  });

  it("when the batch goes beyond the file", async () => {
    const { engine } = await loaded();
    const message = await refusalOf(engine.run(settings({ start: 8, batchSize: 6 }), silent));
    expect(message).toBe(
      "vectors.npz: samples: expected samples 8 to 13, file has 0 to 11. Choose a smaller batch size or another first sample.",
    );
    finished(await engine.run(settings({ start: 8, batchSize: 4, steps: 2 }), silent));
    engine.destroy();
  });

  it("when a guest's part of the usual budget does not suffice", async () => {
    const readBundled = () => Promise.reject(new Error("no bundled files in this test"));
    for (const [budgetShare, kind] of [
      [1e-6, "refused"],
      [0.5, "done"],
    ] as const) {
      const engine = new LocalEngine({ kind: "node", gpu: gpu.entry, readBundled, budgetShare });
      await engine.load(mlp(), vectors());
      expect((await engine.run(settings({ steps: 2 }), silent)).kind).toBe(kind);
      engine.destroy();
    }
  });

  it("when the reader allows less in the address, and never for more than the page allows", async () => {
    expect(memoryLimits("?memory=0.5&host-memory=0")).toEqual({ budget: 5e8, hostBudget: 0 });
    expect(memoryLimits("?memory=-1&host-memory=1e9")).toEqual({});
    const readBundled = () => Promise.reject(new Error("no bundled files in this test"));
    for (const [budgetShare, search] of [
      [1, "?memory=0.00002"],
      [1e-6, "?memory=9999"],
    ] as const) {
      const most = memoryLimits(search);
      const engine = new LocalEngine({ kind: "node", gpu: gpu.entry, readBundled, budgetShare, most });
      await engine.load(mlp(), vectors());
      expect((await engine.run(settings({ steps: 2 }), silent)).kind).toBe("refused");
      engine.destroy();
    }
  });

  it("when memory does not suffice, before anything is allocated", async () => {
    const { engine } = await loaded(mlp(), vectors(), 20_000);
    const before = gpu.liveBytes;
    const message = await refusalOf(engine.run(settings({ steps: 50 }), silent));
    expect(message).toBe(
      "The run needs 1 MB, the budget is 1 MB: look at fewer tensors (neither fewer steps nor fewer samples at a time help).",
    );
    expect(gpu.liveBytes).toBe(before);
    engine.destroy();
  });

  it("when there is no adapter", async () => {
    const none = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
    const engine = engineOn(none);
    await engine.load(mlp(), vectors());
    expect(await engine.device()).toMatchObject({ kind: "unavailable" });
    expect(await refusalOf(engine.run(settings(), silent))).toMatch(/offers no adapter/);
  });
});

describe("files are refused by name", () => {
  const engine = engineOn(gpu.entry);
  const folder = new URL("../fixtures/malformed/", import.meta.url);
  const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Record<
    string,
    string
  >;
  const fixture = (name: string) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) });
  const named = (ending: string): string[] => readdirSync(folder).filter((f) => f.endsWith(ending));

  it("malformed checkpoints, in the words of the reader", async () => {
    for (const name of named(".safetensors")) {
      const model: ModelSource = { kind: "files", files: [fixture(name)], options: {} };
      expect(await engine.load(model, vectors())).toEqual({ kind: "refused", message: expected[name] });
    }
  });

  it("malformed batches, in the words of the reader", async () => {
    for (const name of named(".npz")) {
      const data: DataSource = {
        kind: "files",
        files: [fixture(name)],
        options: { mean: null, std: null },
      };
      expect(await engine.load(mlp(), data)).toEqual({ kind: "refused", message: expected[name] });
    }
  });

  it("a batch of another kind than the model takes", async () => {
    const { engine } = await loaded(resnet8(), vectors());
    expect(await refusalOf(engine.run(settings(), silent))).toMatch(/^vectors\.npz: .*images/);
    engine.destroy();
  });

  it("and leave the model that was loaded before", async () => {
    const { engine, card } = await loaded();
    const bad: ModelSource = {
      kind: "files",
      files: [fixture(named(".safetensors")[0])],
      options: {},
    };
    expect((await engine.load(bad, vectors())).kind).toBe("refused");
    const result = finished(await engine.run(settings({ steps: 2 }), silent));
    expect(result.model).toEqual(card);
    engine.destroy();
  });
});

describe("the card of a model", () => {
  it("describes it, and says what the file does not tell", async () => {
    const { engine, card } = await loaded(resnet8(), images());
    expect(card).toMatchObject({
      id: null,
      architecture: "CIFAR ResNet-8 with BatchNorm, option-A skip connections",
      hasBatchNorm: true,
      classes: 3,
      source: "resnet8.safetensors",
      warnings: [],
      data: { source: "images.npz", split: "unknown", available: 6 },
    });
    expect(card.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(card.tensors.reduce((n, t) => n + t.size, 0)).toBe(card.parameterCount);
    engine.destroy();
    const silentFile = { ...mlp(), options: {} };
    const other = await loaded(silentFile);
    expect(other.card.warnings).toEqual([
      "The file does not say which activation the perceptron uses: relu is assumed.",
    ]);
    other.engine.destroy();
  });

  it("names the types of weights that are not float32", async () => {
    const model = mlp();
    const { tensors } = readSafetensors(model.files[0].bytes, "mlp.safetensors");
    const typed = [...tensors.values()].map(({ name, shape, data }, i) => {
      // The upper half of a float32 is a bfloat16.
      const halves = Uint16Array.from(
        new Uint32Array(Float32Array.from(data as Float32Array).buffer),
        (bits) => bits >>> 16,
      );
      const values = i === 0 ? new Float64Array(data as Float32Array) : halves;
      return { name, shape, dtype: i === 0 ? "F64" : "BF16", bytes: bytesOf(values) };
    });
    const file = { name: "mixed.safetensors", bytes: safetensorsBytes(typed) };
    const { engine, card } = await loaded({ ...model, files: [file] });
    expect(card.warnings).toEqual([
      "The file holds weights as BF16 and F64: they are computed with in float32.",
    ]);
    engine.destroy();
  });
});
