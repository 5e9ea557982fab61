/** What the page tells of the GPU, measured when it is asked for. */
import AxeBuilder from "@axe-core/playwright";
import { button, expect, open, test } from "./page.ts";

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
