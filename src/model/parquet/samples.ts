/** Rows of a Parquet file to samples with labels, as an npz file or a table of sentences would hold them. */

import { decodePng } from "../images/png.ts";
import { limits } from "../limits.ts";
import type { Tensors } from "../tensor.ts";
import { type Features, findFeatures } from "./features.ts";
import type { Cell } from "./pages.ts";
import { clipRange, type Range, readColumns, type Table } from "./table.ts";

export interface TextRow {
  /** One sentence, or a pair. */
  readonly texts: readonly string[];
  readonly label: number;
}

export type Samples = { readonly classNames: readonly string[] | null } & (
  | { readonly kind: "images"; readonly arrays: Tensors }
  | { readonly kind: "text"; readonly rows: readonly TextRow[] }
);

/** Rows as they are in the file, not decoded: what a smaller file of the same kind is made of. */
export interface RawRows {
  readonly features: Features;
  readonly labels: readonly number[];
  /** One or two columns of bytes. */
  readonly columns: readonly (readonly Uint8Array[])[];
}

/** @throws FormatError */
export async function readRawRows(table: Table, range: Range): Promise<RawRows> {
  const features = findFeatures(table);
  const { image, texts, label } = features;
  const sources = image === null ? texts : [image];
  const { start, count } = clipRange(table, range);
  const cells = await readColumns(table, [...sources, label], { start, count });
  const column = (name: string): readonly Cell[] => cells.get(name) ?? [];
  const labels = column(label.name).map((cell, i) => {
    if (typeof cell === "number" && cell >= 0 && cell < limits.classes) return cell;
    const found = `${cell === null ? "nothing" : cell} in row ${start + i}`;
    const remedy = "Splits for contests keep their labels secret as -1: choose the validation split";
    return table.refuse(label.name, `labels from 0 to ${limits.classes - 1}`, found, remedy);
  });
  const columns = sources.map(({ name }) =>
    column(name).map((cell, i) =>
      cell instanceof Uint8Array
        ? cell
        : table.refuse(name, "bytes in every row", `nothing in row ${start + i}`),
    ),
  );
  return { features, labels, columns };
}

/** @throws FormatError */
export async function readSamples(table: Table, range: Range): Promise<Samples> {
  const { features, labels, columns } = await readRawRows(table, range);
  const { classNames, image, texts } = features;
  if (image !== null) {
    return { kind: "images", classNames, arrays: imageArrays(table, image.name, columns[0], labels) };
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const sentence = (column: number, row: number): string => {
    try {
      return decoder.decode(columns[column][row]);
    } catch {
      return table.refuse(texts[column].name, "UTF-8", `other bytes in row ${range.start + row}`);
    }
  };
  const rows = labels.map((label, row) => ({
    texts: columns.map((_, column) => sentence(column, row)),
    label,
  }));
  return { kind: "text", classNames, rows };
}

/** `images`, uint8 [N,H,W,3], and `labels`, int32 [N]. All images must have the size of the first. */
function imageArrays(
  { refuse }: Table,
  name: string,
  files: readonly Uint8Array[],
  labels: readonly number[],
): Tensors {
  const place = (i: number) => `${name} ${i}`;
  const first = decodePng(files[0], place(0), refuse);
  const { width, height } = first;
  const size = width * height * 3;
  if (size * files.length > limits.inflatedBytes) {
    refuse(
      name,
      `at most ${limits.inflatedBytes} bytes of pixels`,
      `${size * files.length}`,
      "Choose fewer rows",
    );
  }
  const data = new Uint8Array(size * files.length);
  files.forEach((file, i) => {
    const image = i === 0 ? first : decodePng(file, place(i), refuse);
    if (image.width !== width || image.height !== height) {
      refuse(
        place(i),
        `images of ${width} by ${height} pixels, as the first`,
        `${image.width} by ${image.height}`,
      );
    }
    data.set(image.rgb, i * size);
  });
  const shape = [files.length, height, width, 3];
  return new Map([
    ["images", { name: "images", dtype: "uint8", shape, data }],
    ["labels", { name: "labels", dtype: "int32", shape: [labels.length], data: Int32Array.from(labels) }],
  ]);
}
