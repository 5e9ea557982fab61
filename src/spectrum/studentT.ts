/**
 * Student's t distribution: the half width of an interval from few samples. With 4 samples 1.96 standard errors cover
 * the truth far less than 95 % of the time; the quantile 3.18 does what is promised.
 */
import { incompleteBeta } from "./special.ts";

/** P(T <= t) with `degrees` degrees of freedom (Abramowitz and Stegun 26.7.1 through the incomplete beta function). */
export function studentTCdf(t: number, degrees: number): number {
  const tail = 0.5 * incompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t));
  return t > 0 ? 1 - tail : tail;
}

/** The t with P(T <= t) = p, by bisection to float64. Throws for p outside (0, 1) or degrees below 1. */
export function studentTQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`Student t: expected 0 < p < 1, found ${p}`);
  if (!(degrees >= 1))
    throw new RangeError(`Student t: expected at least 1 degree of freedom, found ${degrees}`);
  if (p === 0.5) return 0;
  if (p < 0.5) return -studentTQuantile(1 - p, degrees);
  let high = 1;
  while (studentTCdf(high, degrees) < p) high *= 2;
  let low = 0;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentTCdf(middle, degrees) < p) low = middle;
    else high = middle;
  }
}
