/** Runs, cancels, crashes, uploads, two tabs at once, frozen tabs and hidden tabs in a loop on the page in Chromium. */

import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, CDPSession, Page, Worker } from "@playwright/test";
import { seeded } from "../autograd/seeded.ts";
import {
  amongSteps,
  awaitEnd,
  CRASHES_ALLOWED,
  crasher,
  dropPerceptron,
  launch,
  numbers,
  openPerceptron,
  type PageHost,
  press,
  startRun,
} from "./chromium.ts";
import { growing, type Memory, thinned } from "./growth.ts";
import { dropOn, hiddenRun, until } from "./hiddenRun.ts";
import type { SoakSession } from "./soakNode.ts";
import { type Evaluates, openWindow } from "./tabs.ts";
import { type Ask, speakTo } from "./target.ts";

const RUN = "#n=6&steps=20&probes=8&trace=20";
const CANCELS = 4;
/** More than two losses a minute end a run. */
const CRASH_EVERY_MS = 35_000;

export async function soakPage(
  host: PageHost,
  { until: end, seed }: { readonly until: number; readonly seed: number },
  say: (line: string) => void,
): Promise<SoakSession> {
  const began = performance.now();
  const draw = seeded(seed);
  const browser = await launch(host, CRASHES_ALLOWED);
  const findings: string[] = [];
  const done: Record<string, number> = {};
  const count = (what: string): void => {
    done[what] = (done[what] ?? 0) + 1;
  };
  const memory: Memory[] = [];
  let [first, equal, cycles] = ["", 0, 0];
  try {
    const crash = await crasher(browser);
    const context = await browser.newContext();
    const open = async (of: BrowserContext): Promise<Page> => {
      const page = await of.newPage();
      page.on("pageerror", (error) => findings.push(`page error: ${error.message}`));
      page.on(
        "console",
        (message) => message.type() === "error" && findings.push(`console: ${message.text()}`),
      );
      page.on("worker", (worker) => void watch(worker));
      await openPerceptron(page, host.address, RUN);
      return page;
    };
    // Tabs of one profile would keep their last run in the same place.
    const [page, beside] = [await open(context), await open(await browser.newContext())];
    const session = await context.newCDPSession(page);
    const worker = await attached(session);
    const window = await openWindow(browser);
    const tab = await window.open(`${host.address}${RUN}`, "front");
    const cover = await window.open("about:blank", "behind");
    await until(tab, () => document.querySelector('[data-curve="shown"]') !== null);
    await dropOn(tab);
    const compare = async (which: Evaluates): Promise<void> => {
      const found = await numbers(which);
      if (first === "") first = found;
      if (found === first) equal++;
      else findings.push(`cycle ${cycles}: other numbers than those of the first run`);
    };
    const ended = async (which: Page): Promise<void> => {
      await awaitEnd(which, /Finished\./);
      await compare(which);
    };
    let crashed = Number.NEGATIVE_INFINITY;
    while (cycles === 0 || Date.now() < end) {
      await page.bringToFront();
      await startRun(page);
      await ended(page);
      count("run");
      for (let i = 0; i < CANCELS; i++) {
        await startRun(page);
        await new Promise((resolve) => setTimeout(resolve, draw() * 400));
        await press(page, "Cancel").catch(() => {});
        await awaitEnd(page, /Cancelled\.|Finished\./);
        count("cancel");
      }
      // While another tab runs on the same GPU.
      await startRun(page);
      await beside.bringToFront();
      await startRun(beside);
      await ended(beside);
      await ended(page);
      count("run beside another tab");
      await page.bringToFront();
      await startRun(page);
      const frozen = await amongSteps(page);
      await session.send("Page.setWebLifecycleState", { state: "frozen" });
      await new Promise((resolve) => setTimeout(resolve, 500));
      await session.send("Page.setWebLifecycleState", { state: "active" });
      await ended(page);
      count(frozen ? "frozen run" : "run");
      await tab.show();
      const hidden = await hiddenRun(tab, cover);
      if (hidden.visibility !== "hidden" || hidden.frames > 0)
        findings.push(
          `cycle ${cycles}: the hidden tab is ${hidden.visibility} and drew ${hidden.frames} frames`,
        );
      await compare(tab);
      count("hidden run");
      if (performance.now() - crashed > CRASH_EVERY_MS) {
        crashed = performance.now();
        await startRun(page);
        await amongSteps(page);
        await crash();
        await ended(page);
        count("crash");
      }
      for (const file of [2, 1]) {
        const facts = await page.locator(".facts").textContent();
        await dropPerceptron(page, file, facts ?? "");
        count("upload");
      }
      memory.push({
        seconds: (performance.now() - began) / 1000,
        ...{
          heap: await heapOf(session, worker),
          gpu: await gpuBytes(page),
          resident: await resident(browser),
        },
      });
      cycles++;
      say(`${cycles} cycles, heap ${(memory[memory.length - 1].heap / 1e6).toFixed(1)} MB`);
    }
    for (const which of [page, beside])
      for (const own of which.workers()) findings.push(...(await unhandled(own)));
    findings.push(...[...tab.errors, ...cover.errors].map((error) => `in a hidden tab: ${error}`));
  } catch (error) {
    findings.push(`cycle ${cycles}: ${(error as Error).message}`);
  } finally {
    await browser.close();
  }
  return {
    ...{ kind: "page", seed, seconds: (performance.now() - began) / 1000, cycles, done, equal },
    ...{ memory: thinned(memory), findings: [...findings, ...growing(memory)] },
  };
}

