/**
 * The Hessian of a model's loss on a batch, or one of its relatives, as a linear operator on the GPU: graph, derivatives, kernels, memory plan
 * and program joined. The primal program runs in `prepare`; each `apply` replays the tangent program, and where the
 * batch is cut into parts the primal program of each part before it.
 */

import { linearize } from "../autograd/linearize.ts";
import { kernelBounds } from "../gpu/device.ts";
import { checkHost, type HostRoom, heldOnDevice } from "../gpu/hostBasis.ts";
import { type Lowered, lower } from "../gpu/lower.ts";
import { checkPlan, checkVectors, type MemoryLimits } from "../gpu/plan.ts";
import { type Recomputed, recomputing } from "../gpu/recompute.ts";
import { STREAM_BYTES, Stream } from "../gpu/stream.ts";
import type { KernelChoices } from "../gpu/tiling.ts";
import { VectorLayout } from "../gpu/vectorLayout.ts";
import { GpuSpace, type GpuVector } from "../gpu/vectors.ts";
import type { Graph, Param } from "../model/index.ts";
import type { LinearOperator } from "../spectrum/operator.ts";
import { BatchedProgram, type Blueprint, bytesOf, drawForward, planBlueprint } from "./batched.ts";
import type { Engines } from "./device.ts";
import { HESSIAN, type Matrix, withNoise } from "./matrix.ts";
import { blockOf, blockParams, embedded } from "./params.ts";
import type { Inputs, Partition } from "./partition.ts";
import type { Purposes } from "./sizeTypes.ts";

/** What of a device decides a plan. */
export interface PlannedFor {
  readonly gpu: {
    readonly limits: MemoryLimits & { readonly maxStorageBuffersPerShaderStage: number };
    readonly choices?: KernelChoices;
  };
}

export interface PlanOptions extends PlannedFor {
  /** Its forward graph has the outputs `loss` and `logits`. */
  readonly partition: Partition;
  /** The Hessian of the cross-entropy by default. */
  readonly matrix?: Matrix;
  /** Vectors per product. */
  readonly probes: number;
  /** Krylov vectors that will be wanted besides, for the memory plan. */
  readonly krylovVectors: number;
  /** Host memory, or a file, for them in place of the device's memory, which then holds a window on them; null by default. */
  readonly host?: HostRoom | null;
  /** Bytes that may be used in all. */
  readonly budget: number;
  /** Whether residuals that do not fit may be computed again in each product; not by default. */
  readonly recompute?: boolean;
  /** How to make it smaller, for the refusal. */
  readonly advice: string;
  /** Of the same problem and matrix, to be looked up and added to. */
  readonly drawings?: Map<string, Drawing>;
}

export interface HessianOptions extends PlanOptions, Engines {
  readonly gpu: Engines["gpu"];
  /** Flat, in file order. */
  readonly parameters: Float32Array;
  readonly onCompiled?: (done: number, total: number) => void;
}

/** What a number of samples alone decides of a plan: it takes most of its time, and many plans may share it. */
export interface Drawing {
  /** Derivatives and kernels. */
  readonly graph: Graph;
  readonly lowered: Lowered;
  readonly forward: Blueprint;
}

/** What a slice or a plane holds besides its program: the weights, a trial, two directions. */
const SLICE_VECTORS = 4;

/** A Krylov basis outside the device. */
export interface BasisOnHost {
  /** 0 where the device holds it. */
  readonly hostBytes: number;
  /** In a file, not in memory. */
  readonly onDisk: boolean;
}

export interface HessianPlan extends BasisOnHost {
  /** Of all parameters. */
  readonly layout: VectorLayout;
  /** Of the vectors that the operator takes: the same, or those of a block. */
  readonly own: VectorLayout;
  /** The parameters of the block. */
  readonly block: readonly Param[];
  readonly blueprint: Blueprint;
  /** Bytes of programs, vectors and Krylov basis. */
  readonly bytes: number;
  readonly purposes: Purposes;
  /** Operations of each product that compute residuals again; 0 where all are kept. */
  readonly recomputedFlops: number;
}

