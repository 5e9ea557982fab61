/**
 * Uniform quantisation of weights to b bits and back: what a deployed network would compute with.
 *
 * Symmetric: q = round(w / s) within +-(2^(b-1) - 1), s = max|w| / (2^(b-1) - 1).
 * Asymmetric: q = round(w / s) + z within 0 to 2^b - 1, s = (max(w, 0) - min(w, 0)) / (2^b - 1), z = round(-min(w, 0) / s),
 * so that zero is represented exactly (Krishnamoorthi 2018, "Quantizing deep convolutional networks", section 2).
 * Halves round to even, as numpy and PyTorch round.
 */

export interface QuantiserOptions {
  /** 2 to 8. */
  readonly bits: number;
  readonly scheme: "symmetric" | "asymmetric";
  /** What shares a scale: the tensor, each output channel (axis 0), or runs of `groupSize` weights within a channel. */
  readonly granularity: "tensor" | "channel" | "group";
  /** For `group`; the last group of a channel may be shorter. */
  readonly groupSize: number;
}

export interface Quantised {
  /** The weights after quantisation, in the order of the tensor. */
  readonly values: Float32Array;
  /** ||values - weights||^2. */
  readonly squaredError: number;
}

/**
 * @param weights row-major in `shape`, axis 0 the output channels
 * @throws RangeError for bits outside 2 to 8 or a group size below 1
 */
export function quantise(
  weights: Float32Array,
  shape: readonly number[],
  options: QuantiserOptions,
): Quantised {
  const { bits, scheme } = options;
  if (!Number.isInteger(bits) || bits < 2 || bits > 8)
    throw new RangeError(`bits: expected 2 to 8, found ${bits}`);
  const values = new Float32Array(weights.length);
  let squaredError = 0;
  const round = scheme === "symmetric" ? symmetricRounding : asymmetricRounding;
  for (const [from, to] of blocks(weights.length, shape, options)) {
    const snap = round(weights.subarray(from, to), bits);
    for (let i = from; i < to; i++) {
      values[i] = snap(weights[i]);
      squaredError += (values[i] - weights[i]) ** 2;
    }
  }
  return { values, squaredError };
}

/** Ranges of weights that share a scale. */
function* blocks(
  length: number,
  shape: readonly number[],
  { granularity, groupSize }: QuantiserOptions,
): Generator<[number, number]> {
  const row = granularity === "tensor" || shape.length === 0 ? length : length / shape[0];
  const step = granularity === "group" ? Math.min(row, groupSize) : row;
  if (!(step >= 1)) throw new RangeError(`groupSize: expected at least 1, found ${groupSize}`);
  for (let start = 0; start < length; start += row)
    for (let from = start; from < start + row; from += step) yield [from, Math.min(from + step, start + row)];
}

type Snap = (w: number) => number;

function symmetricRounding(block: Float32Array, bits: number): Snap {
  const levels = 2 ** (bits - 1) - 1;
  const largest = block.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  if (largest === 0) return (w) => w;
  const scale = largest / levels;
  return (w) => Math.max(-levels, Math.min(levels, roundHalfEven(w / scale))) * scale;
}

function asymmetricRounding(block: Float32Array, bits: number): Snap {
  const levels = 2 ** bits - 1;
  const low = block.reduce((least, w) => Math.min(least, w), 0);
  const high = block.reduce((most, w) => Math.max(most, w), 0);
  if (low === high) return (w) => w;
  const scale = (high - low) / levels;
  const zero = roundHalfEven(-low / scale);
  return (w) => (Math.max(0, Math.min(levels, roundHalfEven(w / scale) + zero)) - zero) * scale;
}

function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
}
