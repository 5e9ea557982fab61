/** May this run be believed? Its checks with words, and a run that fails one. */
import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { button, expect, open, type Page, storedRun, test } from "./page.ts";

const DOUBT = "Do not trust this: the check symmetry failed.";

/** The stored run with a failed check and one that was not made. */
async function serveDoubtful(page: Page): Promise<void> {
  const run = storedRun("resnet20");
  const [first] = run.checks;
  const checks = [first, { name: "symmetry", value: 0.02, bound: 1e-4, passed: false }];
  const notChecked = [
    { name: "second route", reason: "it would take about 40 s, more than the 3.0 s that it may" },
  ];
  await page.route("**/models/resnet20/run.json", (route) =>
    route.fulfill({ json: { ...run, checks, notChecked } }),
  );
}

/** What is painted over an element. */
const hatched = (page: Page, selector: string) =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const over = getComputedStyle(element, "::after").backgroundImage;
      return `${over} ${getComputedStyle(element).backgroundImage}`.includes("repeating-linear-gradient");
    });

test("a run that fails a check is hatched in every figure and export, with the reason", async ({ page }) => {
  await serveDoubtful(page);
  await open(page);
  for (const card of [".density", ".layers", ".slice", ".eigenvalues"])
    await expect(page.locator(card).first()).toContainText(DOUBT);
  for (const figure of [".density-chart", ".layer-chart", ".slice-chart", ".eigen"])
    expect(await hatched(page, figure), figure).toBe(true);

  await page.getByText("1 of 2 checks fail").click();
  const panel = page.getByRole("region", { name: "Checks of the run" });
  await expect(panel.getByRole("row", { name: /^symmetry/ })).toContainText("fails");
  await expect(panel.getByRole("row", { name: /^second route/ })).toContainText(
    "Not made: it would take about 40 s",
  );
  await expect(panel).toContainText("the product is that of a symmetric matrix");
  const { violations } = await new AxeBuilder({ page }).include(".density").analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("; ")}`)).toEqual(
    [],
  );
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.screenshot({ path: `test-results/trust/1440x900-${colorScheme}.png` });
  }

  const layers = page.locator(".layers").first();
  await layers.locator("summary", { hasText: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    layers.getByRole("button", { name: "SVG" }).click(),
  ]);
  const svg = readFileSync(await download.path(), "utf8");
  expect(svg.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ")).toContain(DOUBT);
  expect(svg).toContain('clip-path="url(#doubt)"');
});

test("a sound run is hatched nowhere, and its checks say what they mean", async ({ page }) => {
  await open(page);
  expect(await hatched(page, ".density-chart")).toBe(false);
  await page.getByText(/all \d+ checks pass/).click();
  await expect(page.getByRole("region", { name: "Checks of the run" })).toContainText(
    "eigenvalues may be listed",
  );
  await button(page, "GPU and its passport").click();
  await expect(page.getByRole("dialog", { name: "The GPU" })).toBeVisible();
});
