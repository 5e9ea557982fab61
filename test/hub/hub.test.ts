import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HubCache } from "../../src/run/hub/cache.ts";
import { noCache } from "../../src/run/hub/cache.ts";
import { createHub } from "../../src/run/hub/hub.ts";
import { waitSeconds } from "../../src/run/hub/problem.ts";
import type { Hub, HubChoice, HubListing, HubOutcome, HubProgress } from "../../src/run/hub/types.ts";
import { commitOf, type FakeHub, startHub } from "./server.ts";

const bytes = (length: number, seed = 1) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7) & 255);
const text = (value: string) => new TextEncoder().encode(value);
const config = text('{"model_type":"bert"}');

const weights = bytes(100_000);
const many = Object.fromEntries(Array.from({ length: 23 }, (_, i) => [`notes/${i}.md`, text(`${i}`)]));

let fake: FakeHub;
let hub: Hub;
let seen: HubProgress[];
beforeAll(async () => {
  fake = await startHub(
    [
      {
        id: "org/tiny",
        revisions: {
          main: { ".gitattributes": text("x"), "config.json": config, "model.safetensors": weights },
          "v1.0": { "config.json": config, "model.safetensors": bytes(500, 2) },
        },
      },
      { id: "org/many", revisions: { main: { ...many, "model.safetensors": bytes(10) } } },
      {
        id: "org/pickle",
        revisions: {
          main: { "config.json": config, "pytorch_model.bin": bytes(900) },
          "refs/pr/2": {
            "config.json": config,
            "pytorch_model.bin": bytes(900),
            "model.safetensors": bytes(880, 3),
          },
        },
        discussions: [
          { num: 5, status: "open", isPullRequest: true, author: { name: "somebody" } },
          { num: 4, status: "open", isPullRequest: false, author: { name: "SFconvertbot" } },
          { num: 3, status: "closed", isPullRequest: true, author: { name: "SFconvertbot" } },
          { num: 2, status: "open", isPullRequest: true, author: { name: "SFconvertbot" } },
        ],
      },
      { id: "org/pickle-alone", revisions: { main: { "pytorch_model.bin": bytes(900) } } },
      {
        id: "org/shards",
        revisions: {
          main: {
            "config.json": config,
            "model.safetensors.index.json": text("{}"),
            "model-00001-of-00002.safetensors": bytes(50),
            "model-00002-of-00002.safetensors": bytes(60),
          },
        },
      },
      {
        id: "org/exports",
        revisions: {
          main: {
            "config.json": config,
            "onnx/config.json": text("{}"),
            "onnx/model_quantized.onnx": bytes(40),
            "onnx/model.onnx": bytes(90),
            "onnx/model.onnx_data": bytes(70),
          },
        },
      },
      { id: "org/gguf", revisions: { main: { "model.gguf": bytes(10) } } },
      { id: "org/gated", gated: true, revisions: { main: { "model.safetensors": bytes(10) } } },
      { id: "org/odd", revisions: { main: { "model.safetensors": bytes(64) } } },
    ],
    10,
  );
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.calm();
  seen = [];
  hub = createHub({ base: fake.base, cache: noCache, chunk: 30_000, pause: 1 });
});

/** Byte for byte; an assertion on arrays of this length takes half a second. */
const same = (found: Uint8Array, expected: Uint8Array) => expect(Buffer.compare(found, expected)).toBe(0);
const forever = new AbortController().signal;
const work = (signal = forever) => ({
  signal,
  onProgress: (progress: HubProgress) => void seen.push(progress),
});
function done<T>(outcome: HubOutcome<T>): T {
  if (outcome.kind !== "done") throw new Error(JSON.stringify(outcome));
  return outcome.value;
}
const problemOf = <T>(outcome: HubOutcome<T>) => {
  if (outcome.kind !== "problem") throw new Error(`expected a problem, got ${outcome.kind}`);
  return outcome.problem;
};
async function choicesOf(name: string): Promise<readonly HubChoice[]> {
  const listing: HubListing = done(await hub.lookUp(name, forever));
  return listing.kind === "model" ? listing.choices : [];
}
const tiny = async () => (await choicesOf("org/tiny"))[0];

