import type { Progress } from "./protocol.ts";

/** Time to go from the pace of the last steps; the first step also pays for what is done once. */
export class Eta {
  #first: { readonly done: number; readonly at: number } | null = null;

  progress(phase: Progress["phase"], done: number, total: number, now: number): Progress {
    this.#first ??= { done, at: now };
    const steps = done - this.#first.done;
    const etaSeconds = steps === 0 ? null : ((now - this.#first.at) / steps / 1000) * (total - done);
    return { phase, done, total, etaSeconds };
  }
}
