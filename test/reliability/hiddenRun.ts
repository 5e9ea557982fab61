/** A run on the page whose tab is hidden while it goes on, without Playwright's hands on it (see tabs.ts). */

import { shownLine } from "./chromium.ts";
import { dropMlp } from "./drop.ts";
import { forgetRuns } from "./keptRun.ts";
import type { Evaluates, Tab } from "./tabs.ts";

const LONG_MS = 120_000;

/** How a tab fared from one moment to another. */
export interface Fared {
  readonly seconds: number;
  readonly visibility: DocumentVisibilityState;
  /** Frames that were drawn, and ticks of a timer of 20 ms. */
  readonly frames: number;
  readonly ticks: number;
  /** What the page said of its run, line by line. */
  readonly lines: readonly string[];
}

interface Counting {
  counted?: { frames: number; ticks: number; at: number };
}

/** Drops a perceptron, and waits until its loss is known. */
export async function dropOn(tab: Evaluates): Promise<void> {
  await dropMlp(tab);
  await until(tab, () => /Loss\d/.test(document.querySelector(".facts")?.textContent ?? ""));
}

/** Presses a button of the page, as soon as it can be pressed. */
async function pressIn(tab: Evaluates, name: string): Promise<void> {
  const pressed = (wanted: string): boolean => {
    const buttons = [...document.querySelectorAll("button")];
    const found = buttons.find(({ textContent }) => textContent?.trim() === wanted);
    if (found === undefined || found.getAttribute("aria-disabled") === "true") return false;
    found.click();
    return true;
  };
  await until(tab, pressed, name);
}

/** Runs in a tab to the end. */
export async function runIn(tab: Evaluates): Promise<void> {
  await forgetRuns(tab);
  await pressIn(tab, "Run on this GPU");
  await heard(tab, /Finished\./);
}

/** Starts a run and pauses it among its Lanczos steps; false if it was over before. */
async function pausedIn(tab: Evaluates): Promise<boolean> {
  await forgetRuns(tab);
  // In the page itself: a short run may be over before it is seen from here.
  await tab.evaluate(() => {
    const status = document.querySelector(".run-status");
    const observer = new MutationObserver(() => {
      if (!/Lanczos, \d+ of/.test(status?.textContent ?? "")) return;
      observer.disconnect();
      const buttons = [...document.querySelectorAll("button")];
      buttons.find(({ textContent }) => textContent?.trim() === "Pause")?.click();
    });
    if (status !== null) observer.observe(status, { childList: true, subtree: true, characterData: true });
  });
  await pressIn(tab, "Run on this GPU");
  const paused = () =>
    [...document.querySelectorAll("button")].some((b) => b.textContent?.trim() === "Resume");
  const over = () => document.querySelector(".run-status")?.textContent?.includes("Finished.") === true;
  const end = performance.now() + LONG_MS;
  while (performance.now() < end) {
    if (await tab.evaluate(paused)) return true;
    if (await tab.evaluate(over)) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`after ${LONG_MS / 1000} s the page says "${await shownLine(tab)}"`);
}

/** Waits until the page says what is expected. @returns all that it said */
export async function heard(tab: Evaluates, said: RegExp): Promise<string[]> {
  const lines: string[] = [];
  const end = performance.now() + LONG_MS;
  for (;;) {
    const line = await shownLine(tab);
    if (line !== lines.at(-1)) lines.push(line);
    if (said.test(line)) return lines;
    if (performance.now() > end) throw new Error(`after ${LONG_MS / 1000} s the page says "${line}"`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until `holds` does on the page. */
export async function until(
  tab: Evaluates,
  holds: (argument: string) => boolean,
  argument = "",
): Promise<void> {
  const end = performance.now() + LONG_MS;
  while (!(await tab.evaluate(holds, argument))) {
    if (performance.now() > end) throw new Error(`after ${LONG_MS / 1000} s not yet: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Starts a run in the tab in front, hides it behind `cover` among the Lanczos steps, and waits for the end there. The run pauses while
 * the tab goes out of sight, so that the rest of it is hidden on machines of any speed.
 * @returns how the tab fared while it was hidden
 */
export async function hiddenRun(tab: Tab, cover: Tab): Promise<Fared> {
  for (let tries = 1; !(await pausedIn(tab)); tries++)
    if (tries === 5) throw new Error("five runs were over before they could be paused");
  await cover.show();
  await until(tab, () => document.visibilityState === "hidden");
  await tab.evaluate(() => {
    const counted = { frames: 0, ticks: 0, at: performance.now() };
    const page = globalThis as Counting;
    page.counted = counted;
    // The counting of a run ends where that of the next begins.
    const frame = (): void => {
      counted.frames++;
      if (page.counted === counted) requestAnimationFrame(frame);
    };
    const tick = (): void => {
      counted.ticks++;
      if (page.counted === counted) setTimeout(tick, 20);
    };
    requestAnimationFrame(frame);
    setTimeout(tick, 20);
  });
  await pressIn(tab, "Resume");
  const lines = await heard(tab, /Finished\./);
  return { ...(await fared(tab)), lines };
}

/** Since the counting began. */
export const fared = (tab: Tab): Promise<Omit<Fared, "lines">> =>
  tab.evaluate(() => {
    const { frames, ticks, at } = (globalThis as Counting).counted ?? { frames: 0, ticks: 0, at: 0 };
    const seconds = (performance.now() - at) / 1000;
    return { seconds, visibility: document.visibilityState, frames, ticks };
  });
