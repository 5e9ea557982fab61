import { button, expect, modelChoice, open, overlayCurve, shownCurve, test } from "./page.ts";

test("a run kept as A stays behind the next one, with a legend and in the link", async ({ page }) => {
  await open(page);
  await button(page, "keep as A").click();
  await modelChoice(page).selectOption("resnet20-nobn");
  await expect(page.locator(".legend").first()).toContainText("B: ResNet-20 without BatchNorm");
  await expect(page.locator(".legend").first()).toContainText("A: ResNet-20, BatchNorm running");
  await expect(overlayCurve(page)).toBeVisible();
  expect(await overlayCurve(page).getAttribute("d")).not.toBe(await shownCurve(page).getAttribute("d"));
  await expect(page).toHaveURL(/model=resnet20-nobn.*a=resnet20/);

  await page.reload();
  await expect(overlayCurve(page)).toBeVisible();
  await button(page, "clear A").click();
  await expect(overlayCurve(page)).toHaveCount(0);
  await expect(page).not.toHaveURL(/a=resnet20/);
});

test("the three variants each have their stored run", async ({ page }) => {
  await open(page);
  const curves = new Set<string | null>();
  for (const id of ["resnet20", "resnet20-nobn", "resnet20-noskip"]) {
    await modelChoice(page).selectOption(id);
    await expect.poll(async () => curves.has(await shownCurve(page).getAttribute("d"))).toBe(false);
    curves.add(await shownCurve(page).getAttribute("d"));
  }
  expect(curves.size).toBe(3);
});
