/** What the page tells of the GPU, measured when it is asked for. */
import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { mlp, vectors } from "../test/run/files.ts";
import { button, drop, expect, modelChoice, open, status, test } from "./page.ts";

test("the GPU dialog shows adapter, what fits, and a sound passport; axe finds nothing", async ({ page }) => {
  await open(page);
  await button(page, /^GPU$/).click();
  const dialog = page.getByRole("dialog", { name: "The GPU" });
  await expect(dialog).toContainText(/swiftshader/i);
  await expect(dialog).toContainText("a run takes at most 2.00 GB");
  await dialog.getByRole("button", { name: "Plan them" }).click();
  await expect(dialog).toContainText(
    "ResNet-50 (25.6 million parameters, 32 images of 224 x 224, 40 Lanczos steps)",
  );
  await expect(dialog.getByText("BERT-base (109.5 million parameters")).toBeVisible();
  const passport = dialog.getByRole("region", { name: "Numerics passport" });
  await expect(passport).toContainText("sound");
  const exp = passport.getByRole("row", { name: /^exp/ });
  await expect(exp).toContainText("holds");
  await expect(passport).toContainText(/Safe paths of the kernels.*maximum keeps NaN/);
  const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("; ")}`)).toEqual(
    [],
  );
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: `test-results/device/${width}x${height}-${colorScheme}.png` });
    }
  }
  const over = await dialog.evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(over).toBeLessThanOrEqual(0);

  await dialog.getByText("the run shown").click();
  await expect(dialog).toContainText("Runs inthe headless command");
  await expect(dialog).toContainText("Numerics passport sound");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("kernels are measured on this GPU, kept for later visits, used by runs, exported and forgotten", async ({
  page,
}) => {
  const [model, data] = [mlp(), vectors()];
  if (data.kind !== "files") throw new Error("the vectors are files");
  const begin = async (): Promise<void> => {
    await open(page, "#n=4&steps=2&probes=1&trace=1");
    await drop(page, [...model.files, ...data.files]);
    await expect(modelChoice(page)).toHaveValue("file");
    await expect(page.locator(".facts")).toContainText(/Loss\d.* over 4 samples/, { timeout: 60_000 });
  };
  await begin();
  const kernels = page.getByRole("region", { name: "Kernels" });
  await button(page, /^GPU$/).click();
  await kernels.getByRole("button", { name: "Measure kernels" }).click();
  await expect(kernels.getByRole("status")).toContainText(/\d+ shapes measured/, { timeout: 90_000 });
  const saved = page.waitForEvent("download");
  await kernels.getByRole("button", { name: "Export" }).click();
  const { entries } = JSON.parse(readFileSync(await (await saved).path(), "utf8"));
  expect(entries.length).toBeGreaterThan(2);
  // Every shape in another tiling than the usual one, so that the result must say so.
  const others = entries.map((entry: object) => ({ ...entry, chosen: 1 }));
  await page.evaluate(async (changed) => {
    const base = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open("eigenscope");
      request.onsuccess = () => resolve(request.result);
    });
    const tables = base.transaction("kernels", "readwrite").objectStore("kernels");
    await new Promise<void>((resolve) => {
      const walk = tables.openCursor();
      walk.onsuccess = () => {
        const at = walk.result;
        if (at === null) return resolve();
        at.update(JSON.stringify({ ...JSON.parse(at.value), entries: changed }));
        at.continue();
      };
    });
    base.close();
  }, others);

  await page.reload();
  await begin();
  await button(page, "Run on this GPU").click();
  await expect(status(page)).toContainText("Finished.", { timeout: 90_000 });
  await button(page, /^GPU$/).click();
  await expect(kernels.getByRole("status")).toContainText(`${entries.length} in another layout`);
  await page.getByText("the run shown").click();
  await expect(page.getByRole("dialog")).toContainText(
    `${entries.length} shapes of its kernels ran in measured`,
  );
  await page.getByText("this browser", { exact: true }).click();
  await kernels.getByRole("button", { name: "Forget" }).click();
  await expect(kernels.getByRole("button", { name: "Export" })).toBeHidden();
});
