/** Where a vector has its length: sums of squares over tensors and over the slices of their first axes. */

export interface SegmentMass {
  readonly mass: number;
  readonly channels: number;
  readonly largest: readonly { readonly channel: number; readonly mass: number }[];
}

/**
 * Of one tensor, row-major of the given shape, relative to `total`, the squared length of the whole vector. A channel is a slice
 * along the first axis, as PyTorch orders weights: [out, in, ...].
 */
export function massOf(
  part: ArrayLike<number>,
  shape: readonly number[],
  total: number,
  keep: number,
): SegmentMass {
  const channels = shape[0] ?? 1;
  const size = part.length / channels;
  const masses = new Float64Array(channels);
  for (let i = 0; i < part.length; i++) masses[Math.floor(i / size)] += (part[i] * part[i]) / total;
  const order = Array.from(masses.keys()).sort((a, b) => masses[b] - masses[a]);
  return {
    mass: masses.reduce((sum, mass) => sum + mass, 0),
    channels,
    largest: order.slice(0, keep).map((channel) => ({ channel, mass: masses[channel] })),
  };
}

/** (sum v^2)^2 / sum v^4: n for n equal entries, 1 for a single one. */
export function participation(v: ArrayLike<number>): number {
  let [squares, fourths] = [0, 0];
  for (let i = 0; i < v.length; i++) {
    const square = v[i] * v[i];
    squares += square;
    fourths += square * square;
  }
  return fourths === 0 ? 0 : (squares * squares) / fourths;
}
