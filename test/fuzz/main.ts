/** The fuzzer as a command: cases run in a worker, which is ended when one takes too long. */

import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { MAX_MS, type Outcome, runCase, sampleOf } from "./fuzz.ts";
import type { Sample } from "./kinds.ts";
import { samples } from "./samples.ts";

const HELP = `npm run fuzz -- [flags]

Damages sound files of every format that is read, and reads them. Each must be read or refused by a sentence, within
${MAX_MS / 1000} s and without a jump of memory.

  --seconds N   how long (default 60)
  --seed N      which damage (default 1); the same seed gives the same cases
  --only TEXT   formats whose name contains this text
  --case N      one case again, with the error as it was thrown
`;

interface Job {
  readonly seed: number;
  readonly only: string;
  /** First case. */
  readonly from: number;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** Number of the running case, and when it began: read by the other thread. */
  readonly clock: Float64Array;
}

const among = (only: string): readonly Sample[] => samples.filter(({ name }) => name.includes(only));

type Message = { readonly index: number; readonly outcome: Outcome } | "end";

async function work({ seed, only, from, until, clock }: Job): Promise<void> {
  const chosen = among(only);
  for (let index = from; Date.now() < until; index++) {
    clock[0] = index;
    clock[1] = Date.now();
    const outcome = await runCase(seed, index, chosen);
    parentPort?.postMessage({ index, outcome } satisfies Message);
  }
  clock[1] = 0;
  parentPort?.postMessage("end" satisfies Message);
}

if (!isMainThread && workerData !== null) await work(workerData as Job);

interface Tally {
  cases: number;
  refused: number;
  slowest: number;
}

/** Runs a worker until the time is over, it dies, or a case hangs. @returns the first case that is still to do, or null */
function watch(job: Job, take: (index: number, outcome: Outcome) => void): Promise<number | null> {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  return new Promise((resolve) => {
    const stop = (next: number | null): void => {
      clearInterval(timer);
      worker.removeAllListeners();
      void worker.terminate().then(() => resolve(next));
    };
    const fail = (reason: string): void => {
      const [index] = job.clock;
      const { name } = sampleOf(index, among(job.only));
      take(index, { sample: name, result: "failed", ms: Date.now() - job.clock[1], reason });
      stop(index + 1);
    };
    const timer = setInterval(() => {
      const [, began] = job.clock;
      if (began > 0 && Date.now() - began > 2 * MAX_MS) fail(`did not end within ${(2 * MAX_MS) / 1000} s`);
    }, 100);
    worker.on("message", (message: Message) => {
      if (message === "end") stop(null);
      else take(message.index, message.outcome);
    });
    worker.on("error", (error: Error) => fail(`ended the thread: ${error.message}`));
  });
}

const whole = (text: string, name: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${name} takes a whole number from 0 on, not "${text}".`);
  return value;
};

/** @returns 0 if no case failed */
export async function main(argv: readonly string[]): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { seconds: text, seed: text, only: text, case: text, help: { type: "boolean" } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const seed = whole(values.seed ?? "1", "seed");
  const seconds = whole(values.seconds ?? "60", "seconds");
  const only = values.only ?? "";
  if (among(only).length === 0)
    throw new Error(
      `No format is called "${only}". The formats: ${samples.map(({ name }) => name).join(", ")}.`,
    );
  if (values.case !== undefined) {
    const outcome = await runCase(seed, whole(values.case, "case"), among(only));
    process.stdout.write(
      `${outcome.sample}: ${outcome.result} in ${outcome.ms.toFixed(1)} ms\n${outcome.reason ?? ""}\n`,
    );
    return outcome.result === "failed" ? 1 : 0;
  }

  const tallies = new Map<string, Tally>();
  /** The first case of each kind of failure, and how many there were. */
  const failures = new Map<string, { readonly first: number; readonly reason: string; count: number }>();
  const take = (index: number, { sample, result, ms, reason = "" }: Outcome): void => {
    const tally = tallies.get(sample) ?? { cases: 0, refused: 0, slowest: 0 };
    tallies.set(sample, tally);
    tally.cases++;
    if (result === "refused") tally.refused++;
    tally.slowest = Math.max(tally.slowest, ms);
    if (result !== "failed") return;
    const kind = `${sample} ${reason.split("\n").slice(0, 3).join("\n").replace(/\d+/g, "0")}`;
    const known = failures.get(kind);
    if (known) known.count++;
    else failures.set(kind, { first: index, reason, count: 1 });
  };
  const until = Date.now() + 1000 * seconds;
  const clock = new Float64Array(new SharedArrayBuffer(16));
  for (let from: number | null = 0; from !== null && Date.now() < until; ) {
    clock[1] = 0;
    from = await watch({ seed, only, from, until, clock }, take);
  }

  const width = Math.max(...samples.map(({ name }) => name.length));
  for (const [name, { cases, refused, slowest }] of tallies)
    process.stdout.write(
      `${name.padEnd(width)}  ${`${cases}`.padStart(7)} cases  ${`${refused}`.padStart(7)} refused  slowest ${slowest.toFixed(0)} ms\n`,
    );
  for (const { first, reason, count } of failures.values()) {
    const again = `npm run fuzz -- --seed ${seed}${only === "" ? "" : ` --only "${only}"`} --case ${first}`;
    process.stdout.write(`\nFAILED ${count} time${count === 1 ? "" : "s"}: ${again}\n${reason}\n`);
  }
  const cases = [...tallies.values()].reduce((n, tally) => n + tally.cases, 0);
  process.stdout.write(`\n${cases} cases from seed ${seed}, ${failures.size} kinds of failure\n`);
  return failures.size > 0 ? 1 : 0;
}
