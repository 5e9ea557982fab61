/** Loss and accuracy at any weights, by a forward program of its own. */

import { Stream } from "../gpu/stream.ts";
import type { Command } from "../gpu/submitter.ts";
import { VectorLayout } from "../gpu/vectorLayout.ts";
import { GpuSpace, type GpuVector } from "../gpu/vectors.ts";
import { BatchedProgram, type Evaluated } from "./batched.ts";
import type { Engines } from "./device.ts";
import { planForward } from "./fit.ts";
import { accuracyOf, type Problem } from "./problem.ts";

export interface ForwardOptions extends Engines {
  readonly problem: Problem;
  /** Samples computed at once, at most. */
  readonly microBatch: number;
  /** Bytes, and those of them that are taken. */
  readonly budget: number;
  readonly heldBytes: number;
}

export interface LossAt {
  /** Mean over the batch. */
  readonly loss: number;
  /** 0 to 1; null where nothing is labelled. */
  readonly accuracy: number | null;
}

export class ForwardLoss {
  /** Of single vectors of all parameters. */
  readonly space: GpuSpace;
  /** Where the loss is taken next. */
  readonly weights: GpuVector;
  readonly #labels: Int32Array | null;
  readonly #forward: BatchedProgram;

  private constructor(
    space: GpuSpace,
    weights: GpuVector,
    labels: Int32Array | null,
    forward: BatchedProgram,
  ) {
    this.space = space;
    this.weights = weights;
    this.#labels = labels;
    this.#forward = forward;
  }

  /**
   * Compiles and allocates.
   * @param others vectors that the caller will create in `space`
   * @throws MemoryRefusal where not even one sample fits beside what is held
   */
  static async create(options: ForwardOptions, others = 0): Promise<ForwardLoss> {
    const { gpu, pipelines, submitter, problem } = options;
    const layout = new VectorLayout(problem.graph.params);
    const heldBytes = options.heldBytes + 4 * layout.extent * (1 + others);
    const advice = "use fewer samples or Lanczos steps";
    const blueprint = planForward({ ...options, layout, heldBytes, advice });
    const stream = new Stream(gpu.device, pipelines);
    const space = await GpuSpace.create(stream, layout, 1, gpu.limits);
    const weights = space.create();
    try {
      const vectors = { theta: weights.buffer };
      const forward = await BatchedProgram.create({ gpu, pipelines, submitter, blueprint, vectors });
      return new ForwardLoss(space, weights, problem.batch.labels, forward);
    } catch (error) {
      release(space, weights);
      throw error;
    }
  }

  /** Bytes that one evaluation leaves behind. */
  get savedBytes(): number {
    return this.#forward.savedBytes;
  }

  /** An evaluation at `weights` as commands, which leave what `saved` reads in a buffer from byte `at` on. */
  evaluation(to: GPUBuffer, at: number): Command[] {
    return this.#forward.evaluation(to, at);
  }

  saved(bytes: ArrayBuffer, at: number): LossAt {
    return this.#lossAt(this.#forward.saved(bytes, at));
  }

  /** At `weights`, with whatever the space has been told to do to them. */
  async evaluate(signal?: AbortSignal): Promise<LossAt> {
    signal?.throwIfAborted();
    this.space.stream.flush();
    return this.#lossAt(await this.#forward.evaluate(() => {}, signal));
  }

  #lossAt({ loss, logits }: Evaluated): LossAt {
    return { loss, accuracy: accuracyOf(logits, this.#labels) };
  }

  /** At given weights, flat in file order. */
  at(parameters: Float32Array, signal?: AbortSignal): Promise<LossAt> {
    this.space.write(this.weights, [parameters]);
    return this.evaluate(signal);
  }

  /** The caller has released its own vectors. */
  destroy(): void {
    this.#forward.destroy();
    release(this.space, this.weights);
  }
}

function release(space: GpuSpace, weights: GpuVector): void {
  space.release(weights);
  space.destroy();
  space.stream.destroy();
}
