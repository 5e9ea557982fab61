/** Cases in a thread of their own, which is ended when one hangs or exhausts its memory. */
import { setFlagsFromString } from "node:v8";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { type FormatName, formatNames } from "./formats.ts";
import { MAX_MS, type Outcome, runCase, sampleOf } from "./fuzz.ts";
import type { Sample } from "./kinds.ts";
import { SPARE, watchCollections } from "./memory.ts";
import { samples } from "./samples.ts";

export interface Job {
  readonly seed: number;
  readonly format: FormatName;
  /** First case, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** Number of the running case, and when it began: read by the other thread. */
  readonly clock: Float64Array;
}

export const samplesOf = (format: FormatName): readonly Sample[] =>
  samples.filter((sample) => sample.format === format);

type Message = { readonly index: number; readonly outcome: Outcome } | "end";

/** What the first case of a thread takes is that of compiling it, which is no memory of the case. */
const WARMING = 3;

async function work({ seed, format, from, to, until, clock }: Job): Promise<void> {
  watchCollections();
  const chosen = samplesOf(format);
  for (let i = 0; i < WARMING; i++) for (const sample of chosen) await sample.read(sample.pieces);
  for (let index = from; index < to && Date.now() < until; index++) {
    clock[0] = index;
    clock[1] = Date.now();
    const outcome = await runCase(seed, index, chosen);
    parentPort?.postMessage({ index, outcome } satisfies Message);
  }
  clock[1] = 0;
  parentPort?.postMessage("end" satisfies Message);
}

/** Waited for on a busy machine before a case is said to hang, ms: its own time is what counts when it ends. */
const PATIENCE = 5 * MAX_MS;

/**
 * Runs a thread until its cases are done, the time is over, it dies, or a case hangs.
 * @returns the case after one that ended the thread, else null
 * @throws the error of a sound file
 */
export function watch(job: Job, take: (index: number, outcome: Outcome) => void): Promise<number | null> {
  // Threads that begin from now on can be told to collect their garbage.
  setFlagsFromString("--expose-gc");
  const worker = new Worker(new URL(import.meta.url), {
    workerData: job,
    // Garbage lies until the next case, so that all that a case asks for is counted.
    resourceLimits: { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: (16 * SPARE) / 2 ** 20 },
  });
  return new Promise((resolve, reject) => {
    const stop = (next: number | null): void => {
      clearInterval(timer);
      worker.removeAllListeners();
      void worker.terminate().then(() => resolve(next));
    };
    const fail = (reason: string): void => {
      const [index] = job.clock;
      const { name, format } = sampleOf(index, samplesOf(job.format));
      const ms = Date.now() - job.clock[1];
      take(index, { sample: name, format, result: "failed", ms, bytes: 0, reason });
      stop(index + 1);
    };
    const timer = setInterval(() => {
      const [, began] = job.clock;
      if (began > 0 && Date.now() - began > PATIENCE) fail(`did not end within ${PATIENCE / 1000} s`);
    }, 100);
    worker.on("message", (message: Message) => {
      if (message === "end") stop(null);
      else take(message.index, message.outcome);
    });
    worker.on("error", (error: Error) => {
      if (job.clock[1] > 0) return fail(`ended the thread: ${error.message}`);
      // Before the first case: a sound file was not read.
      clearInterval(timer);
      reject(error);
    });
  });
}

const isJob = (data: unknown): data is Job =>
  formatNames.includes((data as Partial<Job> | null)?.format as FormatName);
if (!isMainThread && isJob(workerData)) await work(workerData);
