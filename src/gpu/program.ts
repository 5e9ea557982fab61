/**
 * A lowered graph on a device: buffers allocated by plan, pipelines compiled in parallel, commands recorded once and
 * replayed. Nothing is allocated while it runs.
 */

import type { Shape } from "../model/graph.ts";
import type { Kernel } from "./kernel.ts";
import type { Lowered } from "./lower.ts";
import { createBuffer, createBuffers, mapped } from "./memory.ts";
import { FIRST_GROUP_BYTES, splitter, UNIFORM_ALIGNMENT, withFirstGroup } from "./parts.ts";
import type { PipelineCache } from "./pipelines.ts";
import type { Plan } from "./plan.ts";
import { rowLists } from "./rowLists.ts";
import { type SharedText, shareTexts } from "./sharing.ts";
import type { Copy, Dispatch, Submitter } from "./submitter.ts";
import type { View } from "./view.ts";

export interface ProgramOptions {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  readonly submitter: Submitter;
  readonly lowered: Lowered;
  readonly plan: Plan;
  /** Vectors per product. */
  readonly probes: number;
  /** Buffers of the parameter vectors by name: theta, grad, v, hv. */
  readonly vectors: Readonly<Record<string, GPUBuffer>>;
  /** Called after each compiled pipeline. */
  readonly onCompiled?: (done: number, total: number) => void;
}

/** Values of inputs on the device, laid out for a program, so that `load` only has to copy them. */
export interface HeldInputs {
  readonly buffer: GPUBuffer;
  /** Where each of them begins, and where the program reads it. */
  readonly copies: readonly { readonly from: number; readonly to: GPUBuffer; readonly bytes: number }[];
}

/** Copies that belong to a run of the program. */
export interface Around {
  readonly before: readonly Copy[];
  readonly after: readonly Copy[];
}

const NOTHING: Around = { before: [], after: [] };

export class Program {
  readonly #options: ProgramOptions;
  readonly #buffers: GPUBuffer[];
  #primal: Dispatch[] = [];
  #tangent: Dispatch[] = [];

  private constructor(options: ProgramOptions, buffers: GPUBuffer[]) {
    this.#options = options;
    this.#buffers = buffers;
  }

  /** Allocates and compiles. Throws OutOfMemory if the device has no room. */
  static async create(options: ProgramOptions): Promise<Program> {
    const { device, plan, lowered } = options;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffers = await createBuffers(
      device,
      plan.buffers.map((size) => ({ label: "a program", size: Math.max(16, size), usage })),
    );
    const program = new Program(options, buffers);
    const total = lowered.primal.length + lowered.tangent.length;
    let done = 0;
    const compiled = (): void => options.onCompiled?.(++done, total);
    const kernels = [...lowered.primal, ...lowered.tangent];
    const texts = shareTexts(kernels);
    try {
      const sizes = uniforms(device, texts);
      buffers.push(sizes.buffer);
      const commands = await program.#record(kernels, texts, sizes, compiled);
      program.#primal = commands.slice(0, lowered.primal.length);
      program.#tangent = commands.slice(lowered.primal.length);
    } catch (error) {
      program.destroy();
      throw error;
    }
    return program;
  }

  /** Dispatches of the tangent program: one product. */
  get dispatches(): number {
    return this.#tangent.length;
  }

  get primalDispatches(): number {
    return this.#primal.length;
  }

  /** Floating-point operations of the tangent program for all probes. */
  get tangentFlops(): number {
    return this.#tangent.reduce((n, c) => n + c.flops, 0);
  }

  get primalFlops(): number {
    return this.#primal.reduce((n, c) => n + c.flops, 0);
  }

  get bytes(): number {
    return this.#buffers.reduce((n, b) => n + b.size, 0);
  }

  /** What `runPrimal` submits. */
  get primal(): readonly Dispatch[] {
    return this.#primal;
  }

  runPrimal(signal?: AbortSignal): Promise<void> {
    return this.#options.submitter.run(this.#primal, signal);
  }

  /** With copies before and after, which go into the same submit where the program fits one. */
  runTangent(signal?: AbortSignal, { before, after }: Around = NOTHING): Promise<void> {
    return this.#options.submitter.run([...before, ...this.#tangent, ...after], signal);
  }

  /** Writes an input given row-major in its logical shape: integers where its dtype is i32. */
  write(name: string, values: Values): void {
    for (const { view, values: own } of this.#written(name, values)) {
      const laid = new ArrayBuffer(4 * view.slot.floats);
      layOut(view, own, laid, 0);
      this.#options.device.queue.writeBuffer(this.#bufferOf(view), 0, laid);
    }
  }

