/** A Hub that answers what it likes: its JSON, its headers and its bytes are damaged one by one. */
import { createHash } from "node:crypto";
import { noCache } from "../../src/run/hub/cache.ts";
import { Downloader } from "../../src/run/hub/download.ts";
import { lookUp } from "../../src/run/hub/lookUp.ts";
import type { Place } from "../../src/run/hub/request.ts";
import { readRows } from "../../src/run/hub/rows.ts";
import { inFormat, type Sample, type Unnamed } from "./kinds.ts";
import { tableOfSentences } from "./tables.ts";

const encoder = new TextEncoder();
const json = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const BASE = "http://127.0.0.1";

/** How the server answers beside its bodies. */
interface Manner {
  readonly status?: unknown;
  readonly headers?: unknown;
  /** A body without end. */
  readonly endless?: unknown;
  /** A connection that breaks after so many bytes, or redirects that go round: a browser reports no more. */
  readonly breaks?: unknown;
}

type Pieces = Readonly<Record<string, Uint8Array>>;

function mannerOf(bytes: Uint8Array, part: "api" | "file"): Manner {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes))[part];
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** @param words what stands for the numbers of the asked range in them */
function headersOf({ headers }: Manner, words: Readonly<Record<string, number>>): Headers {
  const kept = new Headers();
  for (const [name, value] of Object.entries(headers ?? {})) {
    try {
      kept.set(
        name,
        String(value).replace(/FIRST|LAST|TOTAL/g, (word) => String(words[word])),
      );
    } catch {
      // A server cannot send it either.
    }
  }
  return kept;
}

function bodyOf(bytes: Uint8Array, { endless, breaks }: Manner): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (typeof breaks === "number" && at >= breaks) return controller.error(new TypeError("broken"));
      if (at >= bytes.length && endless !== true) return controller.close();
      const part = at < bytes.length ? bytes.subarray(at, at + 65_536) : new Uint8Array(65_536);
      at += part.length;
      controller.enqueue(part);
    },
  });
}

function place(pieces: Pieces): Place {
  return {
    base: BASE,
    fetch: async (address, options) => {
      const { pathname } = new URL(String(address));
      const isFile = pathname.includes("/resolve/");
      const manner = mannerOf(pieces.manner, isFile ? "file" : "api");
      const { status } = manner;
      if (status === 0) throw new TypeError("redirects without end");
      const range = /bytes=(\d+)-(\d+)/.exec(new Headers(options?.headers).get("Range") ?? "");
      const name = decodeURIComponent(pathname.slice(pathname.lastIndexOf("/") + 1));
      const whole = isFile
        ? (pieces[name] ?? new Uint8Array())
        : pathname.includes("/tree/")
          ? pieces.tree
          : pathname.includes("/discussions")
            ? pieces.discussions
            : pieces.revision;
      const [first, last] = range === null ? [0, whole.length - 1] : [Number(range[1]), Number(range[2])];
      const bytes = whole.subarray(first, last + 1);
      const usual = range === null ? 200 : 206;
      const said =
        Number.isInteger(status) && Number(status) >= 200 && Number(status) < 600 ? Number(status) : usual;
      const empty = [204, 205, 304].includes(said);
      return new Response(empty ? null : (bodyOf(bytes, manner) as BodyInit), {
        status: said,
        headers: headersOf(manner, { FIRST: first, LAST: last, TOTAL: whole.length }),
      });
    },
  };
}

const signal = new AbortController().signal;
const work = { signal, onProgress: () => undefined, pause: 0 };

const file = (path: string, bytes: Uint8Array) => ({
  ...{ type: "file", path, size: bytes.length, oid: "0".repeat(40) },
  lfs: { oid: createHash("sha256").update(bytes).digest("hex"), size: bytes.length },
});

const weights = Uint8Array.from({ length: 300 }, (_, i) => i);
const notes = json({ a: 1 });
const manner = json({
  api: { status: 200, headers: { Link: "" }, endless: false },
  file: {
    ...{ status: "as usual", endless: false, breaks: 1e9 },
    headers: { "Content-Length": "300", "Content-Range": "bytes FIRST-LAST/TOTAL" },
  },
});

const modelAnswers: Unnamed = {
  name: "model",
  pieces: {
    revision: json({ id: "org/model", sha: COMMIT, gated: false }),
    tree: json([file("model.safetensors", weights), file("config.json", notes)]),
    manner,
    "model.safetensors": weights,
    "config.json": notes,
  },
  async read(pieces) {
    const hub = place(pieces);
    const listing = await lookUp(hub, "org/model", signal);
    if (listing.kind !== "model") throw new Error("internal: a data set was listed");
    const files = new Downloader(hub, noCache, { pause: 0 });
    const choice = listing.choices.find(({ refusal }) => refusal === null);
    if (choice !== undefined) await files.files(choice, work);
  },
};

/** A repository with a pickle only, whose pull requests are asked for. */
const pickleAnswers: Unnamed = {
  ...modelAnswers,
  name: "pull requests",
  pieces: {
    revision: json({ sha: COMMIT }),
    tree: json([file("pytorch_model.bin", weights)]),
    discussions: json({
      discussions: [{ num: 3, isPullRequest: true, status: "open", author: { name: "SFconvertbot" } }],
    }),
    manner,
    "pytorch_model.bin": weights,
  },
};

/** The size in the list is that of the damaged file, so that its footer and its pages are read. */
const tableAnswers: Unnamed = {
  name: "rows of a data set",
  pieces: { "t.parquet": tableOfSentences, manner },
  async read(pieces) {
    const bytes = pieces["t.parquet"];
    const hub = place({
      ...pieces,
      revision: json({ sha: COMMIT }),
      tree: json([{ type: "file", path: "t.parquet", size: bytes.length }]),
    });
    const listing = await lookUp(hub, "datasets/org/data", signal);
    if (listing.kind !== "dataset") throw new Error("internal: a model was listed");
    await readRows(hub, listing, listing.tables[0], { start: 1, count: 3 }, work);
  },
};

export const hubSamples: readonly Sample[] = inFormat("hub", modelAnswers, pickleAnswers, tableAnswers);