type Vectors = Readonly<Record<"theta" | "grad" | "v" | "hv", GPUBuffer>>;

export class HessianOperator implements LinearOperator<GpuVector> {
  /** Of the vectors that the operator takes. */
  readonly space: GpuSpace;
  /** Of vectors of all parameters: the same space, or for a block another one, of one column. */
  readonly whole: GpuSpace;
  /** Products so far, counting each of the k columns. */
  products = 0;
  readonly #options: HessianOptions;
  readonly #plan: HessianPlan;
  readonly #batch: BatchedProgram;
  readonly #vectors: Vectors;
  /** The gradient of the batch: that of its parts added up, or the program's own. */
  readonly #gradient: GPUBuffer;
  /** Collected from the parts; null where the program still holds the outputs of the whole batch. */
  #collected: { readonly loss: number; readonly logits: Float32Array } | null = null;

  private constructor(
    options: HessianOptions,
    plan: HessianPlan,
    { space, whole }: { readonly space: GpuSpace; readonly whole: GpuSpace },
    batch: BatchedProgram,
    vectors: Vectors,
  ) {
    this.#options = options;
    this.#plan = plan;
    this.space = space;
    this.whole = whole;
    this.#batch = batch;
    this.#vectors = vectors;
    this.#gradient = batch.parts === 1 ? vectors.grad : space.allocate(vectors.grad.size, "gradient sum");
  }

  /**
   * Derivatives, kernels and memory, with room for the forward program of a slice; nothing is allocated.
   * Throws MemoryRefusal if it does not fit.
   */
  static plan({ matrix = HESSIAN, ...options }: PlanOptions): HessianPlan {
    const {
      gpu,
      partition,
      probes,
      krylovVectors,
      host = null,
      budget,
      advice,
      drawings,
      recompute,
    } = options;
    const { graph, rows, samples } = partition;
    const { operator, loss, tensors } = matrix;
    const block = tensors === null ? graph.params : blockParams(graph.params, tensors);
    const layout = new VectorLayout(graph.params);
    const own = tensors === null ? layout : new VectorLayout(block);
    const flat = rows.length === 1 ? 2 : 3;
    const whole = 4 * layout.extent * (flat + SLICE_VECTORS);
    checkVectors(layout, 1, gpu.limits, { needed: whole, budget });
    const together = probes * Math.min(host?.window ?? 1, krylovVectors);
    checkVectors(own, Math.max(probes, together), gpu.limits, { needed: whole, budget });
    const hostBytes = host === null ? 0 : 4 * own.extent * probes * krylovVectors;
    if (host !== null) checkHost(hostBytes, host, krylovVectors);
    const held = host === null ? krylovVectors : heldOnDevice(host, krylovVectors);
    const shared = { layout, partition, ...kernelBounds(gpu) };
    const tangent = { partition: withNoise(partition, matrix), layouts: { v: own, hv: own }, probes };
    // Several vectors need kernels that write one of their tensors each.
    const key = `${samples} ${Math.min(probes, 2)}`;
    const known = drawings?.get(key);
    const draw = (): Drawing => {
      const staged = linearize(graph, {
        // For these losses the expectation over all labels does not depend on the labels: it is Gauss-Newton.
        operator: operator === "fisher" ? "ggn" : operator,
        params: block.map(({ name }) => name),
        loss,
      });
      const lowered = lower(staged, { ...shared, ...tangent });
      return { graph: staged.graph, lowered, forward: drawForward(shared) };
    };
    const drawing = known ?? draw();
    drawings?.set(key, drawing);
    const { forward } = drawing;
    const drawn = planBlueprint(drawing.graph, drawing.lowered, tangent);
    // Products and slices have a stream each.
    const scratch = 2 * STREAM_BYTES + GpuSpace.scratchBytes(Math.max(krylovVectors, block.length), probes);
    const others = {
      inputs: drawn.heldBytes,
      forward: bytesOf(forward),
      vectors: whole + 4 * own.extent * (2 + 2) * probes + scratch,
      basis: 4 * own.extent * held * probes,
    };
    const otherBytes = others.inputs + others.forward + others.vectors + others.basis;
    const leaner = recompute ? leanerThan(drawn, budget - otherBytes) : null;
    const blueprint = leaner === null ? drawn : { ...drawn, lowered: leaner.lowered, plan: leaner.plan };
    const besides = otherBytes - others.forward + forward.heldBytes;
    checkPlan([blueprint.plan, forward.plan], gpu.limits, budget, besides, advice);
    const { residuals, temporaries } = blueprint.plan.bytes;
    return {
      ...{ layout, own, block, blueprint, hostBytes, onDisk: host?.disk !== undefined },
      bytes: residuals + temporaries + otherBytes,
      purposes: { residuals, temporaries, ...others },
      recomputedFlops: leaner?.flops ?? 0,
    };
  }

