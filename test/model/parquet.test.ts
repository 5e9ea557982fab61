import { encode } from "fast-png";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { FormatError } from "../../src/model/errors.ts";
import { readRuns } from "../../src/model/parquet/runs.ts";
import { readSamples } from "../../src/model/parquet/samples.ts";
import { bytesSource, openTable } from "../../src/model/parquet/table.ts";
import { writeParquet } from "../../src/model/parquet/write.ts";
import { type Layout, pyarrowLike } from "../fixtures/parquet.ts";

const text = (value: string) => new TextEncoder().encode(value);
const features = (label: readonly string[]) =>
  JSON.stringify({ info: { features: { label: { names: label, _type: "ClassLabel" } } } });

const sentences = [
  "it 's a charming and often affecting journey . ",
  "unflinchingly bleak and desperate ",
  "naïve – 😀",
  "",
];
const sst2 = (rows: number, layout: Partial<Layout> = {}) =>
  pyarrowLike(
    [
      {
        name: "sentence",
        kind: "string",
        values: Array.from({ length: rows }, (_, i) => text(`${i} ${sentences[i % 4]}`)),
      },
      { name: "label", kind: "int", values: Array.from({ length: rows }, (_, i) => (i * 7) % 2) },
      { name: "idx", kind: "int", values: Array.from({ length: rows }, (_, i) => i) },
    ],
    { huggingface: features(["negative", "positive"]) },
    layout,
  );

const pixels = (i: number) => Uint8Array.from({ length: 4 * 3 * 3 }, (_, j) => (i * 37 + j * 11) & 255);
const png = (i: number) => encode({ width: 4, height: 3, channels: 3, data: pixels(i) });
const cifar = (rows: number, layout: Partial<Layout> = {}) =>
  pyarrowLike(
    [
      {
        name: "img",
        columns: [
          { name: "bytes", kind: "bytes", values: Array.from({ length: rows }, (_, i) => png(i)) },
          { name: "path", kind: "string", values: Array.from({ length: rows }, () => null) },
        ],
      },
      { name: "label", kind: "int", values: Array.from({ length: rows }, (_, i) => i % 10) },
    ],
    { huggingface: features(Array.from("0123456789")) },
    layout,
  );

const open = (bytes: Uint8Array) => openTable(bytesSource(bytes), "t.parquet");
const rowsOf = async (bytes: Uint8Array, start: number, count: number) => {
  const samples = await readSamples(await open(bytes), { start, count });
  if (samples.kind !== "text") throw new Error("expected sentences");
  return samples.rows;
};

const layouts: readonly Partial<Layout>[] = [
  {},
  { groupRows: 7 },
  { groupRows: 7, pageRows: 3 },
  { snappy: true, pageRows: 4 },
  { dictionary: true },
  { dictionary: true, snappy: true, groupRows: 11, pageRows: 5 },
  { version: 2, snappy: true, pageRows: 6 },
  { version: 2, dictionary: true },
  { required: true, pageRows: 5 },
];

describe("a table of sentences", () => {
  test.each(layouts)("is read as another implementation reads it, laid out as %j", async (layout) => {
    const bytes = sst2(40, layout);
    const oracle = await parquetReadObjects({ file: bytes.slice().buffer, rowStart: 5, rowEnd: 33 });
    const rows = await rowsOf(bytes, 5, 28);
    expect(rows).toEqual(oracle.map(({ sentence, label }) => ({ texts: [sentence], label: Number(label) })));
    expect(rows).toHaveLength(28);
  });

  test("tells the names of its classes", async () => {
    expect((await readSamples(await open(sst2(4)), { start: 0, count: 4 })).classNames).toEqual([
      "negative",
      "positive",
    ]);
  });

  test("ends where its rows end, and refuses to start behind them", async () => {
    expect(await rowsOf(sst2(10, { groupRows: 4 }), 7, 100)).toHaveLength(3);
    await expect(rowsOf(sst2(10), 10, 1)).rejects.toThrow(
      "t.parquet: rows: expected a first row below 10, file has 10. Choose rows that the table has.",
    );
  });

  test("reads only the end of the file and the row groups that hold the rows", async () => {
    const bytes = sst2(1200, { groupRows: 150, long: 200 });
    const read: number[] = [];
    const source = {
      size: bytes.length,
      read: (start: number, end: number) => {
        read.push(end - start);
        return Promise.resolve(bytes.subarray(start, end));
      },
    };
    await readSamples(await openTable(source, "t.parquet"), { start: 450, count: 50 });
    expect(read.reduce((a, b) => a + b)).toBeLessThan(64 * 1024 + 0.15 * bytes.length);
  });

  test("with secret labels is refused with what to do", async () => {
    const bytes = writeParquet({
      fields: [
        { name: "sentence", kind: "string", values: [text("a")] },
        { name: "label", kind: "int", values: [2 ** 40] },
      ],
      notes: {},
    });
    await expect(rowsOf(bytes, 0, 1)).rejects.toThrow(
      /label: expected labels from 0 to 21842, file has 1099511627776 in row 0/,
    );
  });
});

