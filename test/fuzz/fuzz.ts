import { type FormatName, faultOf } from "./formats.ts";
import type { Sample } from "./kinds.ts";
import { measured, SPARE } from "./memory.ts";
import { mutated } from "./mutate.ts";
import { caseRandom, pick } from "./random.ts";
import { samples } from "./samples.ts";

/**
 * Damaged files must be read or refused: within two seconds, in memory of twice the file, and by a refusal that names its
 * place, never by another error.
 */

export const MAX_MS = 2000;

export interface Outcome {
  readonly sample: string;
  readonly format: FormatName;
  readonly result: "read" | "refused" | "failed";
  readonly ms: number;
  /** Memory beyond twice the file, in bytes. */
  readonly bytes: number;
  /** Of a failure. */
  readonly reason?: string;
}

export type Pieces = Readonly<Record<string, Uint8Array>>;

/** The sample of a case. */
export const sampleOf = (index: number, among: readonly Sample[] = samples): Sample =>
  among[index % among.length];

/** The damaged pieces of a case: the same ones whenever seed, index and samples are the same. */
export function damage(seed: number, index: number, among: readonly Sample[] = samples): Pieces {
  const random = caseRandom(seed, index);
  const { pieces, draw } = sampleOf(index, among);
  if (draw !== undefined) return draw(random);
  const name = pick(random, Object.keys(pieces));
  const donor = pick(random, samples).pieces;
  const bytes = mutated(pieces[name], random, pick(random, Object.values(donor)));
  return { ...pieces, [name]: bytes };
}

export const runCase = (seed: number, index: number, among: readonly Sample[] = samples): Promise<Outcome> =>
  runPieces(sampleOf(index, among), damage(seed, index, among));

/** Reads pieces as those of a sample. */
export async function runPieces(sample: Sample, pieces: Pieces, most = MAX_MS): Promise<Outcome> {
  const size = Object.values(pieces).reduce((sum, { length }) => sum + length, 0);
  let [error, ms, taken] = await attempt(sample, pieces);
  // Something was collected meanwhile, perhaps the garbage of cases before: alone, it can be told.
  if (taken.collected) [error, ms, taken] = await attempt(sample, pieces);
  const bytes = taken.bytes - 2 * size;
  const { name, format } = sample;
  const failed = (reason: string): Outcome => ({
    ...{ sample: name, format, ms, bytes },
    result: "failed",
    reason,
  });
  const fault = error === null ? null : faultOf(format, error);
  if (fault !== null) return failed(fault);
  if (ms > most) return failed(`took ${Math.round(ms)} ms`);
  if (bytes > SPARE) return failed(`took ${Math.round(taken.bytes / 2 ** 20)} MB for ${size} bytes`);
  return { ...{ sample: name, format, ms, bytes }, result: error === null ? "read" : "refused" };
}

async function attempt(sample: Sample, pieces: Pieces) {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const { value: error, ...taken } = await measured(() =>
    sample.read(pieces).then(
      () => null,
      (thrown: unknown) => thrown ?? new Error("nothing was thrown"),
    ),
  );
  const { user, system } = process.cpuUsage(cpu);
  // Readers wait for nothing: on a busy machine the time they computed is what counts.
  return [error, Math.min(performance.now() - began, (user + system) / 1000), taken] as const;
}
