/**
 * What all specs share: a browser in which no window, frame or worker may complain, break its policy or reach another
 * server; the stored runs; dropping of files.
 */
import { readFileSync } from "node:fs";
import { test as base, expect, type Page } from "@playwright/test";
import type { RunResult } from "../src/run/protocol.ts";

export { type DroppedFile, drop } from "../test/reliability/drop.ts";

interface Watched {
  /** Origins that a spec plays by itself, beside those of this machine. */
  readonly played: readonly string[];
  /** Errors on the console that a spec is about. */
  readonly provoked: readonly RegExp[];
  readonly watch: undefined;
}

const OWN = /^(https?:\/\/(localhost|127\.0\.0\.1):\d+\/|data:|blob:|about:)/;

export const test = base.extend<Watched>({
  played: [[], { option: true }],
  provoked: [[], { option: true }],
  watch: [
    async ({ context, played, provoked }, use) => {
      const errors: string[] = [];
      const foreign = new Set<string>();
      context.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      context.on("weberror", (error) => errors.push(String(error.error())));
      context.on("request", (request) => {
        const url = request.url();
        if (!OWN.test(url) && !played.includes(new URL(url).origin)) foreign.add(url);
      });
      // What the policy of a document stops has not left the browser.
      context.on("requestfailed", (request) => {
        if (/csp/i.test(request.failure()?.errorText ?? "")) foreign.delete(request.url());
      });
      // In every window and frame, before anything of its own runs.
      await context.addInitScript(() => {
        addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) =>
          console.error(`breaks its policy: ${effectiveDirective} ${blockedURI} ${sample}`),
        );
      });
      await use(undefined);
      expect(
        errors.filter((text) => !provoked.some((expected) => expected.test(text))),
        "errors on the console and broken policies",
      ).toEqual([]);
      expect([...foreign], "requests to other servers").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect, type Page };

export function storedRun(id: string): RunResult {
  return JSON.parse(readFileSync(`public/models/${id}/run.json`, "utf8"));
}

/** Width in pixels of this sentence where the snapshots were taken. */
const SAMPLE = { text: "Eigenvalue density λ₁ = 298.3775", width: 148.838 };

/** Other fonts make other pictures: there a test of snapshots is left out, with this line. */
export async function sameFonts(page: Page): Promise<void> {
  const width = await fontWidth(page);
  test.skip(Math.abs(width - SAMPLE.width) > 0.01, `other fonts than those of the snapshots (${width})`);
}

/** The same for a part of a test. */
export const hasSameFonts = async (page: Page): Promise<boolean> =>
  Math.abs((await fontWidth(page)) - SAMPLE.width) <= 0.01;

const fontWidth = (page: Page): Promise<number> =>
  page.evaluate((text) => {
    const context = document.createElement("canvas").getContext("2d");
    if (context === null) return 0;
    context.font = "10px sans-serif";
    return context.measureText(text).width;
  }, SAMPLE.text);

export const shownCurve = (page: Page) => page.locator('[data-curve="shown"]');
export const overlayCurve = (page: Page) => page.locator('[data-curve="overlay"]');

/** Opens the page and waits for the picture, which needs no click. */
export async function open(page: Page, hash = ""): Promise<void> {
  await page.goto(`./${hash}`);
  await expect(shownCurve(page)).toBeVisible();
}

export const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
export const modelChoice = (page: Page) => page.getByRole("combobox", { name: "Model" });
export const status = (page: Page) => page.locator(".run-status");
