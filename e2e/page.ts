/** What all specs share: a page that fails its test for any console error, the stored runs, dropping of files. */
import { readFileSync } from "node:fs";
import { test as base, expect, type Page } from "@playwright/test";
import type { RunResult } from "../src/run/protocol.ts";

export const test = base.extend<{ quietConsole: undefined }>({
  quietConsole: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      page.on("pageerror", (error) => errors.push(String(error)));
      await use(undefined);
      expect(errors, "errors on the console").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect, type Page };

export function storedRun(id: string): RunResult {
  return JSON.parse(readFileSync(`public/models/${id}/run.json`, "utf8"));
}

export const shownCurve = (page: Page) => page.locator('[data-curve="shown"]');
export const overlayCurve = (page: Page) => page.locator('[data-curve="overlay"]');

/** Opens the page and waits for the picture, which needs no click. */
export async function open(page: Page, hash = ""): Promise<void> {
  await page.goto(`./${hash}`);
  await expect(shownCurve(page)).toBeVisible();
}

export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Drops files on the page, as a hand does. */
export async function drop(page: Page, files: readonly DroppedFile[]): Promise<void> {
  const carried = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString("base64") }));
  await page.evaluate((list) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of list) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    const event = () =>
      new DragEvent("dragover", { dataTransfer: transfer, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event());
    document.body.dispatchEvent(
      new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }),
    );
  }, carried);
}

export const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
export const modelChoice = (page: Page) => page.getByRole("combobox", { name: "Model" });
export const status = (page: Page) => page.locator(".run-status");