  /** Lays inputs out in a buffer of their own, which the caller destroys. Throws OutOfMemory if the device has no room. */
  async hold(inputs: Readonly<Record<string, Values>>): Promise<HeldInputs> {
    const { device } = this.#options;
    const written = Object.entries(inputs).flatMap(([name, values]) => this.#written(name, values));
    let bytes = 0;
    const copies = written.map(({ view }) => {
      const copy = { from: bytes, to: this.#bufferOf(view), bytes: 4 * view.slot.floats };
      bytes += copy.bytes;
      return copy;
    });
    const usage = GPUBufferUsage.COPY_SRC;
    const held = { label: "the samples of a part", size: bytes, usage, mappedAtCreation: true };
    const [buffer] = await createBuffers(device, [held]);
    const laid = buffer.getMappedRange();
    written.forEach(({ view, values }, i) => {
      layOut(view, values, laid, copies[i].from);
    });
    buffer.unmap();
    return { buffer, copies };
  }

  /** Puts held inputs where the program reads them, after what has been submitted before. */
  load(held: HeldInputs): void {
    const { device } = this.#options;
    const encoder = device.createCommandEncoder();
    for (const { from, fromAt, to, toAt, bytes } of this.loading(held))
      encoder.copyBufferToBuffer(from, fromAt, to, toAt, bytes);
    device.queue.submit([encoder.finish()]);
  }

  /** What `load` copies. */
  loading({ buffer, copies }: HeldInputs): Copy[] {
    return copies.map(({ from, to, bytes }) => ({ from: buffer, fromAt: from, to, toAt: 0, bytes }));
  }

  /** Bytes of an output that does not depend on the tangent. */
  outputBytes(name: string): number {
    return 4 * this.#outputView(name).slot.floats;
  }

  /** Copies such an output, as it lies in memory. */
  saving(name: string, to: GPUBuffer, toAt: number): Copy {
    const from = this.#bufferOf(this.#outputView(name));
    return { from, fromAt: 0, to, toAt, bytes: this.outputBytes(name) };
  }

  /** What such a copy holds, row-major. */
  saved(name: string, bytes: ArrayBuffer, at: number): Float32Array {
    const view = this.#outputView(name);
    return elements(view, new Float32Array(bytes, at, view.slot.floats));
  }

  /** What is written for an input: itself, and the lists of rows that share an index. */
  #written(name: string, values: Values): { readonly view: View; readonly values: Values }[] {
    const { inputs, rowLists: lists } = this.#options.lowered;
    const view = inputs.get(name);
    if (view === undefined) throw new Error(`internal: the program has no input ${name}`);
    const made = lists
      .filter(({ input }) => input === name)
      .flatMap(({ first, next }) => {
        const list = rowLists(values, first.shape[0]);
        return [
          { view: first, values: list.first },
          { view: next, values: list.next },
        ];
      });
    return [{ view, values }, ...made];
  }

  /** Of an output. */
  shape(name: string): Shape {
    return this.#outputView(name).shape;
  }

  /** Reads an output row-major; for outputs that depend on the tangent, one array per probe. */
  async read(name: string): Promise<Float32Array[]> {
    const view = this.#outputView(name);
    const { device, probes } = this.#options;
    const copies = view.slot.probeStride > 0 ? probes : 1;
    const staging = createBuffer(device, {
      label: "results to read",
      size: 4 * view.slot.floats * copies,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#bufferOf(view), 0, staging, 0, staging.size);
    device.queue.submit([encoder.finish()]);
    try {
      const all = new Float32Array(await mapped(device, staging, staging.size));
      const { floats } = view.slot;
      return Array.from({ length: copies }, (_, c) =>
        elements(view, all.subarray(c * floats, (c + 1) * floats)),
      );
    } finally {
      staging.destroy();
    }
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }

  #outputView(name: string): View {
    const view = this.#options.lowered.outputs.get(name);
    if (view === undefined) throw new Error(`internal: the program has no output ${name}`);
    return view;
  }

  #bufferOf(view: View): GPUBuffer {
    const { plan, vectors } = this.#options;
    if (view.slot.vector !== undefined) return vectors[view.slot.vector];
    return this.#buffers[plan.place.get(view.slot.id) as number];
  }

  #record(
    kernels: readonly Kernel[],
    texts: readonly SharedText[],
    { first, sizes }: Uniforms,
    compiled: () => void,
  ): Promise<Dispatch[]> {
    const { device, probes } = this.#options;
    const pipelines = this.#compile(kernels, texts);
    return Promise.all(
      kernels.map(async (kernel, i) => {
        const pipeline = await pipelines[i];
        compiled();
        const z = kernel.batched ? probes : 1;
        const resources = [...this.#resources(kernel), ...(sizes[i] ? [sizes[i]] : [])];
        const entries = [...resources, first].map((resource, binding) => ({ binding, resource }));
        const layout = pipeline.getBindGroupLayout(0);
        const groups = [...kernel.groups, z] as const;
        const [label, flops] = [kernel.label, kernel.flops * z];
        const allocated = (buffer: GPUBuffer): unknown => this.#buffers.push(buffer);
        return {
          pipeline,
          bindGroup: device.createBindGroup({ layout, entries, label }),
          groups,
          flops,
          split: splitter({ device, pipeline, label, resources, groups, flops, allocated }),
        };
      }),
    );
  }

  /** The longest texts first: what compiles long must not be begun last. */
  #compile(kernels: readonly Kernel[], texts: readonly SharedText[]): Promise<GPUComputePipeline>[] {
    const made: Promise<GPUComputePipeline>[] = [];
    const order = texts.map((_, i) => i).sort((a, b) => texts[b].wgsl.length - texts[a].wgsl.length);
    for (const i of order)
      made[i] = this.#options.pipelines.get(pipelineText(kernels[i], texts[i]), kernels[i].label);
    return made;
  }

