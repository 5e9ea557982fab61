/** The choice of bits among options that are known: what the engine and the page share. Pure. */

import { ParetoFront, type Plan, type PlanGroup, tieGroups } from "../spectrum/bitPlan.ts";
import { selectTensors } from "./params.ts";

/**
 * Places of the tensors that share their bits; sets that overlap are one.
 * @param tied names or patterns (params.ts)
 * @throws FormatError for a pattern that no tensor fits
 */
export function tiedSets(names: readonly string[], tied: readonly (readonly string[])[]): number[][] {
  const sets: Set<number>[] = [];
  for (const patterns of tied) {
    const joined = new Set(selectTensors(names, patterns).map((name) => names.indexOf(name)));
    for (const other of sets.filter((set) => [...set].some((row) => joined.has(row)))) {
      for (const row of other) joined.add(row);
      sets.splice(sets.indexOf(other), 1);
    }
    sets.push(joined);
  }
  return sets.map((set) => [...set].sort((a, b) => a - b));
}

/** @throws TooManyPlans where memory does not hold the front */
export const frontOf = (rows: readonly PlanGroup[], tied: readonly (readonly number[])[]): ParetoFront =>
  new ParetoFront(tieGroups(rows, tied));

/** Bits of each row. Groups stand in the order of their first rows, as `tieGroups` makes them. */
export function bitsByRow(rows: number, { choice }: Plan, tied: readonly (readonly number[])[]): number[] {
  const first = new Map<number, number>();
  for (const set of tied) for (const row of set) first.set(row, set[0]);
  const bits: number[] = [];
  let group = 0;
  for (let i = 0; i < rows; i++) {
    const leader = first.get(i) ?? i;
    bits.push(leader === i ? choice[group++].bits : bits[leader]);
  }
  return bits;
}