describe("looking up", () => {
  test("lists the files that the model needs with their sizes, and fetches none of them", async () => {
    const [choice] = await choicesOf("org/tiny");
    expect(choice.files.map(({ path, size }) => [path, size])).toEqual([
      ["model.safetensors", 100_000],
      ["config.json", config.length],
    ]);
    expect(choice).toMatchObject({ total: 100_000 + config.length, refusal: null, commit: commitOf("main") });
    expect(fake.requests.map(({ path }) => path)).toEqual([
      "/api/models/org/tiny/revision/main",
      `/api/models/org/tiny/tree/${commitOf("main")}?recursive=1`,
    ]);
  });

  test("sends neither cookies nor a referrer nor anything that names the page", async () => {
    await choicesOf("org/tiny");
    for (const { headers } of fake.requests) {
      for (const name of ["cookie", "referer", "authorization", "origin"])
        expect(headers[name]).toBeUndefined();
    }
  });

  test("follows the pages of a long list", async () => {
    const [choice] = await choicesOf("org/many");
    expect(choice.label).toBe("model.safetensors");
    expect(
      fake.requests.filter(({ path }) => path.includes("cursor")).map(({ path }) => path.split("=").at(-1)),
    ).toEqual(["10", "20"]);
  });

  test("does not follow a list to another server", async () => {
    fake.fault({
      at: "/tree/",
      status: 200,
      headers: { Link: '<https://evil.example/api>; rel="next"' },
      body: "[]",
    });
    expect(problemOf(await hub.lookUp("org/tiny", forever))).toMatchObject({
      kind: "server",
      message: expect.stringContaining("its list goes on elsewhere"),
    });
  });

  test("takes the revision that was asked for", async () => {
    const [choice] = await choicesOf("org/tiny@v1.0");
    expect(choice.commit).toBe(commitOf("v1.0"));
    expect(choice.files[0].size).toBe(500);
  });

  test("finds the safetensors copy of a pickle in the converter's open pull request", async () => {
    const choices = await choicesOf("org/pickle");
    expect(choices[0]).toMatchObject({
      label: "model.safetensors",
      commit: commitOf("refs/pr/2"),
      note: expect.stringContaining("pull request 2 by SFconvertbot"),
      refusal: null,
    });
    const files = done(await hub.download(choices[0], work()));
    same(files[0].bytes, bytes(880, 3));
    expect(choices[1].label).toBe("pytorch_model.bin");
  });

  test("refuses a cut model with the sizes of its pieces", async () => {
    expect((await choicesOf("org/shards"))[0]).toMatchObject({
      label: "2 shards",
      refusal: expect.stringContaining("cut into 2 shards of 110 bytes"),
    });
  });

  test("offers the plain ONNX export before the quantised one, with the config of its folder", async () => {
    const choices = await choicesOf("org/exports");
    expect(choices.map(({ label }) => label)).toEqual(["onnx/model.onnx", "onnx/model_quantized.onnx"]);
    expect(choices[0].files.map(({ path }) => path)).toEqual([
      "onnx/model.onnx",
      "onnx/model.onnx_data",
      "onnx/config.json",
    ]);
  });

  test.each([
    ["org/nothing", "missing", "nothing public of this name (401)"],
    ["org/tiny@v9", "missing", "there is no such revision"],
    ["org/gated", "denied", "(gated)"],
    ["org/gguf", "unusable", "GGUF"],
    ["not a name", "address", "Write org/model"],
  ])("of %s is a problem of kind %s", async (name, kind, words) => {
    expect(problemOf(await hub.lookUp(name, forever))).toMatchObject({
      kind,
      message: expect.stringContaining(words),
      wait: null,
    });
  });

  test.each([
    [{ status: 500 }, "server", "answered 500"],
    [{ status: 200, body: "<html>Log in to the hotel's network" }, "server", "is not JSON"],
    [{ status: 200, body: '{"sha":"../../etc"}' }, "server", "it names no commit"],
    [{ status: 200, body: "null" }, "server", "it names no commit"],
  ])("with the answer %j is a problem of kind %s", async (answer, kind, words) => {
    fake.fault({ at: "/revision/", ...answer });
    expect(problemOf(await hub.lookUp("org/odd", forever))).toMatchObject({
      kind,
      message: expect.stringContaining(words),
    });
  });

  test.each([
    ['[{"type":"file","path":"../x.safetensors","size":1,"oid":"a"}]', "no sound name"],
    ['[{"type":"file","path":"a.safetensors","size":-1,"oid":"a"}]', "has no size"],
    ['[{"type":"file","path":"a.safetensors","size":1e300,"oid":"a"}]', "has no size"],
    ['{"error":"no"}', "its list of files is none"],
  ])("with the list %s is refused", async (body, words) => {
    fake.fault({ at: "/tree/", status: 200, body });
    expect(problemOf(await hub.lookUp("org/odd", forever)).message).toContain(words);
  });

  test("without a server says so", async () => {
    const nowhere = createHub({ base: "http://127.0.0.1:9", cache: noCache });
    expect(problemOf(await nowhere.lookUp("org/tiny", forever))).toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("127.0.0.1:9 did not answer"),
    });
  });
});

