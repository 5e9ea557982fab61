/**
 * Student's t distribution: the half width of an interval from few samples. With 4 samples 1.96 standard errors cover
 * the truth far less than 95 % of the time; the quantile 3.18 does what is promised.
 */

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

/** Regularised incomplete beta function I_x(a, b) by its continued fraction (DLMF 8.17.22), to about 1e-14. */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean; above it the symmetric one does.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const factor = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a),
  );
  const tiny = 1e-300;
  // Lentz's method, two terms of the fraction a round.
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 2 * Number.EPSILON) break;
  }
  return factor * fraction;

  function guarded(y: number): number {
    return Math.abs(y) < tiny ? tiny : y;
  }
}

/** ln Gamma(x), x > 0: Stirling's series (DLMF 5.11.1) after shifting x above 15, where six terms reach 1e-16. */
function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 15; y++) shift += Math.log(y);
  const r = 1 / (y * y);
  const series =
    (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))))) / y;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
