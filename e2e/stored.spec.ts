import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import AxeBuilder from "@axe-core/playwright";
import { expect, open, storedRun, test } from "./page.ts";

const run = storedRun("resnet20");

test("the stored run is drawn without a click, from the page and its JSON alone", async ({ page }) => {
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await open(page);
  await expect(page.getByRole("img", { name: /Eigenvalue density of/ })).toBeVisible();
  await expect(page.getByText(run.meaning.sentence)).toBeVisible();
  await expect(page.locator(".drop")).toContainText("Nothing leaves this page.");
  const rows = page.locator(".eigen tbody tr");
  await expect(rows).toHaveCount(run.eigenvalues.top.length + run.eigenvalues.bottom.length);
  const shown = Number((await rows.first().locator(".value").textContent())?.replace("−", "-"));
  expect(Math.abs(shown / run.eigenvalues.top[0].value - 1)).toBeLessThan(1e-3);
  await expect(page.locator(".trace")).toHaveText(/^Trace704\.8Exact, as a sum/);
  const engine = requests.filter((path) => /worker|client|safetensors|npz/.test(path));
  expect(engine, "what only a run needs").toEqual([]);
});

test("the picture needs at most 150 kB of JavaScript", async ({ page }) => {
  const scripts = new Set<string>();
  page.on("request", (request) => {
    if (request.resourceType() === "script") scripts.add(new URL(request.url()).pathname);
  });
  await open(page);
  const sizes = [...scripts].map((path) => gzipSync(readFileSync(`dist${path}`)).length);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  test.info().annotations.push({ type: "first view, bytes of gzip", description: String(bytes) });
  expect(bytes).toBeGreaterThan(50_000); // React alone is as large: the scripts were seen.
  expect(bytes).toBeLessThanOrEqual(150_000);
});

test("the density reaches below the weight of one eigenvalue", async ({ page }) => {
  await open(page);
  const decade = Math.floor(Math.log10(1 / run.parameterCount));
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const below = `10⁻${[...String(1 - decade)].map((digit) => digits[Number(digit)]).join("")}`;
  await expect(page.locator(".density-chart text", { hasText: below })).toBeVisible();
  await expect(page.locator(".density-chart", { hasText: "1/n, one eigenvalue" })).toBeVisible();
});

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open(page);
    for (const summary of await page.locator("details > summary").all()) await summary.click();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("; ")}`)).toEqual(
      [],
    );
  });
}

for (const [width, height] of [
  [1440, 900],
  [1920, 1080],
  [390, 844],
]) {
  test(`nothing is cut off at ${width} x ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page);
    const over = await page.evaluate(() => {
      const root = document.documentElement;
      return { right: root.scrollWidth - innerWidth, below: root.scrollHeight - innerHeight };
    });
    expect(over.right).toBeLessThanOrEqual(0);
    if (width > 1000) expect(over.below).toBeLessThanOrEqual(0);
    // For the eye: what the page looks like, in the sizes that it is designed for.
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: `test-results/page/${width}x${height}-${colorScheme}.png` });
    }
  });
}
