/**
 * Random probe vectors that are a pure function of (seed, probe, element), the same on every machine: u32 arithmetic
 * only (wrapping product, xor, shift), so that a shader can make the very same signs. In WGSL:
 *
 *   fn mix(x0: u32) -> u32 { var x = x0; x ^= x >> 16u; x *= 0x7feb352du; x ^= x >> 15u; x *= 0x846ca68bu;
 *                            x ^= x >> 16u; return x; }
 *   sign of element i = select(1.0, -1.0, (mix(mix(i ^ key.x) + key.y) >> 31u) == 1u)
 *
 * with the two words of `probeKey` as uniforms. `mix` is lowbias32 by C. Wellons ("Prospecting for Hash Functions",
 * 2018, public domain). Two words of key, one on either side of the first mixing, since with a single word i ^ key
 * one probe would be a mere reordering of another whenever their keys agree in the high bits.
 */

export type ProbeDistribution = "rademacher" | "gaussian";

/** What identifies a set of probes: with a probe number it determines every element. */
export interface ProbeSource {
  /** u32 */
  readonly seed: number;
  readonly distribution: ProbeDistribution;
}

/** lowbias32: a bijection of the 32-bit integers in which every input bit flips every output bit half of the time. */
export function mix(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The two key words of a probe: all that a shader needs to know of seed and probe. */
export function probeKey(seed: number, probe: number): readonly [number, number] {
  for (const [name, value] of [
    ["seed", seed],
    ["probe", probe],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
      throw new RangeError(`${name}: expected an integer from 0 to 4294967295, found ${value}`);
    }
  }
  // 0x9e3779b9 = 2^32 / golden ratio: keeps the all-zero input away from the fixed point mix(0) = 0.
  const first = mix(mix(seed + 0x9e3779b9) ^ probe);
  return [first, mix(first + 0x9e3779b9)];
}

/** 32 pseudo-random bits of element i under the key. */
export function elementHash(key: readonly [number, number], i: number): number {
  return mix(mix(i ^ key[0]) + key[1]);
}

/** Uniform on (0, 1): never 0 or 1, so that logarithms are finite. */
export const uniformElement = (key: readonly [number, number], i: number): number =>
  (elementHash(key, i) + 0.5) / 2 ** 32;

/** Standard normal, by Box and Muller on two hashes; swapped key words make the second draw unrelated to the first. */
export const normalElement = (key: readonly [number, number], i: number): number =>
  Math.sqrt(-2 * Math.log((elementHash(key, i) + 1) / 2 ** 32)) *
  Math.cos((2 * Math.PI * elementHash([key[1], key[0]], i)) / 2 ** 32);

/** Standard Gumbel: the largest of x_c + such numbers is c with probability softmax(x)_c. */
export const gumbelElement = (key: readonly [number, number], i: number): number =>
  -Math.log(-Math.log(uniformElement(key, i)));

/** +1 or -1 for element i of the probe: the top bit of its hash. */
export function rademacherSign(seed: number, probe: number, i: number): 1 | -1 {
  return elementHash(probeKey(seed, probe), i) >>> 31 === 1 ? -1 : 1;
}

/**
 * The probe scaled to unit length, n elements. Both distributions satisfy E[n v v'] = I, so n v'Hv estimates the
 * trace and n v_l'(Hv)_l the trace of block l. Gaussian directions use float64 log and cos: repeatable on one
 * JavaScript engine, equal across engines to rounding only. Throws for a seed or probe outside u32.
 */
export function unitProbe(n: number, source: ProbeSource, probe: number): Float64Array {
  const key = probeKey(source.seed, probe);
  const out = new Float64Array(n);
  if (source.distribution === "rademacher") {
    const size = 1 / Math.sqrt(n);
    for (let i = 0; i < n; i++) out[i] = elementHash(key, i) >>> 31 === 1 ? -size : size;
    return out;
  }
  let square = 0;
  for (let i = 0; i < n; i++) {
    out[i] = normalElement(key, i);
    square += out[i] * out[i];
  }
  const norm = Math.sqrt(square);
  for (let i = 0; i < n; i++) out[i] /= norm;
  return out;
}
