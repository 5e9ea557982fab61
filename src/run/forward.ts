/** Loss and accuracy at any weights, by a forward program of its own on the batch of a run. */

import type { GpuSpace, GpuVector } from "../gpu/vectors.ts";
import { BatchedProgram, drawForward } from "./batched.ts";
import type { Engines } from "./device.ts";
import type { Partition } from "./partition.ts";
import { accuracyOf } from "./problem.ts";

export interface ForwardLossOptions extends Engines {
  readonly partition: Partition;
  /** Of vectors of all parameters. */
  readonly space: GpuSpace;
  /** Of the rows of the logits; null where nothing is labelled. */
  readonly labels: Int32Array | null;
}

export interface LossAndAccuracy {
  /** Mean over the batch. */
  readonly loss: number;
  /** 0 to 1; null where nothing is labelled. */
  readonly accuracy: number | null;
}

export class ForwardLoss {
  /** The weights at which the loss is taken next (column 0). */
  readonly weights: GpuVector;
  readonly #options: ForwardLossOptions;
  readonly #forward: BatchedProgram;

  private constructor(options: ForwardLossOptions, weights: GpuVector, forward: BatchedProgram) {
    this.#options = options;
    this.weights = weights;
    this.#forward = forward;
  }

  /** Compiles and allocates; the memory plan of the run has room for it. */
  static async create(options: ForwardLossOptions): Promise<ForwardLoss> {
    const { gpu, pipelines, submitter, partition, space } = options;
    const maxBindings = gpu.limits.maxStorageBuffersPerShaderStage;
    const blueprint = drawForward({ layout: space.layout, maxBindings, partition });
    const weights = space.create();
    try {
      const vectors = { theta: weights.buffer };
      const forward = await BatchedProgram.create({ gpu, pipelines, submitter, blueprint, vectors });
      return new ForwardLoss(options, weights, forward);
    } catch (error) {
      space.release(weights);
      throw error;
    }
  }

  /** At `weights`. */
  async evaluate(signal?: AbortSignal): Promise<LossAndAccuracy> {
    signal?.throwIfAborted();
    this.#options.space.stream.flush();
    const { loss, logits } = await this.#forward.evaluate(() => {}, signal);
    return { loss, accuracy: accuracyOf(logits, this.#options.labels) };
  }

  /** The same at given weights, flat in file order. */
  at(parameters: Float32Array, signal?: AbortSignal): Promise<LossAndAccuracy> {
    this.#options.space.write(this.weights, [parameters]);
    return this.evaluate(signal);
  }

  destroy(): void {
    this.#forward.destroy();
    this.#options.space.release(this.weights);
  }
}
