import { button, expect, modelChoice, open, shownCurve, test } from "./page.ts";

const curve = (page: Parameters<typeof shownCurve>[0]) => shownCurve(page).getAttribute("d");

test("dragging the smoothing changes the curve, and measures nothing", async ({ page }) => {
  await open(page);
  const before = await curve(page);
  const slider = page.getByRole("slider", { name: "Smoothing" });
  const box = await slider.boundingBox();
  if (box === null) throw new Error("the slider is not drawn");
  await page.mouse.move(box.x + 0.2 * box.width, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.8 * box.width, box.y + box.height / 2, { steps: 12 });
  await page.mouse.up();
  await expect.poll(() => curve(page)).not.toBe(before);
  await expect(page).toHaveURL(/sigma=/);
  await expect(button(page, "Run on this GPU")).toBeEnabled();
});

test("PyHessian's smoothing is one button, on the linear axis", async ({ page }) => {
  await open(page);
  await button(page, "PyHessian").click();
  await expect(button(page, "PyHessian")).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("group", { name: "Eigenvalue axis" }).getByLabel("linear")).toBeChecked();
  await expect(page).toHaveURL(/smooth=pyhessian/);
});

test("both axes have a linear view", async ({ page }) => {
  await open(page);
  for (const axis of ["Eigenvalue axis", "Density axis"]) {
    const before = await curve(page);
    await page.getByRole("group", { name: axis }).getByText("linear").click();
    await expect.poll(() => curve(page)).not.toBe(before);
  }
  await expect(page).toHaveURL(/x=linear.*y=linear/);
});

test("pointer and arrow keys read the density", async ({ page }) => {
  await open(page);
  const reader = page.getByRole("slider", { name: "Read the density" });
  await reader.hover({ position: { x: 200, y: 60 } });
  await expect(page.locator(".reading")).toContainText("λ = ");
  await expect(page.locator(".reading")).toContainText("nearest Ritz value");
  await page.mouse.move(0, 0);
  await reader.focus();
  await page.keyboard.press("End");
  const last = await reader.getAttribute("aria-valuetext");
  await page.keyboard.press("ArrowLeft");
  expect(await reader.getAttribute("aria-valuetext")).not.toBe(last);
  await page.keyboard.press("Home");
  await expect(reader).toHaveAttribute("aria-valuenow", "0");
  await expect(reader).toHaveAttribute("aria-valuetext", /λ = −/);
});

test("the theme is kept for the next visit; the projector's travels in the link", async ({ page }) => {
  await open(page);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByLabel("Theme").selectOption("dark");
  expect(await background()).not.toBe(light);
  await open(page);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await open(page, "#theme=projector");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "projector");
});

test("a link brings settings and view back", async ({ page }) => {
  await open(page, "#model=resnet20-noskip&n=64&bn=batch&steps=33&seed=7&y=linear&layers=trace&tensors=all");
  await expect(page.getByLabel("Batch size")).toHaveValue("64");
  await expect(page.getByLabel("Steps", { exact: true })).toHaveValue("33");
  await expect(page.getByLabel("Seed")).toHaveValue("7");
  await expect(page.getByRole("group", { name: "BatchNorm" }).getByLabel("batch")).toBeChecked();
  await expect(modelChoice(page)).toHaveValue("resnet20-noskip");
  await expect(page.getByRole("group", { name: "Density axis" }).getByLabel("linear")).toBeChecked();
  await expect(page.getByRole("group", { name: "Tensors" }).getByLabel("all")).toBeChecked();
});

test("a wrong link is answered in words", async ({ page }) => {
  await open(page, "#steps=100000");
  await expect(page.locator(".notice")).toContainText("Steps: expected a whole number from 2 to 400");
});

test("a field refuses what it cannot take and keeps the last good value", async ({ page }) => {
  await open(page);
  const probes = page.getByLabel("Probes", { exact: true });
  await probes.fill("3");
  await probes.fill("1000");
  await expect(probes).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator(".measure .help")).toContainText("Probes: expected a whole number from 1 to 64");
  await probes.blur();
  await expect(probes).toHaveValue("3");
});

test("the layers show trace per parameter and trace, weights and all", async ({ page }) => {
  await open(page);
  const bars = page.locator(".layer-chart rect.bar");
  const weights = await bars.count();
  await page.getByRole("group", { name: "Tensors" }).getByText("all").click();
  expect(await bars.count()).toBeGreaterThan(weights);
  await page.getByRole("group", { name: "Per layer" }).getByText("trace", { exact: true }).click();
  await expect(page.getByRole("img", { name: /^trace of \d+ tensors/ })).toBeVisible();
});
