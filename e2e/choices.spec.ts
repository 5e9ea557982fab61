/** What files do not tell is asked for on the page, and the answer changes what is measured. */
import AxeBuilder from "@axe-core/playwright";
import { floats, model, node, value } from "../test/fixtures/onnx.mjs";
import { bert, sentences } from "../test/run/berts.ts";
import { vectors } from "../test/run/files.ts";
import { button, drop, expect, modelChoice, open, type Page, status, test } from "./page.ts";

const facts = (page: Page) => page.locator(".facts");
const files = (source: { readonly kind: string }) =>
  (source as unknown as { files: readonly { name: string; bytes: Uint8Array }[] }).files;

/** A perceptron 7-5-3 as an exporter writes it. */
function perceptron(): Uint8Array {
  const wave = (size: number) => Array.from({ length: size }, (_, i) => Math.sin(i + 1) / 2);
  return model({
    inputs: [value("input", ["N", 7])],
    initialisers: [
      floats("body.fc1.weight", [5, 7], wave(35)),
      floats("body.fc1.bias", [5], wave(5)),
      floats("head.weight", [3, 5], wave(15)),
      floats("head.bias", [3], wave(3)),
    ],
    nodes: [
      node("Gemm", ["input", "body.fc1.weight", "body.fc1.bias"], ["h"], { transB: 1 }),
      node("Tanh", ["h"], ["a"]),
      node("Gemm", ["a", "head.weight", "head.bias"], ["logits"], { transB: 1 }),
    ],
  });
}

test("the trained tensors of an ONNX file are chosen by check boxes", async ({ page }) => {
  await open(page);
  await drop(page, [{ name: "net.onnx", bytes: perceptron() }, ...files(vectors())]);
  await expect(modelChoice(page)).toHaveValue("file");
  await expect(facts(page)).toContainText("58");
  await button(page, "All 4 tensors").click();
  const dialog = page.getByRole("dialog");
  const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
  expect(violations).toEqual([]);
  await dialog.getByRole("checkbox", { name: "head", exact: true }).uncheck();
  await expect(dialog.getByRole("checkbox", { name: "head.bias" })).not.toBeChecked();
  await dialog.getByRole("checkbox", { name: "head.bias" }).check();
  await page.screenshot({ path: "test-results/page/trained.png" });
  await button(page, "Train 3 tensors").click();
  await expect(dialog).toBeHidden();
  await expect(facts(page)).toContainText("43");
  await expect(button(page, "All 3 tensors")).toBeVisible();
});

test("the squared error asks for targets, and cross-entropy is one click away", async ({ page }) => {
  await open(page, "#n=4&steps=2&probes=1&trace=1");
  await drop(page, [{ name: "net.onnx", bytes: perceptron() }, ...files(vectors())]);
  await expect(modelChoice(page)).toHaveValue("file");
  await page.getByRole("radio", { name: "squared error" }).check({ force: true });
  await button(page, "Run on this GPU").click();
  await expect(status(page)).toContainText("targets", { timeout: 60_000 });
  await page.getByRole("radio", { name: "cross-entropy" }).check({ force: true });
  await button(page, "Run on this GPU").click();
  await expect(status(page)).toContainText("Finished.", { timeout: 60_000 });
});

test("a transformer without config.json asks for its heads", async ({ page }) => {
  const sizes = {
    layers: 1,
    hidden: 8,
    heads: 2,
    intermediate: 12,
    vocabulary: 20,
    positions: 8,
    classes: 2,
  };
  await open(page);
  const model = bert({ ...sizes, types: 2 } as Parameters<typeof bert>[0], null);
  await drop(page, [...files(model), ...files(sentences({ ids: [[1, 2, 3]], labels: [0] }))]);
  await expect(page.locator(".refusal")).toContainText("the number of attention heads");
  const heads = page.getByLabel("Attention heads");
  await heads.fill("2");
  await heads.press("Enter");
  await expect(page.locator(".refusal")).toHaveCount(0);
  await expect(page.locator(".architecture")).toContainText("BERT");
});
