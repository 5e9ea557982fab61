import { FormatError } from "../../src/model/errors.ts";
import type { Sample } from "./kinds.ts";
import { mutated } from "./mutate.ts";
import { caseRandom, pick } from "./random.ts";
import { samples } from "./samples.ts";

/** Damaged files must be read or refused: within two seconds, without a jump of memory, and never by another error. */

export const MAX_MS = 2000;
/** Far above what the sound files take, and below what would exhaust a tab. */
export const MAX_BYTES = 256 * 2 ** 20;

export interface Outcome {
  readonly sample: string;
  readonly result: "read" | "refused" | "failed";
  readonly ms: number;
  /** Of a failure. */
  readonly reason?: string;
}

/** The sample of a case. */
export const sampleOf = (index: number, among: readonly Sample[] = samples): Sample =>
  among[index % among.length];

/** The damaged pieces of a case: the same ones whenever seed, index and samples are the same. */
export function damage(
  seed: number,
  index: number,
  among: readonly Sample[] = samples,
): Readonly<Record<string, Uint8Array>> {
  const random = caseRandom(seed, index);
  const { pieces, draw } = sampleOf(index, among);
  if (draw !== undefined) return draw(random);
  const name = pick(random, Object.keys(pieces));
  const donor = pick(random, samples).pieces;
  const bytes = mutated(pieces[name], random, pick(random, Object.values(donor)));
  return { ...pieces, [name]: bytes };
}

export async function runCase(
  seed: number,
  index: number,
  among: readonly Sample[] = samples,
): Promise<Outcome> {
  const sample = sampleOf(index, among);
  const pieces = damage(seed, index, among);
  const before = held();
  const began = performance.now();
  const cpu = process.cpuUsage();
  const error = await sample.read(pieces).then(
    () => null,
    (thrown: unknown) => thrown ?? new Error("nothing was thrown"),
  );
  const { user, system } = process.cpuUsage(cpu);
  // Readers wait for nothing: on a busy machine the time they computed is what counts.
  const ms = Math.min(performance.now() - began, (user + system) / 1000);
  const grown = held() - before;
  const failed = (reason: string): Outcome => ({ sample: sample.name, result: "failed", ms, reason });
  if (error !== null && !(error instanceof FormatError))
    return failed(error instanceof Error ? (error.stack ?? error.message) : String(error));
  if (ms > MAX_MS) return failed(`took ${Math.round(ms)} ms`);
  if (grown > MAX_BYTES) return failed(`took ${Math.round(grown / 2 ** 20)} MB`);
  return { sample: sample.name, result: error === null ? "read" : "refused", ms };
}

/** Bytes of the heap and of typed arrays. */
function held(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
