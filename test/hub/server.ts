/** A Hub for tests: the same API on two local ports, one for the Hub and one for the servers that it redirects to. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeRepository {
  readonly kind?: "model" | "dataset";
  readonly id: string;
  /** By revision; `main` must be among them. */
  readonly revisions: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;
  readonly gated?: boolean;
  readonly discussions?: readonly Record<string, unknown>[];
}

/** What happens to the next request whose address contains `at`. */
export interface Fault {
  readonly at: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Only so many bytes, then the connection is cut. */
  readonly cut?: number;
  /** Only so many bytes, and a sound end, as if the file were shorter. */
  readonly short?: number;
  /** The whole file with status 200, whatever range was asked for. */
  readonly noRanges?: boolean;
  /** Milliseconds between pieces of 1 kB. */
  readonly slow?: number;
  /** Bytes are changed on the way. */
  readonly spoil?: boolean;
  /** How many requests; 1 if absent. */
  readonly times?: number;
}

export interface FakeHub {
  readonly base: string;
  /** Every request: method, path and range. */
  readonly requests: {
    readonly path: string;
    readonly range: string | null;
    readonly headers: IncomingMessage["headers"];
  }[];
  fault(fault: Fault): void;
  /** Forgets faults that nothing met, and the requests. */
  calm(): void;
  close(): Promise<void>;
}

export const commitOf = (revision: string): string => createHash("sha1").update(revision).digest("hex");
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const gitBlob = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

const EXPOSED =
  "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash";

/** Files that git keeps itself are small; the others are in large file storage. */
const isLarge = (path: string): boolean => /\.(safetensors|bin|onnx|onnx_data|parquet)$/.test(path);

export function treeOf(files: Readonly<Record<string, Uint8Array>>): Record<string, unknown>[] {
  return Object.entries(files).map(([path, bytes]) => ({
    type: "file",
    oid: gitBlob(bytes),
    size: bytes.length,
    path,
    ...(isLarge(path) ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } } : {}),
  }));
}

