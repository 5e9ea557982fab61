/** Bytes of a file on the Hub into memory, in closed ranges; what broke off is taken up where it broke. */

import { HubError } from "./problem.ts";
import { type ByteRange, bodyOf, escapePath, type Place, request } from "./request.ts";
import type { HubFile, HubWork } from "./types.ts";

/** Bytes of one range: large enough that 1 GiB costs 32 of the 3,000 requests of a window. */
const CHUNK = 32 * 2 ** 20;

/** Attempts in a row that bring no byte. */
const ATTEMPTS = 3;

/** Milliseconds between two reports of progress. */
const REPORT = 100;

/** Whose files. */
export interface Repo {
  readonly kind: "model" | "dataset";
  readonly id: string;
  readonly commit: string;
}

/** Address of a file's bytes. */
export const resolvePath = ({ kind, id, commit }: Repo, path: string): string =>
  `/${kind === "dataset" ? "datasets/" : ""}${id}/resolve/${commit}/${escapePath(path)}`;

/** Name that says where a file comes from: `org/model@1a2b3c4/config.json`. */
export const provenance = ({ id, commit }: Repo, path: string): string =>
  `${id}@${commit.slice(0, 7)}/${path.slice(path.lastIndexOf("/") + 1)}`;

/** A stretch of a file that is being filled, from its start on. */
export interface Stretch {
  /** Place in the file of the first byte. */
  readonly start: number;
  /** Bytes that it shall have. */
  readonly size: number;
  /** Grows with what comes, so that an announcement alone takes no memory; of `size` bytes once all are there. */
  bytes: Uint8Array;
  /** Bytes that are there. */
  have: number;
}

/** Bytes of a stretch of which none has come. */
const FIRST = 4 * 2 ** 20;

export const emptyStretch = (start: number, size: number): Stretch => ({
  ...{ start, size, have: 0 },
  bytes: new Uint8Array(Math.min(size, FIRST)),
});

/** Puts bytes at the end of what is there. @throws HubError where the browser has no room for them */
function append(stretch: Stretch, fresh: Uint8Array, path: string): void {
  const { size, bytes, have } = stretch;
  if (have + fresh.length > bytes.length) {
    const room = Math.min(size, Math.max(have + fresh.length, 2 * bytes.length));
    try {
      stretch.bytes = new Uint8Array(room);
    } catch {
      throw new HubError(
        "unusable",
        `${path}: this browser has no room for ${room} bytes. Close other tabs.`,
      );
    }
    stretch.bytes.set(bytes.subarray(0, have));
  }
  stretch.bytes.set(fresh, have);
  stretch.have += fresh.length;
}

export interface TransferOptions {
  readonly chunk?: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly pause?: number;
}

export interface Transfer extends TransferOptions {
  readonly place: Place;
  readonly path: string;
  readonly file: HubFile;
  readonly signal: AbortSignal;
  /** Called with the number of new bytes. */
  readonly report: (bytes: number) => void;
}

/**
 * Range after range until the stretch is whole. What came before an error stays in it.
 * @throws HubError, or the reason of `signal`
 */
export async function fill(stretch: Stretch, transfer: Transfer): Promise<void> {
  const { file, signal, pause = 500 } = transfer;
  for (let fruitless = 0; stretch.have < stretch.size; ) {
    const before = stretch.have;
    let lost: HubError | null = null;
    try {
      await fillPart(stretch, transfer);
    } catch (error) {
      signal.throwIfAborted();
      // Only a lost connection is worth another attempt; every answer of the server is one.
      if (!(error instanceof HubError && error.problem.kind === "unreachable")) throw error;
      lost = error;
    }
    fruitless = stretch.have > before ? 0 : fruitless + 1;
    if (fruitless === ATTEMPTS) throw lost ?? short(stretch, file);
    if (lost !== null) await sleep(pause * 2 ** fruitless, signal);
  }
}

const short = ({ start, have }: Stretch, { path, size }: HubFile): HubError =>
  new HubError(
    "damaged",
    `${path}: the Hub sends no more after byte ${start + have} of ${size}. Download again to go on from there.`,
  );

async function fillPart(stretch: Stretch, transfer: Transfer): Promise<void> {
  const { place, path, file, signal, report, chunk = CHUNK } = transfer;
  const stop = stretch.start + stretch.size;
  const start = stretch.start + stretch.have;
  const range = { start, end: Math.min(stop, start + chunk) };
  const whole = range.start === 0 && range.end === file.size;
  const url = new URL(path, place.base).href;
  const response = await request(place, url, { what: file.path, signal, ...(whole ? {} : { range }) });
  const sent = sentRange(response, range, file);
  let at = sent.start;
  for await (const bytes of bodyOf(response, signal, new URL(place.base).host)) {
    if (at + bytes.length > sent.end) {
      throw new HubError(
        "damaged",
        `${file.path}: more bytes came than the ${sent.end} that were announced.`,
      );
    }
    // A server without ranges sends again what is there, and what nobody asked for.
    const known = Math.max(0, stretch.start + stretch.have - at);
    const fresh = bytes.subarray(known, Math.max(known, stop - at));
    append(stretch, fresh, file.path);
    at += bytes.length;
    if (fresh.length > 0) report(fresh.length);
    if (stretch.have === stretch.size && at > stop) return;
  }
}

/**
 * Which bytes an answer holds: 206 is the range (or what its Content-Range says, where the browser may read that), 200
 * the whole file from a server that knows no ranges.
 */
function sentRange(response: Response, asked: ByteRange, { path, size }: HubFile): ByteRange {
  if (response.status !== 206) return { start: 0, end: size };
  const said = response.headers.get("Content-Range");
  if (said === null) return asked;
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(said) ?? [];
  const fits = Number(first) === asked.start && Number(last) < asked.end;
  if (!fits || (total !== "*" && Number(total) !== size)) {
    throw new HubError(
      "damaged",
      `${path}: bytes ${asked.start} to ${asked.end - 1} of ${size} were asked for, "${said.slice(0, 80)}" came.`,
    );
  }
  return { start: asked.start, end: Number(last) + 1 };
}

/** Adds bytes of a file to what is done, and says so now and then. */
export type Report = (file: string, bytes: number) => void;

export function reporter(total: number, { onProgress }: HubWork): Report {
  let done = 0;
  let last = Number.NEGATIVE_INFINITY;
  return (file, bytes) => {
    done += bytes;
    const now = performance.now();
    if (now - last < REPORT && done < total) return;
    last = now;
    onProgress({ file, done, total });
  };
}

/** The promise, or the reason of `signal` as soon as it is aborted: hashing half a gigabyte takes a second. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await unlessAborted(
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds);
      }),
      signal,
    );
  } finally {
    clearTimeout(timer);
  }
}
