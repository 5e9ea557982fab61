/** Every kind of file through the dialog: what was found, what is missing, and what the card warns of. */
import { readFileSync } from "node:fs";
import { encode } from "fast-png";
import { floats, model, node, value } from "../test/fixtures/onnx.mjs";
import { bytesOf, npyBytes, npyHeader, safetensorsBytes } from "../test/model/files.ts";
import { vocabulary } from "../test/model/text/tokenizers.ts";
import { bert } from "../test/run/berts.ts";
import { caseOf, heads, sentencesOf, tensorsOfCase } from "../test/run/transformers.ts";
import { button, expect, modelChoice, open, type Page, test } from "./page.ts";

interface Chosen {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const text = (name: string, content: string): Chosen => ({ name, bytes: new TextEncoder().encode(content) });

/** As the reader's hand does: the button, then files in the browser's dialog. */
async function choose(page: Page, files: readonly Chosen[]): Promise<void> {
  const dialog = page.waitForEvent("filechooser");
  await button(page, "choose files").click();
  await (await dialog).setFiles(
    files.map(({ name, bytes }) => ({ name, mimeType: "", buffer: Buffer.from(bytes) })),
  );
}

const card = (page: Page) => page.locator(".facts");
const warnings = (page: Page) => page.locator(".warning");

const points = [
  { name: "x.npy", bytes: npyBytes(npyHeader("<f4", [4, 3]), bytesOf(new Float32Array(12).fill(0.5))) },
  { name: "labels.npy", bytes: npyBytes(npyHeader("<i4", [4]), bytesOf(Int32Array.of(0, 1, 1, 0))) },
];
const stateDict = (name: string): Chosen => ({
  name,
  bytes: readFileSync("test/fixtures/stateDicts/state-zip.pt"),
});

test("state dicts of PyTorch with npy arrays: asked for in turn, and the perceptron's activation is a guess that is said", async ({
  page,
}) => {
  await open(page, "#n=4");
  await choose(page, [points[0], points[1]]);
  await expect(page.locator(".drop")).toContainText("x.npy is here. Still missing: the model");
  for (const name of ["net.pt", "net.pth", "pytorch_model.bin"]) {
    await choose(page, [stateDict(name)]);
    await expect(modelChoice(page)).toHaveValue("file");
    await expect(modelChoice(page)).toContainText(name);
  }
  await expect(card(page)).toContainText("26");
  await expect(warnings(page)).toContainText("relu is assumed");
  await expect(card(page)).toContainText(/Loss\d.*over 4 samples/, { timeout: 60_000 });
});

test("sentences as CSV and JSON Lines with vocab.txt; half-precision weights are named", async ({ page }) => {
  const sizes = { layers: 1, hidden: 8, heads: 2, intermediate: 12, vocabulary: 9, positions: 6, classes: 2 };
  const [weights, config] = bert(sizes, { num_attention_heads: 2 }).files;
  await open(page, "#n=2");
  await choose(page, [weights, config, vocabulary("good", "bad", "##ly", "film")]);
  await expect(page.locator(".drop")).toContainText("model.safetensors is here. Still missing: its data");
  await choose(page, [text("said.csv", 'text,label\n"Good, film",praise\nbadly,blame\n')]);
  await expect(card(page)).toContainText("blame, praise");
  await expect(warnings(page).filter({ hasText: "sorted order" })).toBeVisible();
  await choose(page, [text("said.jsonl", '{"text":"good","label":1}\n{"text":"bad","label":0}\n')]);
  await expect(card(page)).toContainText("said.jsonl");
  await expect(card(page)).not.toContainText("blame");

  const half = { name: "fc1.weight", dtype: "F16", shape: [2, 3], bytes: new Uint8Array(12).fill(60) };
  const bias = { name: "fc1.bias", dtype: "F16", shape: [2], bytes: new Uint8Array(4) };
  await choose(page, [{ name: "half.safetensors", bytes: safetensorsBytes([half, bias]) }, ...points]);
  await expect(warnings(page).filter({ hasText: "The file holds weights as F16" })).toBeVisible();
});

test("tied weights are one parameter, and the card says so", async ({ page }) => {
  const golden = caseOf("bert masked tied");
  const data = sentencesOf(golden);
  if (data.kind !== "files") throw new Error("the sentences are files");
  const config = JSON.stringify({ model_type: "bert", num_attention_heads: heads, hidden_size: 8 });
  await open(page, "#n=2");
  await choose(page, [
    { name: "model.safetensors", bytes: safetensorsBytes(tensorsOfCase(golden)) },
    text("config.json", config),
    ...data.files,
  ]);
  await expect(warnings(page).filter({ hasText: "tied weights, one parameter" })).toBeVisible();
});

test("an ONNX file whose BatchNorm was folded away is told how to keep it", async ({ page }) => {
  const data = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (7 * i) % 256);
  const picture = (name: string) => ({
    ...{ name, bytes: encode({ width: 8, height: 8, channels: 3, depth: 8, data }) },
  });
  const wave = (size: number) => Array.from({ length: size }, (_, i) => Math.sin(i + 1) / 2);
  // As exporters write a convolution that had a BatchNorm behind it: with a bias and a name of their own.
  const folded = model({
    inputs: [value("input", ["N", 3, 8, 8])],
    initialisers: [floats("onnx::Conv_21", [2, 3, 3, 3], wave(54)), floats("onnx::Conv_22", [2], wave(2))],
    nodes: [
      node("Conv", ["input", "onnx::Conv_21", "onnx::Conv_22"], ["maps"], { kernel_shape: [3, 3] }),
      node("GlobalAveragePool", ["maps"], ["pooled"]),
      node("Flatten", ["pooled"], ["logits"]),
    ],
  });
  await open(page, "#n=2");
  await choose(page, [
    { name: "folded.onnx", bytes: folded },
    picture("a.png"),
    picture("b.png"),
    text("labels.csv", "file,label\na.png,0\nb.png,1\n"),
  ]);
  await expect(warnings(page).filter({ hasText: "torch.onnx.TrainingMode.PRESERVE" })).toBeVisible();
});
