/** How times are taken: interleaved, several rounds, medians. */

/** The value that a share of them does not exceed; NaN of none. */
export const quantile = (values: readonly number[], share: number): number =>
  values.length === 0
    ? Number.NaN
    : [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Milliseconds. */
export async function timed(job: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await job();
  return performance.now() - start;
}

/** Times of several jobs in milliseconds, a list of rounds for each; the jobs take turns, because machines are noisy. */
export async function inTurn<K extends string>(
  jobs: Readonly<Record<K, () => Promise<unknown>>>,
  rounds: number,
): Promise<Record<K, number[]>> {
  const names = Object.keys(jobs) as K[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 0; round < rounds; round++)
    for (const name of names) times[name].push(await timed(jobs[name]));
  return times;
}

/** Median of a[i] / b[i]: the rounds of two jobs that took turns, so that what both suffered from drops out. */
export const ratio = (a: readonly number[], b: readonly number[]): number =>
  median(a.map((x, i) => x / b[i]));
