/** Crashes of the GPU process, a second tab, tabs out of sight and frozen: a live run goes on, with the same numbers. */
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

/** The last run, as the browser keeps it. */
const lastRun = (page: Page): Promise<{ spectrum: unknown; eigenvalues: unknown; losses?: number }> =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open("eigenscope", 1);
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const all = request.result.transaction("runs").objectStore("runs").getAll();
          all.onsuccess = () => resolve(all.result[all.result.length - 1].result);
        };
      }),
  );

async function finished(page: Page): Promise<Awaited<ReturnType<typeof lastRun>>> {
  await expect(status(page)).toContainText("Finished.", LONG);
  return lastRun(page);
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
  const second = await context.newPage();
  await withPerceptron(second);

  // Both at once, the first out of sight.
  await button(page, "Run on this GPU").click();
  await second.bringToFront();
  await button(second, "Run on this GPU").click();
  const [alone, beside] = [await finished(page), await finished(second)];
  expect(beside.spectrum).toEqual(alone.spectrum);
  expect(alone.losses).toBeUndefined();
  await second.close();

  // A crash among the steps, and one while shaders compile anew.
  await button(page, "Run on this GPU").click();
  await expect(status(page)).toContainText(/Lanczos, \d+ of/, LONG);
  await crash();
  await expect(status(page)).toContainText(/Compiling shaders, \d+ of/, LONG);
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
