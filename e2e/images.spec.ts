/** Pictures as files: dropped with a list of their labels, they are a batch like any other. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { resnet8 } from "../test/run/files.ts";
import { button, drop, expect, modelChoice, open, test } from "./page.ts";

/** A picture of 8 x 8 pixels with a slope of its own. */
const picture = (n: number): Uint8Array => {
  const data = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * (n + 3)) % 256);
  return encode({ width: 8, height: 8, channels: 3, depth: 8, data });
};

test("pictures and a list of labels, dropped with a checkpoint, become a batch", async ({ page }) => {
  const [checkpoint] = (resnet8() as { files: readonly { name: string; bytes: Uint8Array }[] }).files;
  const pictures = [0, 1, 2, 3].map((n) => ({ name: `${n}.png`, bytes: picture(n) }));
  const list = ["file,label", "0.png,cat", "1.png,dog", "2.png,eel", "3.png,cat"].join("\n");
  await open(page, "#n=4");
  await drop(page, [checkpoint, ...pictures, { name: "labels.csv", bytes: new TextEncoder().encode(list) }]);
  await button(page, "ImageNet values").click();
  await expect(modelChoice(page)).toHaveValue("file");
  const facts = page.locator(".facts");
  await expect(page.locator(".warning").filter({ hasText: "cat" })).toBeVisible();
  await expect(facts).toContainText(/Loss\d.*over 4 samples/, { timeout: 60_000 });
  await page.getByText("What is in the batch").click();
  const batch = page.getByRole("region", { name: "What is in the batch" });
  await expect(batch).toContainText("4 × 8 × 8 × 3");
  await expect(batch.getByRole("row", { name: "cat 2" })).toBeVisible();
  await expect(facts).toContainText("cat, dog, eel");
});

test("a folder that is chosen in the dialog gives its images, a class a folder inside", async ({ page }, {
  outputDir,
}) => {
  const pets = join(outputDir, "pets");
  ["ant", "bee", "cow"].forEach((kind, n) => {
    mkdirSync(join(pets, kind), { recursive: true });
    writeFileSync(join(pets, kind, "1.png"), picture(n));
  });
  writeFileSync(join(pets, "notes.txt~"), "passed over");
  await open(page, "#n=3");
  const chosen = page.waitForEvent("filechooser");
  await button(page, "a folder").click();
  await (await chosen).setFiles(pets);
  await expect(page.locator(".drop")).toContainText("is here. Still missing: the model");
  const [checkpoint] = (resnet8() as { files: readonly { name: string; bytes: Uint8Array }[] }).files;
  await drop(page, [checkpoint]);
  await expect(page.locator(".facts")).toContainText("ant, bee, cow");
  await expect(page.locator(".warning").filter({ hasText: "ImageFolder" })).toBeVisible();
});