describe("a 429", () => {
  test.each([
    [{ "Retry-After": "17" }, 17],
    [{ RateLimit: '"api";r=0;t=55' }, 55],
    [{}, 300],
    [{ "Retry-After": "999999999" }, 3600],
  ])("with %j asks for the seconds to wait", async (headers, seconds) => {
    fake.fault({ at: "/revision/", status: 429, headers });
    const { kind, wait } = problemOf(await hub.lookUp("org/tiny", forever));
    expect(kind).toBe("rate-limit");
    expect(wait).toBe(seconds);
    expect(await tiny()).toBeDefined();
  });

  test("may give a date", () => {
    const now = Date.UTC(2026, 0, 1);
    const headers = (seconds: number) =>
      new Headers({ "Retry-After": new Date(now + 1000 * seconds).toUTCString() });
    expect(waitSeconds(headers(40), now)).toBe(40);
    expect(waitSeconds(headers(-40), now)).toBe(1);
    expect(waitSeconds(new Headers({ "Retry-After": "soon" }), now)).toBeNull();
  });

  test("during a download keeps what came, and the next attempt goes on from there", async () => {
    const choice = await tiny();
    fake.fault({ at: "model.safetensors", slow: 0 });
    fake.fault({ at: "model.safetensors", status: 429, headers: { "Retry-After": "3" } });
    expect(problemOf(await hub.download(choice, work()))).toMatchObject({ kind: "rate-limit", wait: 3 });
    fake.requests.length = 0;
    const files = done(await hub.download(choice, work()));
    same(files[0].bytes, weights);
    expect(fake.requests.map(({ range }) => range).filter((range) => range !== null)[0]).toBe(
      "bytes=30000-59999",
    );
  });
});

