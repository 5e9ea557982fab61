import { encode } from "fast-png";
import type { DataSource } from "../../src/run/protocol.ts";
import { type Layout, pyarrowLike } from "../fixtures/parquet.ts";

/** Parquet files of images as a user would drop them. */

export const labelled = (names: readonly string[]) => ({
  huggingface: JSON.stringify({ info: { features: { label: { names, _type: "ClassLabel" } } } }),
});
/** uint8 RGB images, each [height,width,3], as CIFAR-10's Parquet files hold them. */
export const imageTable = (
  images: readonly Uint8Array[],
  [height, width]: readonly [number, number],
  labels: readonly number[],
  names: readonly string[],
  layout: Partial<Layout> = { groupRows: 4, snappy: true },
): Uint8Array =>
  pyarrowLike(
    [
      {
        name: "img",
        columns: [
          {
            name: "bytes",
            kind: "bytes",
            values: images.map((data) => encode({ width, height, channels: 3, data })),
          },
          { name: "path", kind: "string", values: images.map(() => null) },
        ],
      },
      { name: "label", kind: "int", values: labels },
    ],
    labelled(names),
    layout,
  );

/** Six images of 9 x 8 pixels for `resnet8`. */
export function pictures(layout: Partial<Layout>): DataSource {
  const images = Array.from({ length: 6 }, (_, n) =>
    Uint8Array.from({ length: 9 * 8 * 3 }, (_, i) => (37 * n + 11 * i) & 255),
  );
  const bytes = imageTable(images, [9, 8], [0, 1, 2, 0, 1, 2], ["a", "b", "c"], layout);
  const half = [0.5, 0.5, 0.5];
  return { kind: "files", files: [{ name: "t.parquet", bytes }], options: { mean: half, std: half } };
}