  #resources(kernel: Kernel): GPUBufferBinding[] {
    const { plan, vectors, probes } = this.#options;
    return kernel.bindings.map(({ slot }): GPUBufferBinding => {
      if (slot.vector === undefined) return { buffer: this.#buffers[plan.place.get(slot.id) as number] };
      const floats = slot.floats + (slot.probeStride > 0 ? (probes - 1) * slot.probeStride : 0);
      return { buffer: vectors[slot.vector], offset: 4 * (slot.start as number), size: 4 * floats };
    });
  }
}

interface Uniforms {
  readonly buffer: GPUBuffer;
  /** Workgroup 0, at which whole dispatches begin. */
  readonly first: GPUBufferBinding;
  /** One per kernel; null where its text needs none. */
  readonly sizes: readonly (GPUBufferBinding | null)[];
}

/** What is compiled for a kernel: behind its operands it reads its sizes, if it has any, and where it begins. */
export const pipelineText = ({ bindings }: Kernel, { wgsl, sizes }: SharedText): string =>
  withFirstGroup(wgsl, bindings.length + (sizes === null ? 0 : 1));

/** What kernels read behind their operands, in one buffer. */
export function uniforms(device: GPUDevice, texts: readonly SharedText[]): Uniforms {
  let bytes = UNIFORM_ALIGNMENT;
  const places = texts.map(({ sizes }) => {
    if (sizes === null) return null;
    const offset = bytes;
    bytes += Math.ceil(sizes.byteLength / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
    return { offset, sizes };
  });
  const usage = GPUBufferUsage.UNIFORM;
  const buffer = createBuffer(device, { label: "sizes", size: bytes, usage, mappedAtCreation: true });
  const range = buffer.getMappedRange();
  for (const place of places) if (place !== null) new Uint32Array(range).set(place.sizes, place.offset / 4);
  buffer.unmap();
  return {
    buffer,
    first: { buffer, offset: 0, size: FIRST_GROUP_BYTES },
    sizes: places.map((place) => place && { buffer, offset: place.offset, size: place.sizes.byteLength }),
  };
}

type Values = Float32Array | Int32Array;

/** Writes row-major values into a zeroed slot that begins at byte `from`. */
function layOut(view: View, values: Values, laid: ArrayBuffer, from: number): void {
  const { floats } = view.slot;
  const slot =
    values instanceof Int32Array ? new Int32Array(laid, from, floats) : new Float32Array(laid, from, floats);
  forEachElement(view, (at, i) => {
    slot[at] = values[i];
  });
}

/** The elements of a view, row-major, out of what its slot holds. */
function elements(view: View, slot: Float32Array): Float32Array {
  const out = new Float32Array(view.shape.reduce((a, b) => a * b, 1));
  forEachElement(view, (at, i) => {
    out[i] = slot[at];
  });
  return out;
}

/** Calls `visit(place in the slot, row-major index)` for each element of a view. */
function forEachElement(view: View, visit: (at: number, index: number) => void): void {
  const rank = view.shape.length;
  const total = view.shape.reduce((a, b) => a * b, 1);
  const index = new Array<number>(rank).fill(0);
  let at = view.offset;
  for (let i = 0; i < total; i++) {
    visit(at, i);
    for (let d = rank - 1; d >= 0; d--) {
      at += view.strides[d];
      if (++index[d] < view.shape[d]) break;
      at -= view.strides[d] * view.shape[d];
      index[d] = 0;
    }
  }
}
