/** Crashes of Chromium's GPU process while the page runs, and the two minutes for which it may withhold the adapter. */

import { seeded } from "../autograd/seeded.ts";
import {
  awaitEnd,
  CRASHES_ALLOWED,
  crasher,
  launch,
  numbers,
  openPerceptron,
  type PageHost,
  shownLine,
  startRun,
} from "./chromium.ts";
import { keptRun } from "./keptRun.ts";

export interface CrashSession {
  readonly kind: "crashes";
  readonly seed: number;
  readonly seconds: number;
  readonly browser: string;
  /** Crashes by what the page said just before. */
  readonly moments: Readonly<Record<string, number>>;
  readonly crashes: number;
  readonly runs: number;
  /** Runs that finished with the numbers of the undisturbed one. */
  readonly equal: number;
  readonly findings: readonly string[];
}

const RUN = "#n=6&steps=20&probes=12&trace=40";
/** More within a minute end a run. */
const CRASHES_PER_RUN = 2;

export async function crashPage(
  host: PageHost,
  { losses, until, seed }: { readonly losses: number; readonly until: number; readonly seed: number },
  say: (line: string) => void,
): Promise<CrashSession> {
  const began = performance.now();
  const draw = seeded(seed);
  const browser = await launch(host, CRASHES_ALLOWED);
  const moments: Record<string, number> = {};
  const findings: string[] = [];
  let [crashes, runs, equal] = [0, 0, 0];
  try {
    const crash = await crasher(browser);
    const page = await browser.newPage();
    page.on("pageerror", (error) => findings.push(`page error: ${error.message}`));
    page.on(
      "console",
      (message) => message.type() === "error" && findings.push(`console: ${message.text()}`),
    );
    await openPerceptron(page, host.address, RUN);
    const started = performance.now();
    await startRun(page);
    await awaitEnd(page, /Finished\./);
    const usualMs = performance.now() - started;
    const expected = await numbers(page);
    while (crashes < losses && Date.now() < until) {
      // A page of its own, since more than two losses a minute end a run.
      await openPerceptron(page, host.address, RUN);
      await startRun(page);
      for (let i = 0; i < CRASHES_PER_RUN && crashes < losses; i++) {
        await new Promise((resolve) => setTimeout(resolve, draw() * usualMs));
        const moment = (await shownLine(page)).replace(/[,.].*$/s, "");
        moments[moment] = (moments[moment] ?? 0) + 1;
        await crash();
        crashes++;
      }
      runs++;
      try {
        await awaitEnd(page, /Finished\./);
        if ((await numbers(page)) === expected) equal++;
        else findings.push(`run ${runs}: other numbers`);
      } catch (error) {
        findings.push(`run ${runs}: ${(error as Error).message}`);
      }
      if (runs % 5 === 0) say(`${crashes} crashes, ${equal} of ${runs} runs equal bit for bit`);
    }
    const seconds = (performance.now() - began) / 1000;
    return {
      ...{ kind: "crashes", seed, seconds, browser: browser.version() },
      ...{ moments, crashes, runs, equal, findings },
    };
  } finally {
    await browser.close();
  }
}

export interface WithheldSession {
  readonly kind: "withheld";
  readonly seconds: number;
  readonly browser: string;
  /** From the crash after which Chromium withheld the adapter to the first step that followed. */
  readonly waitedSeconds: number;
  /** What the page said meanwhile, first and last. */
  readonly said: readonly string[];
  readonly losses: number;
  readonly equal: boolean;
  readonly findings: readonly string[];
}

/** Two crashes without the flags: the run waits, says so, and goes on by itself. */
export async function withheldAdapter(host: PageHost, say: (line: string) => void): Promise<WithheldSession> {
  const began = performance.now();
  const browser = await launch(host, []);
  const findings: string[] = [];
  const said: string[] = [];
  try {
    const crash = await crasher(browser);
    const page = await browser.newPage();
    await openPerceptron(page, host.address, RUN);
    await startRun(page);
    await awaitEnd(page, /Finished\./);
    const expected = await numbers(page);
    await startRun(page);
    for (let i = 0; i < 2; i++) {
      await awaitEnd(page, /Lanczos, \d+ of/);
      await crash();
      await awaitEnd(page, /Compiling|given back/);
    }
    const crashed = performance.now();
    await awaitEnd(page, /given back.* of 120/);
    say(`waiting: "${await shownLine(page)}"`);
    let waitedSeconds = 0;
    for (;;) {
      const line = await shownLine(page);
      if (!line.includes("given back")) break;
      if (said.length < 2) said.push(line);
      else said[1] = line;
      waitedSeconds = (performance.now() - crashed) / 1000;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await awaitEnd(page, /Finished\./);
    const { losses = 0 } = await keptRun(page);
    const equal = (await numbers(page)) === expected;
    if (!equal) findings.push("the run has other numbers than the undisturbed one");
    if (losses !== 2) findings.push(`the run counts ${losses} losses instead of 2`);
    const seconds = (performance.now() - began) / 1000;
    return {
      ...{
        kind: "withheld",
        seconds,
        browser: browser.version(),
        waitedSeconds,
        said,
        losses,
        equal,
        findings,
      },
    };
  } finally {
    await browser.close();
  }
}
