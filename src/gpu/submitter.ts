/**
 * Feeds the GPU in slices. The operating system kills long submits and a page freezes behind them, so work is cut by
 * measured time; and at most two submits are in flight, because run-ahead costs memory and delays a cancel. Programs are replayed
 * many times, so each command's time is remembered; the device's pace only tells how long commands take that never ran.
 */

export type Command = Dispatch | Copy;

export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly groups: readonly [number, number, number];
  readonly flops: number;
  /** The same work as about so many dispatches, in their order; null where it cannot be cut. Absent on those. */
  readonly split?: (parts: number) => readonly Dispatch[] | null;
}

export interface Copy {
  readonly from: GPUBuffer;
  readonly fromAt: number;
  readonly to: GPUBuffer;
  readonly toAt: number;
  readonly bytes: number;
}

const flopsOf = (command: Command): number => ("flops" in command ? command.flops : 0);

const SLICE_MS = 30;
const IN_FLIGHT = 2;
/** Slices that one dispatch may take before it is cut. */
const LONG = 3;
/** Slices' lengths up to which one is run again as it is. */
const ENOUGH = 1.5;
/** A dispatch costs about this much on its own, whatever it computes. */
const DISPATCH_FLOPS = 50_000;
/** Milliseconds below which a slice only tells that it was not long: clocks of pages are coarse. */
const SHORT_MS = 0.5;
/** How much is believed of the difference that one slice makes, to what commands take; some of it is noise. */
const BELIEVED = 0.7;

export class Submitter {
  readonly #device: GPUDevice;
  readonly #pending: Promise<void>[] = [];
  /** Flops per millisecond, measured. */
  #rate: number;
  /** Milliseconds of commands that have run, of their parts in the slices that they stood in. */
  readonly #measured = new WeakMap<Command, number>();
  /** Slices as they last ran, copies aside, by their first command. */
  readonly #slices = new WeakMap<Command, readonly Command[]>();
  /** Long dispatches as they were last cut. */
  readonly #cut = new WeakMap<Command, readonly Command[]>();
  #lastDone = 0;
  /** Submits so far; a test counts them. */
  submits = 0;
  /** Told of each slice that has run, how long it was meant to take and took: the bench holds the two against each other. */
  onSlice: ((expectedMs: number, tookMs: number) => void) | null = null;

  readonly #sliceMs: number;

  /**
   * @param rate first guess, flops per millisecond
   * @param slice part of the usual length of a slice
   */
  constructor(device: GPUDevice, rate: number, slice = 1) {
    this.#device = device;
    this.#rate = rate;
    this.#sliceMs = SLICE_MS * slice;
  }

  /** Enqueues commands in slices. Resolves when all are submitted; rejects with AbortError between slices. */
  async run(commands: readonly Command[], signal?: AbortSignal): Promise<void> {
    let left = commands;
    while (left.length > 0) {
      signal?.throwIfAborted();
      if (this.#isLong(left[0])) left = this.#inParts(left);
      let end = 0;
      let expected = 0;
      while (end < left.length) {
        const together = this.#measuredAt(left, end);
        const ms = this.#sum(together);
        if (end > 0 && expected + ms > this.#sliceMs) break;
        expected += ms;
        end += together.length;
      }
      await this.#submit(left.slice(0, end), expected);
      left = left.slice(end);
    }
  }

  /**
   * The commands from a place on that were one slice before: their sum is known better than their parts. One command where there was
   * no such slice or where it proved long.
   */
  #measuredAt(commands: readonly Command[], at: number): readonly Command[] {
    const slice = this.#slices.get(commands[at]) ?? [];
    const same = slice.length > 1 && slice.every((command, i) => command === commands[at + i]);
    return same && this.#sum(slice) <= ENOUGH * this.#sliceMs ? slice : [commands[at]];
  }

  /** As measured, or what its operations take at the device's pace. */
  #msOf(command: Command): number {
    const cut = this.#cut.get(command);
    if (cut !== undefined) return this.#sum(cut);
    return this.#measured.get(command) ?? (flopsOf(command) + DISPATCH_FLOPS) / this.#rate;
  }

