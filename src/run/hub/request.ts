/** Requests to the Hub: without cookies, without a referrer, with closed byte ranges only, and with capped answers. */

import { answerError, brokenError, HubError, silenceError } from "./problem.ts";

/** The only server that the page contacts for models and data, besides those that it redirects to. */
export const HUB = "https://huggingface.co";

export interface Place {
  /** Origin of the Hub. Tests have their own. */
  readonly base: string;
  readonly fetch: typeof fetch;
}

export interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Bytes of one answer of the API: a thousand files take 0.3 MB. */
const LARGEST_ANSWER = 16 * 2 ** 20;

/**
 * @param what repository or file, for messages
 * @param range asked for; an answer 200 then is the whole file, and the caller has to see to that
 * @throws HubError, or the reason of `signal`
 */
export async function request(
  { base, fetch }: Place,
  url: string,
  {
    what,
    signal,
    range,
  }: { readonly what: string; readonly signal: AbortSignal; readonly range?: ByteRange },
): Promise<Response> {
  const host = new URL(base).host;
  // A closed range is the form that browsers send to other origins without asking them first.
  const headers = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end - 1}` };
  let response: Response;
  try {
    response = await fetch(url, {
      headers,
      signal,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "follow",
      // Our own cache knows revisions; the browser's would keep everything a second time.
      cache: "no-store",
    });
  } catch {
    signal.throwIfAborted();
    throw silenceError(host);
  }
  if (response.status === 416 && range !== undefined) {
    throw new HubError(
      "damaged",
      `${what}: the file is shorter than the Hub said. Look the repository up again.`,
    );
  }
  if (!response.ok) throw answerError(response, what);
  return response;
}

/**
 * An answer of the API, parsed.
 * @throws HubError, or the reason of `signal`
 */
export async function requestJson(
  place: Place,
  path: string,
  { what, signal }: { readonly what: string; readonly signal: AbortSignal },
): Promise<{ readonly body: unknown; readonly headers: Headers }> {
  const response = await request(place, new URL(path, place.base).href, { what, signal });
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of bodyOf(response, signal, new URL(place.base).host)) {
    length += part.length;
    if (length > LARGEST_ANSWER) {
      throw new HubError("server", `${what}: the Hub's list is longer than ${LARGEST_ANSWER} bytes.`);
    }
    parts.push(part);
  }
  try {
    const text = await new Blob(parts as Uint8Array<ArrayBuffer>[]).text();
    return { body: JSON.parse(text), headers: response.headers };
  } catch {
    throw new HubError(
      "server",
      `${what}: the Hub's answer is not JSON. A network that needs a login does this.`,
    );
  }
}

/** The parts of a body as they come. @throws HubError where the connection breaks, or the reason of `signal` */
export async function* bodyOf(
  response: Response,
  signal: AbortSignal,
  host: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read().catch((): never => {
        signal.throwIfAborted();
        throw brokenError(host);
      });
      if (done) return;
      yield value;
    }
  } finally {
    // Nothing more is wanted of a body that is left early.
    reader.cancel().catch(() => undefined);
  }
}

/** A path of a repository as part of an address: every name escaped, the slashes kept. */
export const escapePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
