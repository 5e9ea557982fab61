/** The lines of one pair of power iteration: error of the value, residual, and the rate that theory promises. Pure. */
import type { PowerPairFacts } from "../../store/lesson/power.ts";
import { lesson as words } from "../../strings/en.ts";
import type { Series } from "../charts/convergenceGeometry.ts";

/** The promised line ends in the last residual, so that slopes can be compared. */
export function powerSeries({ exact, rate, steps }: PowerPairFacts): Series[] {
  const last = steps[steps.length - 1];
  const promised = steps.map(({ iteration }) => {
    const value = last.residual * rate ** (iteration - last.iteration);
    // Where it would start off the chart, the bulk still rules and the promise means nothing.
    return rate > 0 && value <= 2 * steps[0].residual ? value : null;
  });
  return [
    { name: words.power.residual, look: "first", values: steps.map(({ residual }) => residual) },
    { name: "|θ − λ|", look: "second", values: steps.map(({ value }) => Math.abs(value - exact)) },
    { name: words.power.promised, look: "promised", values: promised },
  ];
}