/** @param pageSize entries on one page of a tree */
export async function startHub(repositories: readonly FakeRepository[], pageSize = 1000): Promise<FakeHub> {
  const requests: FakeHub["requests"] = [];
  const faults: (Fault & { left: number })[] = [];
  const stored = new Map<string, Uint8Array>();
  const take = (url: string): Fault | undefined => {
    const fault = faults.find(({ at, left }) => left > 0 && url.includes(at));
    if (fault !== undefined) fault.left--;
    return fault;
  };
  const handle = (respond: (request: IncomingMessage, response: ServerResponse) => void) =>
    createServer((request, response) => {
      const range = request.headers.range ?? null;
      requests.push({ path: request.url ?? "", range, headers: request.headers });
      response.setHeader("Access-Control-Allow-Origin", "*");
      // What pages may read of the answers; of a 429 not the time to wait.
      response.setHeader("Access-Control-Expose-Headers", EXPOSED);
      respond(request, response);
    });
  const cdn = await listen(
    handle((request, response) => {
      const path = decodeURIComponent(new URL(request.url ?? "", "http://x").pathname);
      sendBytes(stored.get(path.slice(1)), request, response, take(path));
    }),
  );
  const hub = await listen(
    handle((request, response) => {
      const url = new URL(request.url ?? "", "http://x");
      // Faults of a large file strike where its bytes are.
      const large = /\/resolve\//.test(url.pathname) && isLarge(url.pathname);
      const fault = large ? undefined : take(url.href);
      if (fault?.status !== undefined) {
        response.writeHead(fault.status, fault.headers).end(fault.body ?? "");
        return;
      }
      route(url, request, response, fault);
    }),
  );

  function route(
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
    fault: Fault | undefined,
  ): void {
    const json = (body: unknown, headers = {}) =>
      response.writeHead(200, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
    const missing = (status: number, code: string) =>
      response.writeHead(status, { "X-Error-Code": code }).end(`{"error":"${code}"}`);
    const path = url.pathname;
    const api = /^\/api\/(model|dataset)s\/([^/]+\/[^/]+)\/(revision|tree|discussions)(?:\/(.+))?$/.exec(
      path,
    );
    const resolve = /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
    const [kind, id] = api !== null ? [api[1], api[2]] : [resolve?.[1] ? "dataset" : "model", resolve?.[2]];
    const repository = repositories.find((one) => (one.kind ?? "model") === kind && one.id === id);
    if (repository === undefined) return void missing(401, "RepoNotFound");
    if (api?.[3] === "discussions")
      return void json({ discussions: repository.discussions ?? [], count: 1, start: 0 });
    const asked = decodeURIComponent((api !== null ? api[4] : resolve?.[3]) ?? "");
    const name = Object.keys(repository.revisions).find((one) => one === asked || commitOf(one) === asked);
    if (name === undefined) return void missing(404, "RevisionNotFound");
    const files = repository.revisions[name];
    if (api?.[3] === "revision") {
      return void json({
        id: repository.id,
        sha: commitOf(name),
        gated: repository.gated ? "manual" : false,
      });
    }
    if (api !== null) {
      const all = [{ type: "directory", oid: "0".repeat(40), size: 0, path: "folder" }, ...treeOf(files)];
      const start = Number(url.searchParams.get("cursor") ?? 0);
      const next = `${hubBase}${path}?recursive=1&cursor=${start + pageSize}`;
      const link = start + pageSize < all.length ? { Link: `<${next}>; rel="next"` } : {};
      return void json(all.slice(start, start + pageSize), link);
    }
    const file = decodeURIComponent(resolve?.[4] ?? "");
    const bytes = files[file];
    if (bytes === undefined) return void missing(404, "EntryNotFound");
    if (repository.gated) return void missing(403, "GatedRepo");
    if (!isLarge(file)) return void sendBytes(bytes, request, response, fault);
    const key = `${sha256(bytes)}/${file}`;
    stored.set(key, bytes);
    response.writeHead(302, { Location: `${cdn.base}/${encodeURIComponent(key)}?Signature=1` }).end();
  }

  const hubBase = hub.base;
  return {
    base: hubBase,
    requests,
    fault: (fault) => void faults.push({ ...fault, left: fault.times ?? 1 }),
    calm: () => {
      faults.length = 0;
      requests.length = 0;
    },
    close: async () => {
      await Promise.all([hub.close(), cdn.close()]);
    },
  };
}

function sendBytes(
  bytes: Uint8Array | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): void {
  if (bytes === undefined) return void response.writeHead(404).end();
  if (fault?.status !== undefined) return void response.writeHead(fault.status, fault.headers).end();
  const sent = fault?.spoil ? bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte)) : bytes;
  const range = fault?.noRanges ? undefined : request.headers.range;
  // Only closed ranges: browsers ask before they send others to another origin, and the servers refuse.
  const closed = /^bytes=(\d+)-(\d+)$/.exec(range ?? "");
  if (range !== undefined && closed === null) return void response.writeHead(400).end();
  const [start, end] =
    closed === null ? [0, sent.length] : [Number(closed[1]), Math.min(sent.length, Number(closed[2]) + 1)];
  if (start >= sent.length && closed !== null) return void response.writeHead(416).end();
  const body = sent.subarray(start, end);
  const length = fault?.short === undefined ? body.length : Math.min(fault.short, body.length);
  response.writeHead(closed === null ? 200 : 206, {
    "Content-Length": length,
    ...(closed === null ? {} : { "Content-Range": `bytes ${start}-${end - 1}/${sent.length}` }),
    ...fault?.headers,
  });
  if (fault?.cut !== undefined) {
    response.write(body.subarray(0, fault.cut), () => setTimeout(() => response.destroy(), 20));
  } else if (fault?.slow !== undefined) {
    const wait = fault.slow;
    const step = (at: number): void => {
      if (response.destroyed || at >= length) return void response.end();
      response.write(body.subarray(at, at + 1024));
      setTimeout(() => step(at + 1024), wait);
    };
    step(0);
  } else {
    response.end(body.subarray(0, length));
  }
}

async function listen(server: Server): Promise<{ base: string; close: () => Promise<void> }> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
