/** Crashes of the GPU process, a second tab, a frozen tab: a live run goes on, with the same numbers. */
import type { RunResult } from "../src/run/protocol.ts";
import { forgetRuns, keptRun } from "../test/reliability/keptRun.ts";
import { mlp, vectors } from "../test/run/files.ts";
import { button, drop, expect, open, type Page, status, test } from "./page.ts";

const LONG = { timeout: 60_000 };

/** Opens the page with a perceptron of 58 parameters and its samples. */
async function withPerceptron(page: Page): Promise<void> {
  const data = vectors();
  if (data.kind !== "files") throw new Error("the vectors are files");
  await open(page, "#n=6&steps=20&probes=10&trace=10");
  await drop(page, [...mlp().files, ...data.files]);
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
