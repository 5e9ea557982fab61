/** Numbers by chance for the fuzzer: the same ones for the same seed and case. */

import { seeded } from "../autograd/seeded.ts";

export type Random = () => number;

/** A generator for one case of one run. */
export const caseRandom = (seed: number, index: number): Random => {
  const random = seeded((Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0);
  // Neighbouring cases begin in neighbouring states: the first numbers are not used.
  for (let i = 0; i < 4; i++) random();
  return random;
};

export const below = (random: Random, n: number): number => Math.floor(random() * n);
export const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)];
