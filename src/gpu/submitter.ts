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
    let start = 0;
    while (start < commands.length) {
      signal?.throwIfAborted();
      const most = this.#rate * this.#sliceMs;
      let end = start;
      let flops = 0;
      while (end < commands.length && (end === start || flops + flopsOf(commands[end]) <= most)) {
        flops += flopsOf(commands[end]) + DISPATCH_FLOPS;
        end++;
      }
      await this.#submit(commands.slice(start, end), flops);
      start = end;
    }
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
    this.#device.queue.submit([encoder.finish()]);
    this.submits++;
    const over = (): void => void this.#pending.splice(this.#pending.indexOf(done), 1);
    // Work on a lost device is over too; whoever reads from it hears of the loss.
    const done = this.#device.queue.onSubmittedWorkDone().then(() => {
      over();
      const now = performance.now();
      const took = now - Math.max(submitted, this.#lastDone);
      this.#lastDone = now;
      // Slow to rise, quick to fall: a slice that is too long is worse than one that is too short.
      if (took > 0.5) {
        const measured = flops / took;
        this.#rate += (measured < this.#rate ? 0.7 : 0.3) * (measured - this.#rate);
      }
    }, over);
    this.#pending.push(done);
  }
}
