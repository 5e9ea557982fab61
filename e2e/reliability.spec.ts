/** Crashes of the GPU process, a second tab, a frozen tab, a hidden tab: a live run goes on, with the same numbers. */
import type { RunResult } from "../src/run/protocol.ts";
import { numbers, shownLine } from "../test/reliability/chromium.ts";
import { dropMlp } from "../test/reliability/drop.ts";
import { dropOn, fared, hiddenRun, runIn, until } from "../test/reliability/hiddenRun.ts";
import { forgetRuns, keptRun } from "../test/reliability/keptRun.ts";
import { openWindow } from "../test/reliability/tabs.ts";
import { button, expect, open, type Page, status, test } from "./page.ts";

const LONG = { timeout: 60_000 };

/** Opens the page with a perceptron of 58 parameters and its samples. */
async function withPerceptron(page: Page): Promise<void> {
  await open(page, "#n=6&steps=20&probes=10&trace=10");
  await dropMlp(page);
  await expect(page.locator(".facts")).toContainText(/Loss\d/, LONG);
}

async function start(page: Page): Promise<void> {
  await forgetRuns(page);
  await button(page, "Run on this GPU").click();
}

async function finished(page: Page): Promise<RunResult> {
  await expect(status(page)).toContainText("Finished.", LONG);
  return keptRun(page);
}

test("a run outlives crashes of the GPU process and a frozen tab; two tabs run at once", async ({
  page,
  browser,
  context,
}) => {
  const browserSession = await browser.newBrowserCDPSession();
  // Only for debugging, so that Playwright's types do not know it.
  const crash = () => browserSession.send("Browser.crashGpuProcess" as "Browser.close");
  await withPerceptron(page);
  // Tabs of one profile would keep their last run in the same place.
  const other = await browser.newContext();
  const second = await other.newPage();
  await withPerceptron(second);

  // Both at once, the second in front.
  await start(page);
  await second.bringToFront();
  await start(second);
  const [alone, beside] = [await finished(page), await finished(second)];
  expect(beside.spectrum).toEqual(alone.spectrum);
  expect(alone.losses).toBeUndefined();
  await other.close();
  await page.bringToFront();

  // A crash among the steps, and one while the run is prepared anew in a frozen tab.
  await start(page);
  await expect(status(page)).toContainText(/Lanczos, \d+ of/, LONG);
  await crash();
  await expect(status(page)).toContainText(/Reading the model|Compiling shaders|Loss and gradient/, LONG);
  const session = await context.newCDPSession(page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await crash();
  await session.send("Page.setWebLifecycleState", { state: "active" });
  const crashed = await finished(page);
  await expect(status(page)).toContainText("The GPU was lost 2 times during this run. It went on");
  expect(crashed.losses).toBe(2);
  expect(crashed.spectrum).toEqual(alone.spectrum);
  expect(crashed.eigenvalues).toEqual(alone.eigenvalues);
});

test("a run in a hidden tab goes on to the same numbers and is there when the tab is shown; a page opened out of sight starts", async ({
  browser,
  baseURL,
}) => {
  const address = baseURL ?? "";
  const isDrawn = () => document.querySelector('[data-curve="shown"]') !== null;
  /** Of the run, and of the run before it, which the page keeps beside it. */
  const curves = () =>
    ["shown", "overlay"].map((name) => document.querySelector(`[data-curve="${name}"]`)?.getAttribute("d"));
  const window = await openWindow(browser);
  const tab = await window.open(`${address}#n=6&steps=20&probes=10&trace=10`, "front");
  await until(tab, isDrawn);
  await dropOn(tab);
  await runIn(tab);
  const visible = await numbers(tab);

  // Opened out of sight: there is a picture in the page, of which nothing was ever painted.
  const cover = await window.open(address, "behind");
  await until(cover, isDrawn);
  expect(
    await cover.evaluate(() => [document.visibilityState, performance.getEntriesByType("paint").length]),
  ).toEqual(["hidden", 0]);

  const hidden = await hiddenRun(tab, cover);
  expect(hidden).toMatchObject({ visibility: "hidden", frames: 0 });
  // Chromium wakes hidden tabs once a second.
  expect(hidden.ticks).toBeLessThanOrEqual(hidden.seconds + 2);
  // The page followed the run meanwhile, and had no messages left to read at its end.
  expect(hidden.lines.length).toBeGreaterThan(2);
  expect(await numbers(tab)).toBe(visible);
  const [drawn, before] = await tab.evaluate(curves);
  expect(drawn).toBe(before);

  await tab.show();
  await expect.poll(async () => (await fared(tab)).frames).toBeGreaterThan(2);
  expect(await shownLine(tab)).toMatch(/^Finished\./);
  expect(await tab.evaluate(curves)).toEqual([drawn, drawn]);
  expect([...tab.errors, ...cover.errors]).toEqual([]);
  await window.close();
});
