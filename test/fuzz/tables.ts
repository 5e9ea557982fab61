import { encode } from "fast-png";
import { zlibSync } from "fflate";
import { crc32 } from "../../src/model/crc32.ts";
import { refuser } from "../../src/model/errors.ts";
import { decodePng } from "../../src/model/images/png.ts";
import { readSamples } from "../../src/model/parquet/samples.ts";
import { bytesSource, openTable } from "../../src/model/parquet/table.ts";
import { type Layout, pyarrowLike } from "../fixtures/parquet.ts";
import { inFormat, type Sample, type Unnamed } from "./kinds.ts";

/** Parquet files of sentences and of images, and the images in them. */

const ROWS = 6;
const rows = <T>(value: (row: number) => T): T[] => Array.from({ length: ROWS }, (_, i) => value(i));
const encoder = new TextEncoder();
const notes = (names: readonly string[]) => ({
  huggingface: JSON.stringify({ info: { features: { label: { names, _type: "ClassLabel" } } } }),
});

const label = { name: "label", kind: "int" as const, values: rows((i) => i % 2) };

const sentences = (layout: Partial<Layout>): Uint8Array =>
  pyarrowLike(
    [{ name: "sentence", kind: "string", values: rows((i) => encoder.encode(`${i % 3} it is good`)) }, label],
    notes(["bad", "good"]),
    layout,
  );

const pictures = (files: readonly Uint8Array[]): Uint8Array =>
  pyarrowLike(
    [
      {
        name: "img",
        columns: [
          { name: "bytes", kind: "bytes", values: rows((i) => files[i % files.length]) },
          { name: "path", kind: "string", values: rows(() => null) },
        ],
      },
      label,
    ],
    notes(["bad", "good"]),
    {},
  );

const pixels = (seed: number): Uint8Array =>
  Uint8Array.from({ length: 36 }, (_, j) => (seed * 37 + j * 11) & 255);
const png = (seed: number): Uint8Array => encode({ width: 4, height: 3, channels: 3, data: pixels(seed) });

const read = async (bytes: Uint8Array): Promise<void> => {
  await readSamples(await openTable(bytesSource(bytes), "t.parquet"), { start: 1, count: 4 });
};

const table = (name: string, bytes: Uint8Array): Unnamed => ({
  name,
  pieces: { "t.parquet": bytes },
  read: (pieces) => read(pieces["t.parquet"]),
});

/** A chunk of a PNG with its length and its checksum. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(encoder.encode(type), 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

/** Header and rows of a PNG are damaged; it is then packed with the right lengths and checksums. */
const picture: Unnamed = {
  name: "header and rows",
  pieces: {
    header: Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 3, 8, 2, 0, 0, 0),
    rows: Uint8Array.from({ length: 39 }, (_, i) => (i % 13 === 0 ? i / 13 : 5 * i)),
  },
  read: async ({ header, rows: lines }) => {
    const parts = [
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      chunk("IHDR", header),
      chunk("IDAT", zlibSync(lines)),
      chunk("IEND", new Uint8Array()),
    ];
    const refuse = refuser("p.png", "Use another picture");
    decodePng(Uint8Array.from(parts.flatMap((part) => [...part])), "picture", refuse);
  },
};

export const tableSamples: readonly Sample[] = [
  ...inFormat(
    "parquet",
    table("sentences", sentences({})),
    table("sentences, dictionary and snappy", sentences({ dictionary: true, snappy: true, pageRows: 2 })),
    table("sentences, version 2", sentences({ version: 2, groupRows: 4 })),
    table("images", pictures([png(1), png(2)])),
  ),
  ...inFormat(
    "png",
    {
      name: "in parquet",
      pieces: { first: png(1), second: png(2) },
      read: ({ first, second }) => read(pictures([first, second])),
    },
    picture,
  ),
];

export const tableOfSentences = sentences({ pageRows: 2 });
