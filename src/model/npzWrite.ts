import { zipSync } from "fflate";
import { writeNpy, writeNpyText } from "./npy.ts";

interface Floats {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly number[];
}

/** Writes an npz file of float arrays and texts, uncompressed, as numpy.savez does. */
export function writeNpz(arrays: Readonly<Record<string, Floats | string>>): Uint8Array {
  const entries = Object.entries(arrays).map(([key, array]) => [
    `${key}.npy`,
    typeof array === "string" ? writeNpyText(array) : writeNpy(array.data, array.shape),
  ]);
  // A fixed date, so that equal arrays make equal files.
  return zipSync(Object.fromEntries(entries), { level: 0, mtime: "1980-01-01" });
}
