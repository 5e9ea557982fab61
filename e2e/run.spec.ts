import AxeBuilder from "@axe-core/playwright";
import { button, expect, open, overlayCurve, shownCurve, status, test } from "./page.ts";

/** Small enough for a software adapter: two samples, a few products. */
const SMALL = "#n=2&steps=3&probes=1&trace=2";
const LONG = { timeout: 180_000 };

test("a live run goes from progress to a finished density, over the stored one", async ({ page }) => {
  await open(page, `${SMALL}&along=random&across=gradient&grid=101`);
  const stored = await shownCurve(page).getAttribute("d");
  // Each curve that is drawn, and all that a screen reader is told.
  await page.evaluate(() => {
    const seen = { curves: new Set<string>(), told: new Set<string>() };
    Object.assign(window, { seen });
    new MutationObserver(() => {
      seen.curves.add(document.querySelector('[data-curve="shown"]')?.getAttribute("d") ?? "");
      seen.told.add(document.querySelector(".run-status output")?.textContent ?? "");
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await button(page, "Run on this GPU").click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(button(page, "Run on this GPU")).toHaveAttribute("aria-disabled", "true");
  await expect(status(page)).toContainText("Finished.", LONG);
  expect(await shownCurve(page).getAttribute("d")).not.toBe(stored);
  await expect(overlayCurve(page)).toBeVisible();
  await expect(page.locator(".meaning")).toContainText("1 probe of 3 Lanczos steps");
  await expect(page.locator(".eigen tbody tr").first()).not.toContainText("NaN");
  const top = Number(((await page.locator(".eigen .value").first().textContent()) ?? "").replace("−", "-"));
  expect(top).toBeGreaterThan(0);
  const { curves, told } = await page.evaluate(() => {
    const { seen } = window as unknown as { seen: { curves: Set<string>; told: Set<string> } };
    return { curves: seen.curves.size, told: [...seen.told] };
  });
  expect(curves, "the stored curve, and one after each Lanczos step").toBeGreaterThanOrEqual(4);
  expect(told).toEqual(expect.arrayContaining(["Starting.", "Finished."]));

  // More of the same run, then the loss along its first vector.
  await button(page, "+1 probe").click();
  await expect(page.locator(".meaning")).toContainText("2 probes of 3 Lanczos steps", LONG);
  await expect(status(page)).toContainText("Finished.", LONG);
  await page.getByRole("button", { name: "λ₁", exact: true }).click();
  await expect(page.locator(".slice-chart .measured")).toBeVisible(LONG);
  await expect(status(page)).toContainText("The slice is measured.", LONG);

  // What the eigenvalue is made of: layers at once, then both samples.
  await page.getByRole("radio", { name: "vector" }).check();
  await button(page, "Ask what it is made of").click();
  await expect(page.locator(".made-of .sharpest tbody tr")).toHaveCount(2, LONG);
  await expect(status(page)).toContainText("The eigenvalue is explained.", LONG);

  // A landscape is drawn while it refines, and a cancel keeps what it has.
  await button(page, "Landscape").click();
  await button(page, "Measure 101 × 101 points").click();
  const landscape = page.locator(".landscape");
  await expect(landscape).toContainText(/(9|[1-9]\d+) of 101 × 101 points/, LONG);
  await expect(landscape.locator(".iso.under")).toHaveAttribute("d", /^M/, LONG);
  await page.locator(".landscape-go").getByRole("button", { name: "Cancel" }).click();
  await expect(status(page)).toContainText("Cancelled. The figure keeps what was measured.", LONG);
  await expect(landscape).toContainText(/[1-9]\d* of 101 × 101 points/);
  await expect(button(page, "Measure 101 × 101 points")).toHaveAttribute("aria-disabled", "false");
});

test("a cancelled run says so, and the page can run again", async ({ page }) => {
  await open(page, "#n=2&steps=60&probes=1&trace=1");
  await button(page, "Run on this GPU").click();
  await expect(status(page)).toContainText(/Lanczos, \d+ of/, LONG);
  await button(page, "Pause").click();
  await expect(status(page)).toContainText("paused");
  const { violations } = await new AxeBuilder({ page }).include(".measure").analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await button(page, "Resume").click();
  await expect(status(page)).toContainText(/about .* left/, LONG);
  const milliseconds = await page.evaluate(async () => {
    const buttons = [...document.querySelectorAll<HTMLButtonElement>(".run-buttons button")];
    const begin = performance.now();
    buttons.find((one) => one.textContent === "Cancel")?.click();
    while (!/Cancell(ing|ed)/.test(document.querySelector(".run-status")?.textContent ?? ""))
      await new Promise((done) => setTimeout(done, 1));
    return performance.now() - begin;
  });
  expect(milliseconds).toBeLessThan(100);
  await expect(status(page)).toContainText("Cancelled.", LONG);
  await expect(shownCurve(page)).toBeVisible();
  await expect(button(page, "Run on this GPU")).toHaveAttribute("aria-disabled", "false");
  await expect(button(page, "+20 steps")).toHaveAttribute("aria-disabled", "false");
});

test("a request that the data cannot meet is refused in words", async ({ page }) => {
  await open(page, "#n=8&start=900&steps=2&probes=1&trace=1");
  await button(page, "Run on this GPU").click();
  await expect(page.getByRole("alert").filter({ hasText: "512" })).toBeVisible(LONG);
  await expect(shownCurve(page)).toBeVisible();
});
