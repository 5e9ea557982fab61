/**
 * The loss over a line or a plane through the weights, L(theta + a d_1 + b d_2): the points of the grid, the order in
 * which they are measured, and what slope and curvature at the weights predict for them.
 */

/** Steps along each direction: one list for a line, two for a plane. Places on the grid are row-major, the last axis fastest. */
export type GridSteps = readonly (readonly number[])[];

/** `points` equidistant steps from `from` to `to`, both included. Throws RangeError for fewer than two points. */
export function evenSteps(from: number, to: number, points: number): number[] {
  if (!Number.isInteger(points) || points < 2) {
    throw new RangeError(`points: expected a whole number of at least 2, found ${points}`);
  }
  // Weighted from both ends, so that a symmetric range has a symmetric grid and an exact zero in its middle.
  return Array.from({ length: points }, (_, i) => (from * (points - 1 - i) + to * i) / (points - 1));
}

export const placesOf = (steps: GridSteps): number => steps.reduce((n, axis) => n * axis.length, 1);

/** Coordinates [a] or [a, b] of a place. */
export function coordinatesAt(steps: GridSteps, place: number): number[] {
  const at: number[] = [];
  for (let axis = steps.length - 1, rest = place; axis >= 0; axis--) {
    at.unshift(steps[axis][rest % steps[axis].length]);
    rest = Math.floor(rest / steps[axis].length);
  }
  return at;
}

/**
 * All places of a grid from coarse to fine, so that whatever has been measured spans the whole extent: the middle, then
 * a grid of 3 points an axis from end to end, of 5, of 9 and so on, each one holding those before it.
 * @param sizes points along each axis
 */
export function coarseToFine(sizes: readonly number[]): Int32Array {
  const levels = sizes.map(levelsOf);
  const total = sizes.reduce((a, b) => a * b, 1);
  const level = new Uint8Array(total);
  for (let place = 0; place < total; place++) {
    for (let axis = sizes.length - 1, rest = place; axis >= 0; axis--) {
      level[place] = Math.max(level[place], levels[axis][rest % sizes[axis]]);
      rest = Math.floor(rest / sizes[axis]);
    }
  }
  return Int32Array.from(level.keys()).sort((a, b) => level[a] - level[b] || a - b);
}

/**
 * The finest even grid of which every place was among the first `measured` of `coarseToFine`: the indices along each
 * axis. Before the first point it is empty.
 */
export function completeGrid(sizes: readonly number[], measured: number): number[][] {
  const levels = sizes.map(levelsOf);
  const upTo = (level: number): number[][] =>
    levels.map((own) => own.flatMap((found, i) => (found <= level ? [i] : [])));
  const last = Math.max(...levels.flat());
  for (let level = last; level >= 0; level--) {
    const grid = upTo(level);
    if (grid.reduce((places, indices) => places * indices.length, 1) <= measured) return grid;
  }
  return sizes.map(() => []);
}

/** The level at which each of n points along an axis appears: level k has 2^k + 1 points, spread as evenly as n allows. */
function levelsOf(n: number): number[] {
  const levels = new Array<number>(n).fill(-1);
  const middle = (n - 1) / 2;
  for (let k = 0, left = n; left > 0; k++) {
    const intervals = 2 ** k;
    for (let j = 0; j <= intervals; j++) {
      const exact = k === 0 ? middle : (j * (n - 1)) / intervals;
      // Halves go towards the middle, so that an odd number of points stays symmetric.
      const place = exact < middle ? Math.ceil(exact - 0.5 + 1e-9) : Math.floor(exact + 0.5 - 1e-9);
      if (levels[place] >= 0) continue;
      levels[place] = k;
      left--;
    }
  }
  return levels;
}

/** The loss and its first two derivatives at the weights, along m directions. */
export interface Quadratic {
  readonly loss: number;
  /** g . d_i */
  readonly slope: readonly number[];
  /** d_i . H d_j, m rows of m. */
  readonly curvature: readonly (readonly number[])[];
}

/** L + sum_i a_i g.d_i + 1/2 sum_ij a_i a_j d_i.Hd_j: Taylor's second order at coordinates a. */
export function predictedAt({ loss, slope, curvature }: Quadratic, at: readonly number[]): number {
  let sum = loss;
  at.forEach((a, i) => {
    sum += a * slope[i];
    at.forEach((b, j) => {
      sum += (a * b * curvature[i][j]) / 2;
    });
  });
  return sum;
}

/**
 * Measured minus predicted, place by place; null where nothing was measured.
 * @param loss as many as the grid has places
 */
export function predictionResidual(
  quadratic: Quadratic,
  steps: GridSteps,
  loss: readonly (number | null)[],
): (number | null)[] {
  return loss.map((measured, place) =>
    measured === null ? null : measured - predictedAt(quadratic, coordinatesAt(steps, place)),
  );
}

/**
 * The second difference of the measured loss at the weights along one axis, (L(h) - 2 L(0) + L(-h)) / h^2, over the
 * nearest step h that was measured on both sides. It is the mean curvature within h, not that at the weights: in a
 * network with kinks it does not tend to the eigenvalue as h shrinks. Null where the grid has no such three points.
 * @param loss as many as the grid has places
 */
export function measuredCurvature(
  steps: GridSteps,
  loss: readonly (number | null)[],
  axis: number,
): { readonly step: number; readonly curvature: number } | null {
  const zeros = steps.map((along) => along.indexOf(0));
  if (zeros.includes(-1)) return null;
  const at = (index: number): number | null =>
    loss[steps.reduce((place, along, i) => place * along.length + (i === axis ? index : zeros[i]), 0)] ??
    null;
  const [along, zero] = [steps[axis], zeros[axis]];
  const middle = at(zero);
  for (let k = 1; k <= Math.min(zero, along.length - 1 - zero); k++) {
    const [below, above, step] = [at(zero - k), at(zero + k), along[zero + k]];
    if (middle === null || below === null || above === null) continue;
    if (Math.abs(along[zero - k] + step) > 1e-9 * step) return null;
    return { step, curvature: (above - 2 * middle + below) / step ** 2 };
  }
  return null;
}

export interface Grid {
  readonly axes: readonly { readonly steps: readonly number[] }[];
  readonly loss: readonly (number | null)[];
  readonly accuracy: readonly (number | null)[];
  readonly prediction: Quadratic | null;
}

/** What is predicted at every place; null where nothing is. */
export function predictions({ axes, loss, prediction }: Grid): number[] | null {
  if (prediction === null) return null;
  const steps = axes.map((axis) => axis.steps);
  return loss.map((_, place) => predictedAt(prediction, coordinatesAt(steps, place)));
}

/** A landscape as named arrays: steps a (and b), loss, accuracy and what is predicted; NaN where nothing is known. */
export function gridArrays(grid: Grid): Record<string, { data: Float32Array; shape: readonly number[] }> {
  const { axes, loss, accuracy } = grid;
  const shape = axes.map(({ steps }) => steps.length);
  const over = (values: readonly (number | null)[]) => ({
    data: Float32Array.from(values, (value) => value ?? Number.NaN),
    shape,
  });
  const steps = axes.map((axis, i) => [
    ["a", "b"][i],
    { data: Float32Array.from(axis.steps), shape: [axis.steps.length] },
  ]);
  const predicted = predictions(grid);
  return {
    ...Object.fromEntries(steps),
    loss: over(loss),
    accuracy: over(accuracy),
    ...(predicted === null ? {} : { predicted: over(predicted) }),
  };
}