interface Watched {
  watched?: { bytes: number; readonly errors: string[] };
}

/** Counts the bytes of living buffers in a worker, and notes what it does not handle. */
const watch = (worker: Worker): Promise<void> =>
  worker.evaluate(() => {
    const seen = { bytes: 0, errors: [] as string[] };
    (globalThis as Watched).watched = seen;
    addEventListener("unhandledrejection", ({ reason }) => seen.errors.push(String(reason)));
    addEventListener("error", ({ message }) => seen.errors.push(message));
    const living = new WeakSet<GPUBuffer>();
    const { createBuffer } = GPUDevice.prototype;
    const { destroy } = GPUBuffer.prototype;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      const buffer = createBuffer.call(this, descriptor);
      living.add(buffer);
      seen.bytes += descriptor.size;
      return buffer;
    };
    GPUBuffer.prototype.destroy = function () {
      if (living.delete(this)) seen.bytes -= this.size;
      return destroy.call(this);
    };
  });

const gpuBytes = (page: Page): Promise<number> =>
  page.workers()[0].evaluate(() => (globalThis as Watched).watched?.bytes ?? Number.NaN);

const unhandled = (worker: Worker): Promise<string[]> =>
  worker.evaluate(() => ((globalThis as Watched).watched?.errors ?? []).map((text) => `worker: ${text}`));

/** The worker of a page, by messages through the page's own session: Playwright has no session for workers. */
async function attached(session: CDPSession): Promise<Ask> {
  const target = new Promise<string>((resolve) => {
    session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
      if (targetInfo.type === "worker") resolve(sessionId);
    });
  });
  await session.send("Target.setAutoAttach", {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  return speakTo(session, await target);
}

/** Of the page and its worker, after garbage was collected. */
async function heapOf(session: CDPSession, worker: Ask): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  await worker("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize + (await worker<{ readonly usedSize: number }>("Runtime.getHeapUsage")).usedSize;
}

/** Resident bytes of all of Chromium's processes; null where there is no /proc. */
async function resident(browser: Browser): Promise<number | null> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  try {
    const pages = processInfo.map(({ id }) =>
      Number(readFileSync(`/proc/${id}/statm`, "utf8").split(" ")[1]),
    );
    return 4096 * pages.reduce((a, b) => a + b, 0);
  } catch {
    return null;
  }
}
