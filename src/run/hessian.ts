/**
 * The Hessian of a model's loss on a batch, as a linear operator on the GPU: graph, derivatives, kernels, memory plan
 * and program joined. The primal program runs once in `prepare`; each `apply` replays the tangent program.
 */

import { linearize } from "../autograd/linearize.ts";
import type { Gpu } from "../gpu/device.ts";
import { lower } from "../gpu/lower.ts";
import type { PipelineCache } from "../gpu/pipelines.ts";
import { checkPlan, planMemory } from "../gpu/plan.ts";
import { Program } from "../gpu/program.ts";
import { Stream } from "../gpu/stream.ts";
import type { Submitter } from "../gpu/submitter.ts";
import { VectorLayout } from "../gpu/vectorLayout.ts";
import { GpuSpace, type GpuVector } from "../gpu/vectors.ts";
import type { Graph } from "../model/graph.ts";
import type { LinearOperator } from "../spectrum/operator.ts";

/** What all programs of a device share. */
export interface Engines {
  readonly gpu: Gpu;
  readonly pipelines: PipelineCache;
  readonly submitter: Submitter;
}

export interface HessianOptions extends Engines {
  /** Forward graph with outputs `loss` and `logits`. */
  readonly graph: Graph;
  /** Flat, in file order. */
  readonly parameters: Float32Array;
  /** All graph inputs by name, row-major. */
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  /** Vectors per product. */
  readonly probes: number;
  /** Krylov vectors that will be wanted besides, for the memory plan. */
  readonly krylovVectors: number;
  /** Bytes that may be used in all. */
  readonly budget: number;
  /** How to make it smaller, for the refusal. */
  readonly advice: string;
  readonly onCompiled?: (done: number, total: number) => void;
}

export class HessianOperator implements LinearOperator<GpuVector> {
  readonly space: GpuSpace;
  /** Products so far, counting each of the k columns. */
  products = 0;
  readonly #options: HessianOptions;
  readonly #program: Program;
  readonly #vectors: Readonly<Record<"theta" | "grad" | "v" | "hv", GPUBuffer>>;
  readonly #plannedBytes: number;

  private constructor(
    options: HessianOptions,
    space: GpuSpace,
    program: Program,
    vectors: Readonly<Record<"theta" | "grad" | "v" | "hv", GPUBuffer>>,
    plannedBytes: number,
  ) {
    this.#options = options;
    this.space = space;
    this.#program = program;
    this.#vectors = vectors;
    this.#plannedBytes = plannedBytes;
  }

  /** Plans, allocates, compiles and runs the primal program. Throws MemoryRefusal before anything is allocated. */
  static async create(options: HessianOptions): Promise<HessianOperator> {
    const { gpu, pipelines, submitter, probes, parameters } = options;
    const staged = linearize(options.graph);
    const layout = new VectorLayout(staged.graph.params);
    const lowered = lower(staged, {
      ...{ layout, probes, maxBindings: gpu.limits.maxStorageBuffersPerShaderStage },
    });
    const plan = planMemory(lowered, probes);
    const block = 4 * layout.extent * probes;
    const extra = 2 * 4 * layout.extent + (2 + 2 + options.krylovVectors) * block;
    checkPlan(plan, gpu.limits, options.budget, extra, options.advice);
    const stream = new Stream(gpu.device, pipelines);
    const space = await GpuSpace.create(stream, layout, probes, gpu.limits);
    const vectors = {
      theta: space.allocate(4 * layout.extent, "theta"),
      grad: space.allocate(4 * layout.extent, "gradient"),
      v: space.allocate(block, "tangent"),
      hv: space.allocate(block, "product"),
    };
    const { onCompiled } = options;
    const program = await Program.create({
      device: gpu.device,
      pipelines,
      submitter,
      lowered,
      plan,
      probes,
      vectors,
      ...(onCompiled ? { onCompiled } : {}),
    }).catch((error: unknown) => {
      release(space, vectors);
      throw error;
    });
    const planned = plan.bytes.residuals + plan.bytes.temporaries + extra;
    const operator = new HessianOperator(options, space, program, vectors, planned);
    gpu.device.queue.writeBuffer(vectors.theta, 0, layout.pack(parameters) as Float32Array<ArrayBuffer>);
    for (const [name, values] of Object.entries(options.inputs)) program.write(name, values);
    return operator;
  }

  /** Runs the primal program: loss, gradient, residuals. */
  async prepare(signal?: AbortSignal): Promise<void> {
    await this.#program.runPrimal(signal);
  }

  async apply(v: GpuVector, out: GpuVector, signal?: AbortSignal): Promise<void> {
    const { stream, blockBytes, k } = this.space;
    stream.copy(v.buffer, 0, this.#vectors.v, 0, blockBytes);
    stream.flush();
    await this.#program.runTangent(signal);
    stream.copy(this.#vectors.hv, 0, out.buffer, 0, blockBytes);
    this.products += k;
  }

  async loss(): Promise<number> {
    return (await this.#program.read("loss"))[0][0];
  }

  /** Row-major [samples, classes]. */
  async logits(): Promise<Float32Array> {
    return (await this.#program.read("logits"))[0];
  }

  /** Flat, in file order. */
  async gradient(): Promise<Float64Array> {
    const { stream, layout } = this.space;
    return layout.unpack(await stream.read(this.#vectors.grad, 4 * layout.extent));
  }

  /** Dispatches and floating-point operations of one product, and bytes planned and held. */
  get cost(): {
    readonly dispatches: number;
    readonly flops: number;
    readonly primalFlops: number;
    readonly plannedBytes: number;
    readonly usedBytes: number;
  } {
    return {
      dispatches: this.#program.dispatches,
      flops: this.#program.tangentFlops,
      primalFlops: this.#program.primalFlops,
      plannedBytes: this.#plannedBytes,
      usedBytes: this.#program.bytes + this.space.bytes,
    };
  }

  /** Resolves when the device has done all that was enqueued. */
  async idle(): Promise<void> {
    this.space.stream.flush();
    await this.#options.gpu.device.queue.onSubmittedWorkDone();
  }

  destroy(): void {
    this.#program.destroy();
    release(this.space, this.#vectors);
  }
}

function release(space: GpuSpace, vectors: Readonly<Record<string, GPUBuffer>>): void {
  for (const buffer of Object.values(vectors)) space.free(buffer);
  space.destroy();
  space.stream.destroy();
}