describe("a table of images", () => {
  test.each(layouts)("gives the exact pixels, laid out as %j", async (layout) => {
    const samples = await readSamples(await open(cifar(20, layout)), { start: 3, count: 12 });
    if (samples.kind !== "images") throw new Error("expected images");
    const images = samples.arrays.get("images");
    expect(images?.shape).toEqual([12, 3, 4, 3]);
    expect(images?.data).toEqual(
      Uint8Array.from(Array.from({ length: 12 }, (_, i) => [...pixels(i + 3)]).flat()),
    );
    expect([...(samples.arrays.get("labels")?.data ?? [])]).toEqual(
      Array.from({ length: 12 }, (_, i) => (i + 3) % 10),
    );
  });

  test("with an image that is no PNG names the row", async () => {
    const bytes = writeParquet({
      fields: [
        {
          name: "img",
          columns: [
            { name: "bytes", kind: "bytes", values: [png(0), text("GIF89a")] },
            { name: "path", kind: "string", values: [text(""), text("")] },
          ],
        },
        { name: "label", kind: "int", values: [0, 1] },
      ],
      notes: {},
    });
    await expect(readSamples(await open(bytes), { start: 0, count: 2 })).rejects.toThrow(
      "img.bytes 1, byte 0: expected a PNG image",
    );
  });
});

describe("a file that is written", () => {
  test("is read by another implementation, with the same bytes", async () => {
    const bytes = writeParquet({
      fields: [
        {
          name: "img",
          columns: [
            { name: "bytes", kind: "bytes", values: [png(0), png(1)] },
            { name: "path", kind: "string", values: [text("a"), text("b")] },
          ],
        },
        { name: "label", kind: "int", values: [3, 2 ** 33] },
      ],
      notes: { huggingface: features(["x", "y"]) },
    });
    const rows = await parquetReadObjects({ file: bytes.slice().buffer, utf8: false });
    expect(rows).toEqual([
      { img: { bytes: png(0), path: "a" }, label: 3n },
      { img: { bytes: png(1), path: "b" }, label: 8589934592n },
    ]);
  });
});

describe("runs", () => {
  const refuse = (where: string, expected: string, found: string): never => {
    throw new FormatError({ file: "f", where, expected, found, remedy: "r" });
  };
  const read = (bytes: number[], width: number, count: number) => [
    ...readRuns(Uint8Array.from(bytes), width, count, "x", refuse),
  ];

  test("of equal values and of packed bits are expanded", () => {
    expect(read([6, 1], 1, 3)).toEqual([1, 1, 1]);
    // The example of the format's documentation: 0 to 7 in three bits each.
    expect(read([3, 0b10001000, 0b11000110, 0b11111010], 3, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(read([3, 0b10001000, 0b11000110, 0b11111010, 4, 5], 3, 7)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(read([3, 0b10001000, 0b11000110, 0b11111010, 4, 5], 3, 10)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 5, 5,
    ]);
    expect(read([2, 0xff, 0xff, 0xff, 0x7f], 31, 1)).toEqual([2 ** 31 - 1]);
    expect(read([], 0, 3)).toEqual([0, 0, 0]);
  });

  test.each([
    [[0xfe, 0xff, 0xff, 0xff, 0x0f, 1], "a run of 1 to 3 values"],
    [[0, 0], "a run of 1 to 3 values"],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], "a run of 1 to 3 values"],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 1], "runs of at most"],
    [[3], "3 coded integers"],
    [[], "3 coded integers"],
  ])("of %j are refused", (bytes, words) => {
    expect(() => read(bytes, 1, 3)).toThrow(words);
  });
});

describe("a malformed file", () => {
  const bytes = sst2(20, { snappy: true, dictionary: true, pageRows: 6 });
  const footerAt =
    bytes.length - 8 - new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8).getUint32(0, true);

  test.each([
    ["nothing", new Uint8Array(0), "size: expected at least 12 bytes, file has 0"],
    ["text", text("sentence,label\ngood,1\n"), "last 4 bytes: expected PAR1"],
    ["encrypted", Uint8Array.of(...bytes.subarray(0, -4), ...text("PARE")), "file has an encrypted one"],
    [
      "a footer of gigabytes",
      Uint8Array.of(...bytes.subarray(0, -8), 255, 255, 255, 127, ...text("PAR1")),
      "a footer of at most",
    ],
    [
      "a footer of nothing",
      Uint8Array.of(...bytes.subarray(0, -8), 0, 0, 0, 0, ...text("PAR1")),
      "more bytes",
    ],
  ])("of %s is refused", async (_, file, words) => {
    await expect(open(file)).rejects.toThrow(words);
  });

  test("never does more than be refused or read, whichever byte is changed", async () => {
    let refused = 0;
    const tried = [...bytes.keys()].filter((i) => i % (i >= footerAt ? 2 : 11) === 0);
    for (const i of tried) {
      for (const value of [0, 0xff, bytes[i] ^ 0x80]) {
        const spoiled = bytes.slice();
        spoiled[i] = value;
        try {
          await rowsOf(spoiled, 0, 20);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(tried.length);
  });

  test("cut short anywhere is refused", async () => {
    for (let end = 0; end < bytes.length; end += 13) {
      await expect(rowsOf(bytes.subarray(0, end), 0, 20)).rejects.toThrow(FormatError);
    }
  });

  test.each([
    ["a compression that is not read", { codec: 6 }, "expected no compression or SNAPPY, file has ZSTD"],
    ["an encoding that is not read", { encoding: 7 }, "file has DELTA_BYTE_ARRAY"],
    ["columns in another file", { elsewhere: "../secret" }, "a path to another file"],
    ["more values than its rows", { claimed: 1e9 }, "a page of at most 20 values"],
  ])("with %s says so", async (_, change, words) => {
    await expect(rowsOf(sst2(20, change), 0, 20)).rejects.toThrow(words);
  });
});
