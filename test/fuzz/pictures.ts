import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { readImages } from "../../src/model/images/arrays.ts";
import { listTable } from "../../src/model/images/listing.ts";
import { sizingOf } from "../../src/model/images/sizing.ts";
import { inFormat, type Sample, type Unnamed } from "./kinds.ts";

/** Image files and the tables that list them. */

const read = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(resolve(process.env.EIGENSCOPE_ROOT ?? ".", "test/fixtures/images", name)));

const image = (name: string): Unnamed => ({
  name,
  pieces: { [name]: read(name) },
  read: async (pieces) => {
    const listing = { source: "", classNames: null, warnings: [], labels: Int32Array.of(0) };
    readImages({ ...listing, files: [{ name, bytes: pieces[name] }] }, sizingOf(6, 4));
  },
});

const list: Unnamed = {
  name: "file and label",
  pieces: { "l.csv": new TextEncoder().encode('file,label\n"a/1.png",cat\na/2.png,dog\n') },
  read: async (pieces) => {
    const files = ["a/1.png", "a/2.png"].map((name) => ({ name, bytes: new Uint8Array() }));
    listTable({ name: "l.csv", bytes: pieces["l.csv"] }, files, null);
  },
};

export const pictureSamples: readonly Sample[] = [
  ...inFormat("jpeg", ...["progressive.jpg", "subsampled.jpg", "grey.jpg"].map(image)),
  ...inFormat("png", ...["palette-4.png", "rgba.png"].map(image)),
  ...inFormat("list of pictures", list),
];
