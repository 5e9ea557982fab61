import { encode } from "fast-png";
import { pyarrowLike } from "../fixtures/parquet.ts";

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
    { groupRows: 4, snappy: true },
  );
