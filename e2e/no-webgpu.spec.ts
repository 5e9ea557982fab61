/** This project's Chromium has no WebGPU adapter; the page must find out by itself, and the reader must lose nothing. */
import { button, expect, modelChoice, open, type Page, shownCurve, test } from "./page.ts";

async function expectHelp(page: Page): Promise<void> {
  const note = page.getByRole("note", { name: "WebGPU is missing" });
  await note.getByText("How to get WebGPU").click();
  await expect(note).toContainText("Chrome or Edge 113");
  await expect(note).toContainText("chrome://flags/#enable-unsafe-webgpu");
  await expect(button(page, "Run on this GPU")).toHaveAttribute("aria-disabled", "true");
}

async function expectStoredRunsOpen(page: Page): Promise<void> {
  const before = await shownCurve(page).getAttribute("d");
  await page.getByRole("slider", { name: "Smoothing" }).fill("3");
  await expect.poll(() => shownCurve(page).getAttribute("d")).not.toBe(before);
  await button(page, /^λ₂$/).click();
  await expect(page.getByRole("heading", { name: "Loss along v₂" })).toBeVisible();
  await modelChoice(page).selectOption("resnet20-noskip");
  await expect(page.locator(".architecture")).toContainText("skip");
}

test("a browser that does not offer WebGPU is told at once what to do", async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(Navigator.prototype, "gpu");
    Reflect.deleteProperty(globalThis, "GPU");
  });
  await open(page);
  await expect(page.getByRole("note")).toContainText("does not offer WebGPU");
  await expectHelp(page);
  await expectStoredRunsOpen(page);
});

test("a browser without an adapter says so when a run is asked for, and keeps the stored run", async ({
  page,
}) => {
  await open(page);
  const before = await shownCurve(page).getAttribute("d");
  await button(page, "Run on this GPU").click();
  await expect(page.getByRole("note", { name: "WebGPU is missing" })).toBeVisible();
  expect(await shownCurve(page).getAttribute("d")).toBe(before);
  await expectHelp(page);
  await expectStoredRunsOpen(page);
});
