/** The page in Chromium with a perceptron that was dropped on it, as the commands drive it. */

import { type Browser, chromium, type Page } from "@playwright/test";
import { dropMlp } from "./drop.ts";
import { forgetRuns, keptRun } from "./keptRun.ts";
import { type Evaluates, NOT_SLOWED } from "./tabs.ts";

/** Where the page is served, and the program that opens it. */
export interface PageHost {
  readonly address: string;
  readonly chromium: string;
}

const ARGS = [
  ...["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--disable-quic"],
  ...["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  "--js-flags=--expose-gc",
];
/** Without them Chromium withholds the adapter for two minutes after two crashes. */
export const CRASHES_ALLOWED = [
  "--disable-domain-blocking-for-3d-apis",
  "--disable-gpu-process-crash-limit",
] as const;

export const launch = (host: PageHost, more: readonly string[]): Promise<Browser> =>
  chromium.launch({
    ...{ executablePath: host.chromium, args: [...ARGS, ...more], ignoreDefaultArgs: [...NOT_SLOWED] },
  });

/** Ends the GPU process, as a fault in a driver would. */
export async function crasher(browser: Browser): Promise<() => Promise<void>> {
  const session = await browser.newBrowserCDPSession();
  // Only for debugging, so that the types do not know it.
  return async () => void (await session.send("Browser.crashGpuProcess" as "Browser.close"));
}

const LONG_MS = 120_000;
const statusOf = (page: Page) => page.locator(".run-status");

/** Opens the page anew with the perceptron, ready to run. */
export async function openPerceptron(page: Page, address: string, hash: string): Promise<void> {
  await page.goto("about:blank");
  await page.goto(`${address}${hash}`);
  await page.locator('[data-curve="shown"]').waitFor({ timeout: LONG_MS });
  await dropPerceptron(page, 1);
}

/**
 * Drops a perceptron, by the seed of its weights, and waits until its loss is known.
 * @param before what the card says of another one
 */
export async function dropPerceptron(page: Page, seed: number, before?: string): Promise<void> {
  await dropMlp(page, seed);
  const facts = page.locator(".facts").filter({ hasText: /Loss\d/ });
  const until = Date.now() + LONG_MS;
  for (;;) {
    await facts.waitFor({ timeout: LONG_MS });
    if ((await facts.textContent().catch(() => before)) !== before) return;
    if (Date.now() > until) throw new Error("the card of the page still tells of another perceptron");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole("button", { name, exact: true }).click();

/** The line under the progress bar, or how the last job ended. */
export const statusText = async (page: Page): Promise<string> =>
  (await statusOf(page).textContent({ timeout: LONG_MS })) ?? "";

/** What stands under the progress bar, or in its place when nothing runs. */
export const shownLine = (page: Evaluates): Promise<string> =>
  page.evaluate(() => {
    const status = document.querySelector(".run-status");
    return (status?.querySelector(".progress p") ?? status?.querySelector("p"))?.textContent ?? "";
  });

/** Waits until the job has ended; throws with what the page says where it did not end well. */
export async function awaitEnd(page: Page, ending: RegExp, timeoutMs = LONG_MS): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const text = await statusText(page);
    if (ending.test(text)) return;
    if ((await page.locator(".run-status .alert").count()) > 0) throw new Error(`the page says "${text}"`);
    if (Date.now() > until) throw new Error(`after ${timeoutMs / 1000} s the page says "${text}"`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until Lanczos is under way; a short run may have ended before anyone looked, and then it is false. */
export async function amongSteps(page: Page): Promise<boolean> {
  await awaitEnd(page, /Lanczos, \d+ of|Finished\./);
  return !/Finished\./.test(await statusText(page));
}

/** Starts a run of which `numbers` will tell. */
export async function startRun(page: Page): Promise<void> {
  await forgetRuns(page);
  await press(page, "Run on this GPU");
}

/** Spectrum, eigenvalues and trace of the run that has finished, as text. */
export async function numbers(page: Evaluates): Promise<string> {
  const { spectrum, eigenvalues, trace } = await keptRun(page);
  return JSON.stringify([spectrum, eigenvalues, trace]);
}
