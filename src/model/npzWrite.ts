import { zipSync } from "fflate";
import { writeNpy } from "./npy.ts";

/** Writes an npz file of float arrays, uncompressed, as numpy.savez does. */
export function writeNpz(
  arrays: Readonly<
    Record<string, { readonly data: Float32Array | Float64Array; readonly shape: readonly number[] }>
  >,
): Uint8Array {
  const entries = Object.entries(arrays).map(([key, { data, shape }]) => [
    `${key}.npy`,
    writeNpy(data, shape),
  ]);
  // A fixed date, so that equal arrays make equal files.
  return zipSync(Object.fromEntries(entries), { level: 0, mtime: "1980-01-01" });
}
