/**
 * Tabs of one window, all but one of them hidden, as in a browser that nobody drives. Playwright makes each of its pages
 * believe that it has the focus, and such pages never become hidden. These tabs lie in a context that Playwright does not
 * know and leaves alone.
 */

import type { Browser, Page } from "@playwright/test";
import { type Ask, speakTo } from "./target.ts";

/** Flags of Playwright without which Chromium slows the timers of hidden tabs down, as it does for everybody else. */
export const NOT_SLOWED = ["--disable-background-timer-throttling", "--disable-renderer-backgrounding"];

/** A page, whoever drives it. */
export type Evaluates = Pick<Page, "evaluate">;

export interface Tab extends Evaluates {
  /** Brings it to the front, which hides the others. */
  show(): Promise<void>;
  /** What was thrown and not caught, and errors on the console, of the page (not of its worker). */
  readonly errors: readonly string[];
}

export interface TabWindow {
  /** Opens a tab in front of the others, or behind them: hidden from its first moment. */
  open(address: string, place: "front" | "behind"): Promise<Tab>;
  close(): Promise<void>;
}

interface Evaluated {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

export async function openWindow(browser: Browser): Promise<TabWindow> {
  const session = await browser.newBrowserCDPSession();
  const { browserContextId } = await session.send("Target.createBrowserContext", { disposeOnDetach: true });
  return {
    async open(url, place) {
      const background = place === "behind";
      const { targetId } = await session.send("Target.createTarget", { url, browserContextId, background });
      const { sessionId } = await session.send("Target.attachToTarget", { targetId, flatten: false });
      const errors: string[] = [];
      const ask = speakTo(session, sessionId, (method, params) => {
        const error = errorOf(method, params);
        if (error !== null) errors.push(error);
      });
      await ask("Runtime.enable");
      return {
        errors,
        evaluate: evaluating(ask),
        show: async () => void (await session.send("Target.activateTarget", { targetId })),
      };
    },
    async close() {
      await session.send("Target.disposeBrowserContext", { browserContextId });
      await session.detach();
    },
  };
}

const evaluating = (ask: Ask): Page["evaluate"] =>
  (async (what: unknown, argument: unknown) => {
    const expression = `(${what})(${JSON.stringify(argument)})`;
    const { result, exceptionDetails } = await ask<Evaluated>("Runtime.evaluate", {
      ...{ expression, awaitPromise: true, returnByValue: true },
    });
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }) as Page["evaluate"];

function errorOf(method: string, params: unknown): string | null {
  if (method === "Runtime.exceptionThrown") {
    const { exceptionDetails } = params as Required<Pick<Evaluated, "exceptionDetails">>;
    return `page error: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`;
  }
  if (method !== "Runtime.consoleAPICalled") return null;
  const { type, args } = params as { type: string; args: readonly { readonly value?: unknown }[] };
  return type === "error" ? `console: ${args.map(({ value }) => String(value)).join(" ")}` : null;
}
