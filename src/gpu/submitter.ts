/**
 * Feeds the GPU in slices. The operating system kills long submits and a page freezes behind them, so work is cut by
 * measured time; and at most two submits are in flight, because run-ahead costs memory and delays a cancel.
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
/** A dispatch costs about this much on its own, whatever it computes. */
const DISPATCH_FLOPS = 50_000;

export class Submitter {
  readonly #device: GPUDevice;
  readonly #pending: Promise<void>[] = [];
  /** Flops per millisecond, measured. */
  #rate: number;
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
      const most = this.#rate * this.#sliceMs;
      let end = 0;
      let flops = 0;
      while (end < left.length && (end === 0 || flops + flopsOf(left[end]) <= most)) {
        flops += flopsOf(left[end]) + DISPATCH_FLOPS;
        end++;
      }
      await this.#submit(left.slice(0, end), flops);
      left = left.slice(end);
    }
  }

  #isLong(command: Command): boolean {
    return "split" in command && flopsOf(command) > LONG * this.#rate * this.#sliceMs;
  }

  /** Cuts all long dispatches. */
  #inParts(commands: readonly Command[]): readonly Command[] {
    const most = this.#rate * this.#sliceMs;
    return commands.flatMap((command): readonly Command[] => {
      if (!("split" in command) || !this.#isLong(command)) return [command];
      // What cannot be cut must not be asked again.
      const { split, ...whole } = command;
      return split?.(Math.ceil(command.flops / most)) ?? [whole];
    });
  }

  /** How many times commands can follow one another in one slice; at least once. */
  repeats(commands: readonly Command[]): number {
    const flops = commands.reduce((sum, command) => sum + flopsOf(command) + DISPATCH_FLOPS, 0);
    return Math.max(1, Math.floor((this.#rate * this.#sliceMs) / flops));
  }

  /** Resolves when everything submitted so far has run. */
  async idle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #submit(commands: readonly Command[], flops: number): Promise<void> {
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
    const expected = flops / this.#rate;
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
      // Slow to rise, quick to fall: a slice that is too long is worse than one that is too short.
      if (took > 0.5) {
        const measured = flops / took;
        this.#rate += (measured < this.#rate ? 0.7 : 0.3) * (measured - this.#rate);
      }
    }, over);
    this.#pending.push(done);
  }
}
