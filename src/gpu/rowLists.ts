/**
 * Which rows carry the same index, as a linked list per index. Indices are inputs, so the CPU makes the lists when it
 * writes them, and a scatter needs neither atomics nor a search: it walks a list in order.
 */

import type { View } from "./view.ts";

/** Where a program keeps the lists of one index input, for a table of `first.shape[0]` rows. */
export interface RowLists {
  readonly input: string;
  /** i32 [rows]: place of the first index of this value, or -1. */
  readonly first: View;
  /** i32 [k]: place of the next index of the same value, or -1. */
  readonly next: View;
}

/** Throws if an index lies outside the table: a shader would read beyond it. */
export function rowLists(
  indices: ArrayLike<number>,
  rows: number,
): { readonly first: Int32Array; readonly next: Int32Array } {
  const first = new Int32Array(rows).fill(-1);
  const next = new Int32Array(indices.length).fill(-1);
  for (let i = indices.length - 1; i >= 0; i--) {
    const index = indices[i];
    if (!(index >= 0 && index < rows))
      throw new Error(`internal: index ${index} at element ${i} lies outside a table of ${rows} rows`);
    next[i] = first[index];
    first[index] = i;
  }
  return { first, next };
}