  #sum(commands: readonly Command[]): number {
    return commands.reduce((sum, command) => sum + this.#msOf(command), 0);
  }

  /** How much longer than a slice a dispatch takes that can be cut. */
  #slicesOf(command: Dispatch): number {
    const known = this.#measured.has(command) || this.#cut.has(command);
    const ms = known ? this.#msOf(command) : command.flops / this.#rate;
    return ms / this.#sliceMs;
  }

  #isLong(command: Command): boolean {
    return "split" in command && this.#slicesOf(command) > LONG;
  }

  /** Cuts all long dispatches. */
  #inParts(commands: readonly Command[]): readonly Command[] {
    return commands.flatMap((command): readonly Command[] => {
      if (!("split" in command) || !this.#isLong(command)) return [command];
      const known = this.#cut.get(command);
      if (known?.length === 1) return known;
      // What cannot be cut must not be asked again.
      const { split, ...whole } = command;
      const parts = split?.(Math.ceil(this.#slicesOf(command))) ?? [whole];
      this.#cut.set(command, parts);
      return parts;
    });
  }

  /** How many times commands can follow one another in one slice; at least once. */
  repeats(commands: readonly Command[]): number {
    return Math.max(1, Math.floor(this.#sliceMs / this.#sum(commands)));
  }

  /** Resolves when everything submitted so far has run. */
  async idle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #submit(commands: readonly Command[], expected: number): Promise<void> {
    while (this.#pending.length >= IN_FLIGHT) await this.#pending[0];
    const encoder = this.#device.createCommandEncoder();
    let pass: GPUComputePassEncoder | null = null;
    for (const command of commands) {
      if ("from" in command) {
        pass?.end();
        pass = null;
        encoder.copyBufferToBuffer(command.from, command.fromAt, command.to, command.toAt, command.bytes);
        continue;
      }
      pass ??= encoder.beginComputePass();
      pass.setPipeline(command.pipeline);
      pass.setBindGroup(0, command.bindGroup);
      pass.dispatchWorkgroups(...command.groups);
    }
    pass?.end();
    const submitted = performance.now();
    this.#device.queue.submit([encoder.finish()]);
    this.submits++;
    const over = (): void => void this.#pending.splice(this.#pending.indexOf(done), 1);
    // Work on a lost device is over too; whoever reads from it hears of the loss.
    const done = this.#device.queue.onSubmittedWorkDone().then(() => {
      over();
      const now = performance.now();
      const took = now - Math.max(submitted, this.#lastDone);
      this.#lastDone = now;
      this.onSlice?.(expected, took);
      this.#learn(commands, took > SHORT_MS ? took : Math.min(expected, SHORT_MS));
    }, over);
    this.#pending.push(done);
  }

  /** From commands that took `took` milliseconds together. */
  #learn(commands: readonly Command[], took: number): void {
    const before = commands.map((command) => this.#msOf(command));
    const scale = took / before.reduce((sum, ms) => sum + ms, 0);
    commands.forEach((command, i) => {
      const weight = this.#measured.has(command) ? BELIEVED : 1;
      this.#measured.set(command, before[i] * (1 + weight * (scale - 1)));
      this.#cut.delete(command);
    });
    const dispatches = commands.filter((command) => !("from" in command));
    if (dispatches.length > 0) this.#slices.set(dispatches[0], dispatches);
    const flops = commands.reduce((sum, command) => sum + flopsOf(command) + DISPATCH_FLOPS, 0);
    const pace = flops / took;
    // Slow to rise, quick to fall: a slice that is too long is worse than one that is too short.
    this.#rate += (pace < this.#rate ? 0.7 : 0.3) * (pace - this.#rate);
  }
}