  /** Allocates, compiles and uploads. Throws MemoryRefusal before anything is allocated. */
  static async create(
    options: HessianOptions,
    plan = HessianOperator.plan(options),
  ): Promise<HessianOperator> {
    const { gpu, pipelines, submitter, probes, parameters, onCompiled } = options;
    const { layout, own, blueprint } = plan;
    const stream = new Stream(gpu.device, pipelines);
    const space = new GpuSpace(stream, own, probes, gpu.limits, options.host ?? null);
    const whole = own === layout ? space : new GpuSpace(stream, layout, 1, gpu.limits);
    const vectors = {
      theta: space.allocate(4 * layout.extent, "theta"),
      grad: space.allocate(4 * layout.extent, "gradient"),
      v: space.allocate(space.blockBytes, "tangent"),
      hv: space.allocate(space.blockBytes, "product"),
    };
    gpu.device.queue.writeBuffer(vectors.theta, 0, layout.pack(parameters) as Float32Array<ArrayBuffer>);
    // What vectors need compiles beside the programs.
    const all = [
      BatchedProgram.create({
        ...{ gpu, pipelines, submitter, blueprint, vectors },
        ...(onCompiled ? { onCompiled } : {}),
      }),
      space.ready,
      whole.ready,
    ] as const;
    const [batch] = await Promise.all(all).catch((error: unknown) => {
      release([space, whole], Object.values(vectors));
      throw error;
    });
    return new HessianOperator(options, plan, { space, whole }, batch, vectors);
  }

  /** Samples that are computed at once. */
  get microBatch(): number {
    return this.partition.samples;
  }

  get basisOnHost(): BasisOnHost {
    return this.#plan;
  }

  get partition(): Partition {
    return this.#options.partition;
  }

