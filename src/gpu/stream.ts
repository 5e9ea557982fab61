/**
 * Small vector kernels in one command stream: recorded as they are called, submitted together. Arguments go through a
 * ring of uniform slots, so that nothing is allocated and no bind group is built twice.
 */

import { createBuffer, mapped } from "./memory.ts";
import type { PipelineCache } from "./pipelines.ts";

/** Fields of `Arguments` in vector.wgsl. */
export interface Arguments {
  readonly a?: number;
  readonly b?: number;
  readonly before?: number;
  readonly count?: number;
  /** Basis column, or absent for the column of z. */
  readonly column?: number;
}

const SLOT_BYTES = 256;
const SLOTS = 256;
/** What a stream takes, whatever goes through it. */
export const STREAM_BYTES = SLOT_BYTES * SLOTS;
/** Bytes that the kernels of one submit may bind together: 50 ms where memory is slow. */
const SUBMIT_BYTES = 1e9;
const EVERY_COLUMN = 0xffffffff;

type Step =
  | {
      readonly kind: "dispatch";
      readonly pipeline: GPUComputePipeline;
      readonly bindGroup: GPUBindGroup;
      readonly groups: readonly [number, number, number];
      readonly offset: number;
    }
  | {
      readonly kind: "copy";
      readonly from: GPUBuffer;
      readonly fromAt: number;
      readonly to: GPUBuffer;
      readonly toAt: number;
      readonly bytes: number;
    }
  | { readonly kind: "clear"; readonly buffer: GPUBuffer; readonly at: number; readonly bytes: number };

export class Stream {
  readonly device: GPUDevice;
  readonly #pipelines: PipelineCache;
  readonly #uniforms: GPUBuffer;
  readonly #arguments = new ArrayBuffer(STREAM_BYTES);
  readonly #bindGroups = new Map<string, GPUBindGroup>();
  readonly #ids = new WeakMap<GPUBuffer, number>();
  #nextId = 0;
  #steps: Step[] = [];
  #used = 0;
  #bound = 0;
  readonly #mostBound: number;

  constructor(device: GPUDevice, pipelines: PipelineCache, mostBound = SUBMIT_BYTES) {
    this.device = device;
    this.#pipelines = pipelines;
    this.#mostBound = mostBound;
    this.#uniforms = createBuffer(device, {
      label: "vector arguments",
      size: STREAM_BYTES,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  pipeline(wgsl: string, label: string): Promise<GPUComputePipeline> {
    return this.#pipelines.get(wgsl, label);
  }

  dispatch(
    pipeline: GPUComputePipeline,
    buffers: readonly GPUBuffer[],
    args: Arguments,
    groups: readonly [number, number, number],
  ): void {
    const bytes = buffers.reduce((sum, { size }) => sum + size, 0);
    if (this.#used === SLOTS || this.#bound + bytes > this.#mostBound) this.flush();
    this.#bound += bytes;
    const offset = this.#used++ * SLOT_BYTES;
    const view = new DataView(this.#arguments, offset);
    view.setFloat32(0, args.a ?? 0, true);
    view.setFloat32(4, args.b ?? 0, true);
    view.setUint32(8, args.before ?? 0, true);
    view.setUint32(12, args.count ?? 0, true);
    view.setUint32(16, args.column ?? EVERY_COLUMN, true);
    const bindGroup = this.#bind(pipeline, buffers, offset);
    this.#steps.push({ kind: "dispatch", pipeline, bindGroup, groups, offset });
  }

  copy(from: GPUBuffer, fromAt: number, to: GPUBuffer, toAt: number, bytes: number): void {
    this.#steps.push({ kind: "copy", from, fromAt, to, toAt, bytes });
  }

  /** Zeros, in the whole buffer or in a range of bytes. */
  clear(buffer: GPUBuffer, at = 0, bytes = buffer.size - at): void {
    this.#steps.push({ kind: "clear", buffer, at, bytes });
  }

  /** Submits what has been recorded. Call before other work that reads the same buffers. */
  flush(): void {
    if (this.#steps.length === 0) return;
    if (this.#used > 0)
      this.device.queue.writeBuffer(this.#uniforms, 0, this.#arguments, 0, this.#used * SLOT_BYTES);
    const encoder = this.device.createCommandEncoder();
    let pass: GPUComputePassEncoder | null = null;
    for (const step of this.#steps) {
      if (step.kind === "dispatch") {
        pass ??= encoder.beginComputePass();
        pass.setPipeline(step.pipeline);
        pass.setBindGroup(0, step.bindGroup);
        pass.dispatchWorkgroups(...step.groups);
        continue;
      }
      pass?.end();
      pass = null;
      if (step.kind === "copy")
        encoder.copyBufferToBuffer(step.from, step.fromAt, step.to, step.toAt, step.bytes);
      else encoder.clearBuffer(step.buffer, step.at, step.bytes);
    }
    pass?.end();
    this.device.queue.submit([encoder.finish()]);
    this.#steps = [];
    this.#used = 0;
    this.#bound = 0;
  }

  /** Copies a buffer's first `bytes` to the CPU. */
  async read(buffer: GPUBuffer, bytes: number): Promise<Float32Array<ArrayBuffer>> {
    const staging = createBuffer(this.device, {
      label: "results to read",
      size: bytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    this.copy(buffer, 0, staging, 0, bytes);
    // What is read in one go is submitted together.
    await null;
    this.flush();
    try {
      return new Float32Array(await mapped(this.device, staging, bytes));
    } finally {
      staging.destroy();
    }
  }

  /** Bind groups of a destroyed buffer must not be kept. */
  forget(buffer: GPUBuffer): void {
    const id = this.#ids.get(buffer);
    if (id === undefined) return;
    for (const key of this.#bindGroups.keys()) {
      if (key.split(",").includes(`b${id}`)) this.#bindGroups.delete(key);
    }
  }

  destroy(): void {
    this.#uniforms.destroy();
    this.#bindGroups.clear();
  }

  #id(object: GPUBuffer): number {
    let id = this.#ids.get(object);
    if (id === undefined) {
      id = this.#nextId++;
      this.#ids.set(object, id);
    }
    return id;
  }

  #bind(pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[], offset: number): GPUBindGroup {
    const key = [pipeline.label, offset, ...buffers.map((b) => `b${this.#id(b)}`)].join(",");
    let group = this.#bindGroups.get(key);
    if (group === undefined) {
      const entries = [
        { binding: 0, resource: { buffer: this.#uniforms, offset, size: SLOT_BYTES } },
        ...buffers.map((buffer, i) => ({ binding: i + 1, resource: { buffer } })),
      ];
      group = this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
      this.#bindGroups.set(key, group);
    }
    return group;
  }
}
