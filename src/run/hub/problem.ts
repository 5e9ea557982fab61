/** What can go wrong on the way to the Hub, as one kind of error with the sentence for the user. */

import type { HubProblem } from "./types.ts";

export class HubError extends Error {
  override readonly name = "HubError";
  readonly problem: HubProblem;

  constructor(kind: HubProblem["kind"], message: string, wait: number | null = null) {
    super(message);
    this.problem = { kind, message, wait };
  }
}

/** Seconds of the windows over which the Hub counts requests: what to wait where an answer does not say. */
export const RATE_WINDOW = 300;

/**
 * Seconds to wait after a 429, from `Retry-After` (seconds or a date) or from `RateLimit: "api";r=0;t=55`; null where
 * neither can be read. Never more than an hour, never less than a second.
 * @param now milliseconds since 1970
 */
export function waitSeconds(headers: Headers, now: number): number | null {
  const after = headers.get("Retry-After")?.trim() ?? "";
  const date = Date.parse(after);
  const reset = /(?:^|;)\s*t=(\d{1,9})\b/.exec(headers.get("RateLimit") ?? "")?.[1];
  const seconds = /^\d{1,9}$/.test(after)
    ? Number(after)
    : after !== "" && !Number.isNaN(date)
      ? Math.ceil((date - now) / 1000)
      : reset === undefined
        ? null
        : Number(reset);
  return seconds === null ? null : Math.min(3600, Math.max(1, seconds));
}

/**
 * The error of an answer that is neither a success nor a part of a file.
 * @param what repository or file that was asked for
 */
export function answerError(response: Response, what: string): HubError {
  const { status, headers } = response;
  const code = headers.get("X-Error-Code") ?? "";
  if (status === 429) {
    const wait = waitSeconds(headers, Date.now());
    const known = wait === null ? " The Hub does not say for how long; it counts over 5 minutes." : "";
    return new HubError(
      "rate-limit",
      `The Hub has had too many requests from this network (429) and asks to wait.${known}`,
      wait ?? RATE_WINDOW,
    );
  }
  if (code === "GatedRepo" || status === 403) return gatedError(what);
  if (code === "RevisionNotFound") {
    return new HubError(
      "missing",
      `${what}: there is no such revision. Check the part after "@" or "tree/".`,
    );
  }
  if (code === "EntryNotFound") {
    return new HubError("missing", `${what}: the file is not there any more. Look the repository up again.`);
  }
  if (status === 401 || status === 404) {
    return new HubError(
      "missing",
      `${what}: the Hub has nothing public of this name (${status}). Check the spelling; what is private must be downloaded by its owner and dropped here.`,
    );
  }
  return new HubError("server", `${what}: the Hub answered ${status}. Try again later.`);
}

export const gatedError = (what: string): HubError =>
  new HubError(
    "denied",
    `${what}: the Hub gives this only to people who are logged in and were granted access (gated). Download it there yourself and drop the files here.`,
  );

/** The error of a request that got no answer: a browser does not tell a page why. */
export const silenceError = (host: string): HubError =>
  offlineError(host) ??
  new HubError(
    "unreachable",
    `${host} did not answer, or did not allow this page to read its answer (CORS). A firewall, an extension or a lost connection does this: open ${host} in another tab to see, then try again.`,
  );

/** The error of an answer that broke off. */
export const brokenError = (host: string): HubError =>
  offlineError(host) ??
  new HubError("unreachable", `The connection to ${host} broke. Try again to go on where it stopped.`);

function offlineError(host: string): HubError | null {
  const navigator = globalThis.navigator as { readonly onLine?: boolean } | undefined;
  if (navigator?.onLine !== false) return null;
  return new HubError(
    "offline",
    `This browser is offline. Connect, then try again: ${host} was not reached.`,
  );
}
