import { expect, open, storedRun, test } from "./page.ts";

const run = storedRun("resnet20");
const stored = run.slices.map((slice) => `${slice.rank.end}${slice.rank.place}`);

test("a clicked eigenvalue is orange everywhere and shows its stored slice", async ({ page }) => {
  await open(page);
  expect(stored).toContain("top0");
  expect(stored.length).toBeGreaterThan(1);
  const place = Number(stored.find((name) => /^top[1-9]/.test(name))?.slice(3) ?? 0);
  const symbol = `${"₁₂₃₄₅₆₇₈₉"[place]}`;
  await page.locator(".eigen tbody tr").nth(place).click();
  await expect(page.locator(".eigen tr.chosen")).toHaveCount(1);
  await expect(page.getByRole("heading", { name: `Loss along v${symbol}` })).toBeVisible();
  await expect(page.locator(".slice-chart .measured")).toBeVisible();
  await expect(page.locator(".slice-chart .parabola")).toBeVisible();
  await expect(page.locator(".density-chart .selected-label")).toHaveText(`λ${symbol}`);
  await expect(page).toHaveURL(place === 0 ? /^[^#]*$/ : new RegExp(`eig=top${place + 1}`));
});

test("an eigenvalue without a stored slice says so", async ({ page }) => {
  const names = run.eigenvalues.top.map((_, place) => `top${place}`);
  const place = names.findIndex((name) => !stored.includes(name));
  expect(place, "the stored run must lack a slice for one of its largest eigenvalues").toBeGreaterThanOrEqual(
    0,
  );
  await open(page);
  await page.locator(".eigen tbody tr").nth(place).click();
  await expect(page.locator(".slice")).toContainText("The stored run holds no slice along this vector.");
});

test("the keyboard selects: Enter in the table, Enter on the density", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "λₙ", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Loss along vₙ" })).toBeVisible();
  await page.getByRole("slider", { name: "Read the density" }).focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Loss along v₁" })).toBeVisible();
});

test("the numbers of each chart stand behind a disclosure", async ({ page }) => {
  await open(page);
  await page.getByText("Ritz values and weights").click();
  await expect(page.locator(".density .scroll tbody tr")).toHaveCount(run.spectrum.nodes.flat().length);
  await page.getByText(/^Trace of all/).click();
  await expect(page.locator(".layers .scroll tbody tr")).toHaveCount(run.trace.perLayer.length);
});
