import { zipSync } from "fflate";
import { bytes, float32, floats, int, model, node, value } from "../test/fixtures/onnx.mjs";
import { npyBytes, npyHeader } from "../test/model/files.ts";
import { button, drop, expect, modelChoice, open, status, test } from "./page.ts";

/** A bag of words: embeddings in a file beside the model, token numbers for inputs. */
const entries = Object.entries({ location: "words.onnx.data", offset: "8", length: "48" });
const words = [
  ...[...int(1, 6), ...int(1, 2), ...int(2, 1), ...bytes(8, "words.weight")],
  ...entries.flatMap(([key, text]) => bytes(13, [...bytes(1, key), ...bytes(2, text)])),
  ...int(14, 1),
];
const net = {
  name: "words.onnx",
  bytes: Buffer.from(
    model({
      inputs: [value("tokens", ["N", "T"], 7), value("attention_mask", ["N", "T"], 7)],
      initialisers: [words, floats("head.weight", [3, 2], [1, -1, 0.5, 0.25, -0.5, 2])],
      nodes: [
        node("Gather", ["words.weight", "tokens"], ["e"]),
        node("Cast", ["attention_mask"], ["m"], { to: 1 }),
        node("Unsqueeze", ["m"], ["m1"], { axes: [2] }),
        node("Mul", ["e", "m1"], ["kept"]),
        node("ReduceMean", ["kept"], ["bag"], { axes: [1], keepdims: 0 }),
        node("Tanh", ["bag"], ["h"]),
        node("Gemm", ["h", "head.weight"], ["logits"], { transB: 1 }),
      ],
      opset: 12,
    }),
  ),
};
const data = {
  name: "words.onnx.data",
  bytes: Buffer.from(float32([9, 9, ...Array.from({ length: 12 }, (_, i) => Math.sin(i))])),
};
const whole = (shape: readonly number[], numbers: readonly number[]) =>
  npyBytes(npyHeader("<i8", shape), new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer));
const batch = {
  name: "batch.npz",
  bytes: Buffer.from(
    zipSync({
      "tokens.npy": whole([4, 3], [0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0]),
      "attention_mask.npy": whole([4, 3], [1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1, 1]),
      "labels.npy": whole([4], [0, 1, 2, 1]),
    }),
  ),
};

test("an ONNX model whose weights lie beside it is asked for the missing file, then runs on token numbers", async ({
  page,
}) => {
  await open(page, "#n=4&steps=4&probes=1&trace=2");
  await drop(page, [net, batch]);
  await expect(page.locator(".drop")).toContainText(
    'words.onnx: initialiser "words.weight": expected a file "words.onnx.data" with its numbers beside the model, file has no other file. Drop "words.onnx.data" together with the model.',
  );
  await drop(page, [net, data, batch]);
  await expect(modelChoice(page)).toHaveValue("file");
  await expect(page.locator(".facts")).toContainText("18");
  await button(page, "Run on this GPU").click();
  await expect(status(page)).toContainText("Finished.", { timeout: 180_000 });
  await expect(page.locator(".meaning")).toContainText("over 4 samples");
});