  /** A vector of the operator's as one of all parameters, in file order: zero outside the block. */
  embed(vector: Float64Array): Float64Array {
    return embedded(this.partition.graph.params, this.#plan.block, vector);
  }

  /** The part of a vector of all parameters that the operator takes. */
  restrict(vector: Float64Array): Float64Array {
    return blockOf(this.partition.graph.params, this.#plan.block, vector);
  }

  /** Runs the primal program: loss, logits, gradient, residuals. */
  async prepare(signal?: AbortSignal): Promise<void> {
    if (this.#batch.parts === 1) return this.#batch.primal(() => {}, signal);
    const add = (part: number): void => this.#add(this.whole, this.#vectors.grad, this.#gradient, part, 1);
    this.#collected = await this.#batch.evaluate(add, signal);
  }

  /** One submit, where the batch is one part and the program fits a slice. */
  async apply(v: GpuVector, out: GpuVector, signal?: AbortSignal): Promise<void> {
    const { stream, blockBytes, k } = this.space;
    const copy = (from: GPUBuffer, to: GPUBuffer) => ({ from, fromAt: 0, to, toAt: 0, bytes: blockBytes });
    const around = {
      before: [copy(v.buffer, this.#vectors.v)],
      after: [copy(this.#vectors.hv, out.buffer)],
    };
    stream.flush();
    const add = (part: number): void => {
      if (part > 0) this.#add(this.space, this.#vectors.hv, out.buffer, part, k);
    };
    await this.#batch.tangent(add, signal, around);
    const { weightDecay } = this.#options.matrix ?? HESSIAN;
    if (weightDecay !== 0) this.space.axpy(weightDecay, v, out);
    this.products += k;
  }

  /**
   * The product with one part of the batch where its inputs have other values, without weight decay: rows of the loss whose
   * weight is zero drop out of it. The operator is afterwards as it was.
   */
  async applyWith(
    part: number,
    inputs: Inputs,
    v: GpuVector,
    out: GpuVector,
    signal?: AbortSignal,
  ): Promise<void> {
    const { stream, blockBytes, k } = this.space;
    const keep = async (): Promise<void> => {
      stream.copy(this.#vectors.hv, 0, out.buffer, 0, blockBytes);
      stream.flush();
    };
    stream.copy(v.buffer, 0, this.#vectors.v, 0, blockBytes);
    stream.flush();
    await this.#batch.withInputs(part, inputs, keep, signal);
    this.products += k;
  }

  async loss(): Promise<number> {
    return this.#collected?.loss ?? (await this.#batch.program.read("loss"))[0][0];
  }

  /** Row-major [samples or labelled tokens, classes]. */
  async logits(): Promise<Float32Array> {
    return this.#collected?.logits ?? (await this.#batch.program.read("logits"))[0];
  }

  /** Flat, in file order. */
  async gradient(): Promise<Float64Array> {
    const { stream, layout } = this.whole;
    return layout.unpack(await stream.read(this.#gradient, 4 * layout.extent));
  }

  /** Dispatches and floating-point operations of one product, and bytes planned and held. */
  get cost(): {
    readonly dispatches: number;
    readonly flops: number;
    readonly primalFlops: number;
    readonly plannedBytes: number;
    readonly usedBytes: number;
  } {
    const { parts, program, bytes } = this.#batch;
    const again = parts > 1 ? 1 : 0;
    return {
      dispatches: parts * (program.dispatches + again * program.primalDispatches),
      flops: parts * (program.tangentFlops + again * program.primalFlops),
      primalFlops: parts * program.primalFlops,
      plannedBytes: this.#plan.bytes,
      usedBytes: bytes + this.space.bytes,
    };
  }

  /** Resolves when the device has done all that was enqueued. */
  async idle(): Promise<void> {
    this.space.stream.flush();
    await this.#options.gpu.device.queue.onSubmittedWorkDone();
  }

  destroy(): void {
    this.#batch.destroy();
    const own = this.#gradient === this.#vectors.grad ? [] : [this.#gradient];
    release([this.space, this.whole], [...Object.values(this.#vectors), ...own]);
  }

  /** Adds the result of a part to those before it, in the order of the parts. */
  #add(space: GpuSpace, result: GPUBuffer, sum: GPUBuffer, part: number, columns: number): void {
    const { stream } = space;
    if (part === 0) stream.copy(result, 0, sum, 0, result.size);
    else space.accumulate(result, sum, columns);
    // Before the next part overwrites the result.
    if (part < this.#batch.parts - 1) stream.flush();
  }
}

/** A program that computes residuals again, where all of them take more bytes; null where that is not needed or does not help. */
function leanerThan({ lowered, plan, probes }: Blueprint, most: number): Recomputed | null {
  const { residuals, temporaries } = plan.bytes;
  return residuals + temporaries > most ? recomputing(lowered, probes, most) : null;
}

/** The spaces share a stream, and may be one. */
function release([space, whole]: readonly [GpuSpace, GpuSpace], buffers: readonly GPUBuffer[]): void {
  for (const buffer of buffers) space.free(buffer);
  space.destroy();
  if (whole !== space) whole.destroy();
  space.stream.destroy();
}
