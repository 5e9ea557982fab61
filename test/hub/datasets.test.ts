import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { hubModel, hubRows } from "../../src/cli/hub.ts";
import { readSamples } from "../../src/model/parquet/samples.ts";
import { bytesSource, openTable } from "../../src/model/parquet/table.ts";
import { noCache } from "../../src/run/hub/cache.ts";
import { createHub } from "../../src/run/hub/hub.ts";
import type { Hub, HubListing, HubProgress } from "../../src/run/hub/types.ts";
import { pyarrowLike } from "../fixtures/parquet.ts";
import { type FakeHub, startHub } from "./server.ts";

const text = (value: string) => new TextEncoder().encode(value);
const table = (rows: number, long = 0) =>
  pyarrowLike(
    [
      { name: "sentence", kind: "string", values: Array.from({ length: rows }, (_, i) => text(`no ${i}`)) },
      { name: "label", kind: "int", values: Array.from({ length: rows }, (_, i) => i % 2) },
    ],
    { huggingface: '{"info":{"features":{"label":{"names":["bad","good"],"_type":"ClassLabel"}}}}' },
    { groupRows: 100, long },
  );

let fake: FakeHub;
let hub: Hub;
beforeAll(async () => {
  fake = await startHub([
    {
      kind: "dataset",
      id: "org/glue",
      revisions: {
        main: {
          "README.md": text("glue"),
          "cola/train-00000-of-00001.parquet": table(300),
          "sst2/train-00000-of-00001.parquet": table(2000, 200),
          "sst2/validation-00000-of-00001.parquet": table(300),
        },
      },
    },
    {
      kind: "dataset",
      id: "org/script",
      revisions: {
        main: { "script.py": text("import os") },
        "refs/convert/parquet": { "default/test/0000.parquet": table(20) },
      },
    },
    { kind: "dataset", id: "org/none", revisions: { main: { "a.csv": text("a") } } },
    {
      id: "org/tiny",
      revisions: { main: { "model.safetensors": text("weights"), "config.json": text("{}") } },
    },
    { id: "org/cut", revisions: { main: { "model-00001-of-00002.safetensors": text("a") } } },
  ]);
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.calm();
  hub = createHub({ base: fake.base, cache: noCache, pause: 1 });
});

const signal = new AbortController().signal;
const work = { signal, onProgress: (_: HubProgress) => undefined };
type Found = Extract<HubListing, { kind: "dataset" }>;
async function find(name: string): Promise<Found> {
  const outcome = await hub.lookUp(name, signal);
  if (outcome.kind !== "done" || outcome.value.kind !== "dataset") throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

describe("a data set", () => {
  test("lists its tables with sizes, held-out splits first", async () => {
    const { tables } = await find("datasets/org/glue");
    expect(tables.map(({ label }) => label)).toEqual([
      "sst2/validation-00000-of-00001",
      "cola/train-00000-of-00001",
      "sst2/train-00000-of-00001",
    ]);
    expect(tables[0].file.size).toBe(table(300).length);
  });

  test("gives exactly the rows asked for, in a small file of their own", async () => {
    const listing = await find("datasets/org/glue");
    const outcome = await hub.readRows(listing, listing.tables[2], { start: 950, count: 60 }, work);
    if (outcome.kind !== "done") throw new Error(JSON.stringify(outcome));
    const [{ name, bytes }] = outcome.value;
    expect(name).toBe(`org/glue@${listing.commit.slice(0, 7)}/train-00000-of-00001.rows-950-1009.parquet`);
    const samples = await readSamples(await openTable(bytesSource(bytes), name), { start: 0, count: 1000 });
    if (samples.kind !== "text") throw new Error("expected sentences");
    expect(samples.rows).toHaveLength(60);
    expect(samples.rows[7]).toEqual({ texts: [`no 957${"x".repeat(200)}`], label: 1 });
    expect(samples.classNames).toEqual(["bad", "good"]);
  });

  test("is fetched in closed ranges, and only where the rows are", async () => {
    const listing = await find("datasets/org/glue");
    const { size } = listing.tables[2].file;
    fake.calm();
    await hub.readRows(listing, listing.tables[2], { start: 1200, count: 100 }, work);
    const ranges = fake.requests.flatMap(({ path, range }) =>
      path.includes("Signature") ? [range ?? ""] : [],
    );
    const bytes = ranges.map((range) => {
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
      return Number(end) + 1 - Number(start);
    });
    expect(ranges).toHaveLength(2);
    expect(bytes.reduce((a, b) => a + b)).toBeLessThan(size / 4);
  });

  test("is read from a server that knows no ranges", async () => {
    const listing = await find("datasets/org/glue");
    fake.fault({ at: "train-00000", noRanges: true, times: 9 });
    const outcome = await hub.readRows(listing, listing.tables[1], { start: 40, count: 3 }, work);
    expect(outcome.kind).toBe("done");
  });

  test("goes on where a connection broke", async () => {
    const listing = await find("datasets/org/glue");
    fake.fault({ at: "train-00000", cut: 300 });
    const outcome = await hub.readRows(listing, listing.tables[1], { start: 40, count: 3 }, work);
    expect(outcome.kind).toBe("done");
  });

  test("that is no Parquet file inside is refused with the place", async () => {
    const listing = await find("datasets/org/glue");
    fake.fault({ at: "validation", spoil: true, noRanges: true, times: 9 });
    const lies = { ...listing.tables[0], file: { ...listing.tables[0].file, size: 5000 } };
    const outcome = await hub.readRows(listing, lies, { start: 0, count: 3 }, work);
    expect(outcome).toMatchObject({ kind: "problem" });
  });

  test("in another form is read from the Hub's Parquet copy, or refused", async () => {
    expect((await find("datasets/org/script")).tables.map(({ label }) => label)).toEqual([
      "default/test/0000",
    ]);
    expect(await hub.lookUp("datasets/org/none", signal)).toMatchObject({
      problem: { kind: "unusable", message: expect.stringContaining("no .parquet files") },
    });
  });
});

describe("the headless command", () => {
  beforeEach(() => void vi.spyOn(process.stderr, "write").mockReturnValue(true));
  afterEach(() => void vi.restoreAllMocks());

  test("takes a model by its name", async () => {
    const files = await hubModel("hf:org/tiny", hub);
    expect(files.map(({ name }) => name.split("/").at(-1))).toEqual(["model.safetensors", "config.json"]);
  });

  test("takes the first rows of a table by a part of its path", async () => {
    const [{ name }] = await hubRows("hf:org/glue:sst2/val", 16, hub);
    expect(name).toMatch(/^org\/glue@[0-9a-f]{7}\/validation-00000-of-00001\.rows-0-15\.parquet$/);
  });

  test.each([
    ["hf:org/nothing", "nothing public of this name"],
    ["hf:org/cut", "cut into 1 shards"],
    ["hf:datasets/org/glue", "expected a model, found a data set"],
  ])("refuses %s in words", async (name, words) => {
    await expect(hubModel(name, hub)).rejects.toThrow(words);
  });

  test("lists the tables where none fits, and says how long a 429 lasts", async () => {
    await expect(hubRows("hf:org/glue:mnli", 1, hub)).rejects.toThrow("There are: sst2/validation");
    fake.fault({ at: "/revision/", status: 429, headers: { "Retry-After": "9" } });
    await expect(hubRows("hf:org/glue", 1, hub)).rejects.toThrow("Try again in 9 s.");
  });
});
