/**
 * Products with activations on the GPU: a change of what a unit takes or gives, sample by sample. In `eval` mode no sample
 * knows another, so that a product is a block-diagonal matrix times a vector; each sample is then a column of its own, with
 * its own matrix, and all go through one program at once.
 */

import type { Staged } from "../autograd/linearize.ts";
import { kernelBounds } from "../gpu/device.ts";
import { createBuffer } from "../gpu/memory.ts";
import { checkPlan } from "../gpu/plan.ts";
import { Stream } from "../gpu/stream.ts";
import { VectorLayout } from "../gpu/vectorLayout.ts";
import { GpuSpace, type GpuVector } from "../gpu/vectors.ts";
import { type Shape, sizeOf } from "../model/index.ts";
import { BatchedProgram, type Blueprint, drawBlueprint } from "./batched.ts";
import type { Engines } from "./device.ts";
import type { Partition } from "./partition.ts";

/** A linear map from one activation to another, by their names. */
export interface ActivationMap {
  readonly staged: Staged;
  readonly from: string;
  readonly to: string;
}

export interface ActivationsOptions extends Engines {
  /** Of one part. */
  readonly partition: Partition;
  readonly parameters: Float32Array;
  /** Of the whole batch, by name. */
  readonly shapes: Readonly<Record<string, Shape>>;
  /** Samples that are columns of their own: all, or 1 where they are coupled. */
  readonly columns: number;
  readonly maps: readonly ActivationMap[];
  /** Vectors of each activation that will be wanted, for the memory plan. */
  readonly vectors: number;
  /** Bytes that are free. */
  readonly budget: number;
  readonly advice: string;
}

/** An activation of the batch, and of a column. */
interface Place {
  readonly whole: VectorLayout;
  readonly own: VectorLayout;
}

export class Activations {
  /** Of columns, by the name of the activation. */
  readonly spaces: Readonly<Record<string, GpuSpace>>;
  readonly #options: ActivationsOptions;
  readonly #places: Readonly<Record<string, Place>>;
  readonly #stream: Stream;
  readonly #theta: GPUBuffer;
  #products: { readonly v: GPUBuffer; readonly hv: GPUBuffer; readonly batch: BatchedProgram }[] = [];

  private constructor(
    options: ActivationsOptions,
    places: Readonly<Record<string, Place>>,
    spaces: Readonly<Record<string, GpuSpace>>,
    stream: Stream,
    theta: GPUBuffer,
  ) {
    this.#options = options;
    this.#places = places;
    this.spaces = spaces;
    this.#stream = stream;
    this.#theta = theta;
  }

  /** Compiles, and runs the forward pass as far as each map needs it. Throws MemoryRefusal before anything is allocated. */
  static async create(options: ActivationsOptions, signal?: AbortSignal): Promise<Activations> {
    const { gpu, pipelines, partition, parameters, shapes, columns, maps } = options;
    const layout = new VectorLayout(partition.graph.params);
    const places = mapped(shapes, (shape, name) => placeOf(name, shape, columns));
    const blueprints = maps.map(({ staged, from, to }) =>
      drawBlueprint(staged, {
        ...{ layout, layouts: { v: places[from].whole, hv: places[to].whole }, partition, probes: 1 },
        ...kernelBounds(gpu),
      }),
    );
    checkMemory(options, layout, places, blueprints);
    const stream = new Stream(gpu.device, pipelines);
    const spaces: Record<string, GpuSpace> = {};
    for (const [name, { own }] of Object.entries(places))
      spaces[name] = await GpuSpace.create(stream, own, columns, gpu.limits);
    const theta = buffer(gpu.device, layout.extent, "theta");
    gpu.device.queue.writeBuffer(theta, 0, layout.pack(parameters) as Float32Array<ArrayBuffer>);
    const made = new Activations(options, places, spaces, stream, theta);
    try {
      for (const [i, blueprint] of blueprints.entries()) await made.#add(maps[i], blueprint, signal);
    } catch (error) {
      made.destroy();
      throw error;
    }
    return made;
  }

