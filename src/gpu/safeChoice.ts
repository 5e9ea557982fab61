/**
 * Which texts the kernels take on a device, by its numerics passport. A sound device takes the usual ones and no safe path;
 * a function that misses its bound gets another text, and a function that hides a NaN one that keeps it.
 */

import type { Passport } from "./passport.ts";
import { pathOf, RUNGS, type SafePath } from "./safePaths.ts";

/** The paths that keep a NaN visible. They go by bits, so they are of use where kernels carry and see the bits of one. */
export function nanPaths({ nonFinite }: Passport): SafePath[] {
  const { carried, seenByBits, hiddenByMaximum, hiddenBy = [] } = nonFinite;
  if (!carried || !seenByBits) return [];
  const functions = hiddenBy.map((name): SafePath => `${name} keeps NaN`);
  return [...(hiddenByMaximum ? (["maximum keeps NaN"] as const) : []), ...functions];
}

/** The paths to try next on a device with this passport; null where no function misses its bound that has another text. */
export function nextPaths(passport: Passport): readonly SafePath[] | null {
  const paths = passport.paths ?? [];
  const failing = passport.functions.filter(({ used, passed }) => used && !passed);
  for (const rungs of RUNGS) {
    const moves = failing.flatMap(({ name }) => {
      const ladder = rungs[name] ?? [];
      const now = pathOf(name, paths);
      const next = ladder[now === undefined ? 0 : ladder.indexOf(now) + 1];
      return next === undefined ? [] : [{ now, next }];
    });
    if (moves.length > 0) {
      const kept = paths.filter((path) => moves.every(({ now }) => path !== now));
      return [...new Set([...kept, ...moves.map(({ next }) => next)])];
    }
  }
  return null;
}

/** Of passports on different paths, the one with the fewest faults, then the smallest: the first of equals. */
export function bestOf(passports: readonly Passport[]): Passport {
  const rank = ({ functions }: Passport): readonly [number, number] => {
    const used = functions.filter((row) => row.used);
    return [
      used.filter(({ passed }) => !passed).length,
      Math.max(...used.map(({ worst, bound }) => worst / bound)),
    ];
  };
  return passports.reduce((best, other) => {
    const [a, b] = [rank(best), rank(other)];
    return b[0] < a[0] || (b[0] === a[0] && b[0] > 0 && b[1] < a[1]) ? other : best;
  });
}
