/**
 * npm run bench:page: how soon the stored run is drawn on a cold load of the production build, what that load weighs, and
 * how long the page keeps a reader waiting while it measures. JSON and a table.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ensureChromium } from "./chromium.mjs";
import { withServedPage } from "./servePage.mjs";
import { ROOT, runCommand, setUp } from "./setup.mjs";

const LOADS = 5;
/** A run that fits a software adapter, long enough to be clicked at. */
const RUN = "#n=2&steps=8&probes=1&trace=1";
const CLICK_EVERY_MS = 150;
const ARGS = [
  ...["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--disable-quic"],
  ...["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

await runCommand(async () => {
  await setUp();
  const executablePath = await ensureChromium();
  return withServedPage((address) => measure(executablePath, address));
});

/**
 * @param {string} executablePath of Chromium
 * @param {string} address
 */
async function measure(executablePath, address) {
  const { chromium } = await import("@playwright/test");
  const browser = await chromium.launch({ executablePath, args: ARGS });
  try {
    const loads = [];
    for (let i = 0; i < LOADS; i++) loads.push(await coldLoad(browser, address));
    const result = {
      ...{ loads: LOADS, firstPictureMs: median(loads.map(({ pictureMs }) => pictureMs)), slowestMs: 0 },
      ...{ scriptBytes: loads[0].scriptBytes, run: await busyPage(browser, address) },
    };
    result.slowestMs = Math.max(...loads.map(({ pictureMs }) => pictureMs));
    const json = join(ROOT, "test-results", "bench-page.json");
    mkdirSync(join(ROOT, "test-results"), { recursive: true });
    writeFileSync(json, `${JSON.stringify(result, null, 1)}\n`);
    process.stdout.write(
      [
        `first picture, cold, median of ${LOADS}   ${result.firstPictureMs.toFixed(0)} ms (slowest ${result.slowestMs.toFixed(0)})`,
        `JavaScript until then, gzip        ${(result.scriptBytes / 1000).toFixed(1)} kB`,
        `answers to a key during a run      median ${result.run.answerMs.toFixed(0)} ms, worst ${result.run.worstAnswerMs.toFixed(0)} ms of ${result.run.keys}`,
        `long tasks during a run            ${result.run.longTasks}, the longest ${result.run.longestTaskMs.toFixed(0)} ms`,
        `written to ${json}\n`,
      ].join("\n"),
    );
  } finally {
    await browser.close();
  }
  return 0;
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/**
 * @param {import("@playwright/test").Browser} browser
 * @param {string} address
 */
async function coldLoad(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    /** @type {string[]} */
    const scripts = [];
    page.on("request", (request) => {
      if (request.resourceType() === "script") scripts.push(new URL(request.url()).pathname);
    });
    await page.goto(address, { waitUntil: "commit" });
    const pictureMs = await page.evaluate(async () => {
      while (document.querySelector('[data-curve="shown"]') === null)
        await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now();
    });
    const scriptBytes = scripts.reduce(
      (sum, path) => sum + gzipSync(readFileSync(join(ROOT, "dist", path))).length,
      0,
    );
    return { pictureMs, scriptBytes };
  } finally {
    await context.close();
  }
}

/**
 * Presses a key now and then while a run is going on; the answer is the next frame that is painted.
 * @param {import("@playwright/test").Browser} browser
 * @param {string} address
 */
async function busyPage(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    await page.goto(`${address}${RUN}`);
    await page.locator('[data-curve="shown"]').waitFor();
    await page.evaluate(() => {
      const seen = { answers: /** @type {number[]} */ ([]), tasks: /** @type {number[]} */ ([]) };
      Object.assign(globalThis, { seen });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.tasks.push(duration);
      }).observe({ type: "longtask" });
      addEventListener("keydown", ({ timeStamp }) => {
        requestAnimationFrame(() => setTimeout(() => seen.answers.push(performance.now() - timeStamp)));
      });
    });
    await page.getByRole("button", { name: "Run on this GPU" }).click();
    const finished = page
      .locator(".run-status")
      .filter({ hasText: "Finished." })
      .waitFor({ timeout: 300_000 })
      .then(() => true);
    let running = true;
    finished.then(() => {
      running = false;
    });
    while (running) {
      await page.keyboard.press("Shift");
      await new Promise((resolve) => setTimeout(resolve, CLICK_EVERY_MS));
    }
    const { answers, tasks } = await page.evaluate(
      () =>
        /** @type {{ seen: { answers: number[], tasks: number[] } }} */ (/** @type {unknown} */ (globalThis))
          .seen,
    );
    return {
      ...{ keys: answers.length, answerMs: median(answers), worstAnswerMs: Math.max(...answers) },
      ...{ longTasks: tasks.length, longestTaskMs: Math.max(0, ...tasks) },
    };
  } finally {
    await context.close();
  }
}