  /** out := map v, column by column; `map` is a place in the list of maps. */
  async apply(map: number, v: GpuVector, out: GpuVector, signal?: AbortSignal): Promise<void> {
    const { from, to } = this.#options.maps[map];
    const product = this.#products[map];
    this.#move(from, (own, whole, bytes) => this.#stream.copy(v.buffer, own, product.v, whole, bytes));
    this.#stream.flush();
    await product.batch.tangent(() => {}, signal);
    this.#move(to, (own, whole, bytes) => this.#stream.copy(product.hv, whole, out.buffer, own, bytes));
  }

  destroy(): void {
    this.#stream.flush();
    for (const { v, hv, batch } of this.#products) {
      batch.destroy();
      v.destroy();
      hv.destroy();
    }
    this.#theta.destroy();
    for (const space of Object.values(this.spaces)) space.destroy();
    this.#stream.destroy();
  }

  async #add({ from, to }: ActivationMap, blueprint: Blueprint, signal?: AbortSignal): Promise<void> {
    const { gpu, pipelines, submitter } = this.#options;
    const v = buffer(gpu.device, this.#places[from].whole.extent, "activation tangent");
    const hv = buffer(gpu.device, this.#places[to].whole.extent, "activation product");
    const vectors = { theta: this.#theta, v, hv };
    try {
      const batch = await BatchedProgram.create({ gpu, pipelines, submitter, blueprint, vectors });
      this.#products.push({ v, hv, batch });
      await batch.primal(() => {}, signal);
    } catch (error) {
      if (this.#products.every((product) => product.v !== v)) for (const one of [v, hv]) one.destroy();
      throw error;
    }
  }

  /** Calls for each column, or once where columns lie as the batch does: bytes into the block, into the batch, and how many. */
  #move(name: string, visit: (own: number, whole: number, bytes: number) => void): void {
    const { columns } = this.#options;
    const { own, whole } = this.#places[name];
    const bytes = 4 * floatsOf(own);
    if (floatsOf(whole) !== columns * floatsOf(own))
      throw new Error(`internal: the columns of ${name} do not make up the batch`);
    // The batch is dense, and columns begin at multiples of 64 floats.
    const stride = 4 * own.extent;
    if (columns === 1 || bytes === stride) visit(0, 0, columns * bytes);
    else for (let c = 0; c < columns; c++) visit(c * stride, c * bytes, bytes);
  }
}

function placeOf(name: string, shape: Shape, columns: number): Place {
  const [first, ...rest] = shape;
  if (columns > 1 && (first % columns !== 0 || shape.length < 2))
    throw new Error(`internal: ${name} of shape [${shape.join(",")}] has no axis of ${columns} samples`);
  const own = columns === 1 ? shape : first === columns ? rest : [first / columns, ...rest];
  return { whole: layoutOf(name, shape), own: layoutOf(name, own) };
}

const layoutOf = (name: string, shape: Shape): VectorLayout =>
  new VectorLayout([
    { name, fileShape: shape, axes: shape.map((_, i) => i), size: sizeOf(shape), offset: 0, node: 0 },
  ]);

/** Floats without what fills up the last multiple of 64. */
const floatsOf = (layout: VectorLayout): number => layout.view("v", 0, 0, 0).slot.floats;

const mapped = <A, B>(record: Readonly<Record<string, A>>, f: (a: A, key: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, a]) => [key, f(a, key)]));

function checkMemory(
  { gpu, columns, maps, vectors, budget, advice }: ActivationsOptions,
  layout: VectorLayout,
  places: Readonly<Record<string, Place>>,
  blueprints: readonly Blueprint[],
): void {
  const own = Object.values(places).reduce(
    (bytes, place) =>
      bytes + 4 * place.own.extent * columns * vectors + GpuSpace.scratchBytes(vectors, columns),
    0,
  );
  const ends = maps.reduce(
    (sum, { from, to }) => sum + places[from].whole.extent + places[to].whole.extent,
    0,
  );
  const held = blueprints.reduce((bytes, { heldBytes }) => bytes + heldBytes, 0);
  const plans = blueprints.map(({ plan }) => plan);
  checkPlan(plans, gpu.limits, budget, 4 * layout.extent + own + 4 * ends + held, advice);
}

const buffer = (device: GPUDevice, floats: number, label: string): GPUBuffer =>
  createBuffer(device, {
    ...{ label, size: 4 * floats },
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
