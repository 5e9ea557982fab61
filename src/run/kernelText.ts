/** What a table of measured kernels comes to, for the command and for the page. */

import type { KernelTable, TableSummary } from "./kernelTypes.ts";

export { shapeKey, tilingText } from "../gpu/tiling.ts";

export function summaryOfTable({ entries }: KernelTable): TableSummary {
  const total = (place: (chosen: number) => number): number =>
    entries.reduce((sum, { uses, measured, chosen }) => sum + uses * measured[place(chosen)].ms, 0);
  return {
    shapes: entries.length,
    others: entries.filter(({ chosen }) => chosen > 0).length,
    usualMs: total(() => 0),
    chosenMs: total((chosen) => chosen),
  };
}
