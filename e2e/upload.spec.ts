import { readFileSync } from "node:fs";
import { KINDS_OF_FILES } from "../src/run/roles.ts";
import { button, drop, expect, modelChoice, open, shownCurve, status, test } from "./page.ts";

const checkpoint = () => ({
  name: "mine.safetensors",
  bytes: readFileSync("public/models/resnet20/model.safetensors"),
});
const batch = () => ({
  name: "batch.npz",
  bytes: readFileSync("public/models/data/synthetic10-heldout-512.npz"),
});
const manifest = JSON.parse(readFileSync("public/models/resnet20/manifest.json", "utf8"));

test("a checkpoint and a batch, dropped one after the other, become a model that runs", async ({ page }) => {
  await open(page, "#n=2&steps=3&probes=1&trace=2");
  await drop(page, [batch()]);
  await expect(page.locator(".drop")).toContainText(
    "batch.npz is here. Still missing: the model, a .safetensors, .onnx or .pt file.",
  );
  for (const option of ["Mean", "Std"] as const) {
    const field = page.getByLabel(option, { exact: true });
    await field.fill(manifest[option.toLowerCase()].join(", "));
    await field.press("Enter");
  }
  await drop(page, [checkpoint()]);
  await expect(modelChoice(page)).toHaveValue("file");
  await expect(page.locator(".facts")).toContainText("269,722");
  // The card tells how the model does on the batch before anything is run.
  await expect(page.locator(".facts")).toContainText(/Loss0\.\d+ over 2 samplesAccuracy/, {
    timeout: 60_000,
  });
  await page.getByText("What is in the batch").click();
  await expect(page.getByRole("region", { name: "What is in the batch" })).toContainText("2 × 32 × 32 × 3");
  await expect(page.locator(".card").filter({ hasText: "The figure still shows" })).toBeVisible();

  await button(page, "Run on this GPU").click();
  await expect(status(page)).toContainText("Finished.", { timeout: 180_000 });
  await expect(page.locator(".meaning")).toContainText("over 2 ");
  await expect(page.locator(".legend").first()).toContainText("A: ResNet-20");
});

test("the bundled model and its own files, dropped, give the same loss", async ({ page }) => {
  await open(page, "#n=2");
  const facts = page.locator(".facts");
  const loss = async () => facts.locator("dt:has-text('Loss') + dd").textContent();
  const measured = { timeout: 60_000 };
  await button(page, "Loss and accuracy of 2 samples").click();
  await expect(facts).toContainText(/Loss0\.\d+ over 2 samples/, measured);
  const bundled = await loss();
  for (const option of ["Mean", "Std"]) expect(manifest[option.toLowerCase()]).toHaveLength(3);
  await drop(page, [checkpoint(), batch()]);
  for (const option of ["Mean", "Std"]) {
    const field = page.getByLabel(option, { exact: true });
    await field.fill(manifest[option.toLowerCase()].join(", "));
    await field.press("Enter");
  }
  await expect(modelChoice(page)).toHaveValue("file");
  await expect(facts).toContainText("batch.npz");
  await expect.poll(loss, measured).toBe(bundled);
});

const corpus = "test/fixtures/malformed";
const expected: Record<string, string> = JSON.parse(readFileSync(`${corpus}/expected.json`, "utf8"));

for (const [kind, sound] of [
  ["safetensors", batch],
  ["npz", checkpoint],
  ["onnx", batch],
] as const) {
  test(`every malformed ${kind} file is refused in its exact words, and nothing is lost`, async ({
    page,
  }) => {
    const names = Object.keys(expected).filter((name) => name.endsWith(`.${kind}`));
    expect(names.length).toBeGreaterThanOrEqual(20);
    await open(page);
    await drop(page, [sound()]);
    for (const name of names) {
      await drop(page, [{ name, bytes: readFileSync(`${corpus}/${name}`) }]);
      await expect(page.locator(".refusal")).toHaveText(expected[name]);
    }
    await expect(modelChoice(page)).toHaveValue("resnet20");
    await expect(shownCurve(page)).toBeVisible();
  });
}

test("a file of another kind is refused unread", async ({ page }) => {
  await open(page);
  await drop(page, [{ name: "net.pkl", bytes: new Uint8Array(4) }]);
  await expect(page.locator(".refusal")).toHaveText(`net.pkl: expected ${KINDS_OF_FILES}`);
});