describe("a download", () => {
  test("brings the very bytes, in closed ranges, through redirects to another server", async () => {
    const files = done(await hub.download(await tiny(), work()));
    expect(files.map(({ name }) => name)).toEqual([
      `org/tiny@${commitOf("main").slice(0, 7)}/model.safetensors`,
      `org/tiny@${commitOf("main").slice(0, 7)}/config.json`,
    ]);
    same(files[0].bytes, weights);
    same(files[1].bytes, config);
    const ranges = fake.requests.filter(({ path }) => path.includes("Signature")).map(({ range }) => range);
    expect(ranges).toEqual(["bytes=0-29999", "bytes=30000-59999", "bytes=60000-89999", "bytes=90000-99999"]);
  });

  test("reports bytes up to the total, never backwards", async () => {
    const choice = await tiny();
    fake.fault({ at: "model.safetensors", slow: 5, times: 9 });
    await hub.download(choice, work());
    const counts = seen.map((progress) => progress.done);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({ done: choice.total, total: choice.total });
    expect(seen.length).toBeGreaterThan(2);
  });

  test("takes a whole file where ranges are not known, without fetching it for each range", async () => {
    const choice = await tiny();
    fake.fault({ at: "model.safetensors", noRanges: true, times: 9 });
    const files = done(await hub.download(choice, work()));
    same(files[0].bytes, weights);
    expect(fake.requests.filter(({ path }) => path.includes("Signature"))).toHaveLength(1);
  });

  test("goes on where a connection broke", async () => {
    const choice = await tiny();
    fake.fault({ at: "model.safetensors", cut: 12_000 });
    const files = done(await hub.download(choice, work()));
    same(files[0].bytes, weights);
    const second = fake.requests.filter(({ path }) => path.includes("Signature"))[1].range;
    expect(second).toMatch(/^bytes=\d+-\d+$/);
    expect(Number(second?.match(/\d+/)?.[0])).toBeGreaterThan(0);
  });

  test("goes on where a body ended early", async () => {
    const choice = await tiny();
    fake.fault({ at: "model.safetensors", short: 1234 });
    same(done(await hub.download(choice, work()))[0].bytes, weights);
    expect(fake.requests.some(({ range }) => range === "bytes=1234-31233")).toBe(true);
  });

  test("gives up after three attempts that bring nothing", async () => {
    const choice = await tiny();
    fake.fault({ at: "model.safetensors", cut: 0, times: 3 });
    expect(problemOf(await hub.download(choice, work())).kind).toBe("unreachable");
    expect(fake.requests.filter(({ path }) => path.includes("Signature"))).toHaveLength(3);
    same(done(await hub.download(choice, work()))[0].bytes, weights);
  });

  test("refuses bytes with another hash, of large and of small files, and starts anew after that", async () => {
    const choice = await tiny();
    fake.fault({ at: "model.safetensors", noRanges: true, spoil: true });
    expect(problemOf(await hub.download(choice, work()))).toMatchObject({
      kind: "damaged",
      message: expect.stringContaining("SHA-256"),
    });
    fake.fault({ at: "config.json", spoil: true });
    expect(problemOf(await hub.download(choice, work())).message).toContain("git hash");
    same(done(await hub.download(choice, work()))[0].bytes, weights);
  });

  test("refuses more bytes than were listed", async () => {
    const choice = await tiny();
    const shorter = { ...choice, files: [{ ...choice.files[0], size: 20_000 }] };
    fake.fault({ at: "model.safetensors", noRanges: true });
    expect(problemOf(await hub.download(shorter, work()))).toMatchObject({
      kind: "damaged",
      message: expect.stringContaining("more bytes came"),
    });
  });

  test("refuses a file that has become shorter (416), and a range that was not asked for", async () => {
    const choice = await tiny();
    const longer = { ...choice, files: [{ ...choice.files[0], size: 130_000 }] };
    expect(problemOf(await hub.download(longer, work())).kind).toBe("damaged");
    fake.fault({ at: "model.safetensors", headers: { "Content-Range": "bytes 5-29999/100000" } });
    expect(problemOf(await hub.download(choice, work())).message).toContain('"bytes 5-29999/100000" came');
  });

  test.each([
    [403, "denied"],
    [404, "missing"],
    [503, "server"],
  ])("answered by %i is a problem of kind %s", async (status, kind) => {
    const choice = await tiny();
    fake.fault({ at: "config.json", status });
    expect(problemOf(await hub.download(choice, work())).kind).toBe(kind);
  });

  test("that is cancelled ends within 100 ms and leaves nothing running", async () => {
    const choice = await tiny();
    fake.fault({ at: "model.safetensors", slow: 20, times: 9 });
    const stop = new AbortController();
    const download = hub.download(choice, work(stop.signal));
    await new Promise((resolve) => setTimeout(resolve, 80));
    const before = performance.now();
    stop.abort();
    expect(await download).toEqual({ kind: "cancelled" });
    expect(performance.now() - before).toBeLessThan(100);
    fake.requests.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(fake.requests).toEqual([]);
  });
});

describe("the cache", () => {
  const kept = new Map<string, Uint8Array>();
  const cache: HubCache = {
    get: (key) => Promise.resolve(kept.get(key) ?? null),
    put: (key, value) => Promise.resolve(void kept.set(key, value)),
    size: () => Promise.resolve([...kept.values()].reduce((sum, { length }) => sum + length, 0)),
    clear: () => Promise.resolve(kept.clear()),
  };

  test("gives the second download without a request, under the commit", async () => {
    const cached = createHub({ base: fake.base, cache, chunk: 30_000 });
    const choice = await tiny();
    done(await cached.download(choice, work()));
    expect([...kept.keys()].every((key) => key.includes(commitOf("main")))).toBe(true);
    expect(await cached.cacheSize()).toBe(choice.total);
    fake.requests.length = 0;
    same(done(await cached.download(choice, work()))[0].bytes, weights);
    expect(fake.requests).toEqual([]);
    await cached.clearCache();
    expect(await cached.cacheSize()).toBe(0);
  });

  test("is done without where the browser refuses storage at every call", async () => {
    const { browserCache } = await import("../../src/run/hub/cache.ts");
    const throwing = browserCache(() => {
      throw new DOMException("denied", "SecurityError");
    });
    const refused = createHub({ base: fake.base, cache: throwing });
    same(done(await refused.download(await tiny(), work()))[0].bytes, weights);
    expect(await refused.cacheSize()).toBeNull();
    await expect(refused.clearCache()).resolves.toBeUndefined();
  });
});
