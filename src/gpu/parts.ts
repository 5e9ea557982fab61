/**
 * A dispatch in parts, for devices on which one kernel takes longer than a submit may. WGSL has no first workgroup, so the text
 * of a kernel adds one from a uniform: the same threads do the same work, and the results are the same bit for bit. The whole
 * dispatch runs the same pipeline from workgroup 0: a pipeline of its own for the parts would be compiled while a run waits.
 */

import { createBuffer } from "./memory.ts";
import type { Dispatch } from "./submitter.ts";

/** Bytes between uniform bindings that every device accepts. */
export const UNIFORM_ALIGNMENT = 256;
/** Of the number of the first workgroup. */
export const FIRST_GROUP_BYTES = 16;
/** Parts of one dispatch. */
const MOST = 256;

type Groups = Dispatch["groups"];

export interface Part {
  readonly first: Groups;
  readonly groups: Groups;
}

/** About as many parts of nearly the same size, cut along the longest dimension; how many is rounded up to a power of two. */
export function cutGroups(groups: Groups, parts: number): Part[] {
  const along = groups.indexOf(Math.max(...groups));
  const length = groups[along];
  const count = Math.min(length, MOST, 2 ** Math.ceil(Math.log2(parts)));
  const at = (part: number): number => Math.floor((part * length) / count);
  const replaced = (value: number, others: Groups): Groups =>
    others.map((other, d) => (d === along ? value : other)) as [number, number, number];
  return Array.from({ length: count }, (_, part) => ({
    first: replaced(at(part), [0, 0, 0]),
    groups: replaced(at(part + 1) - at(part), groups),
  }));
}

const MAIN = /@workgroup_size\(([^)]*)\)\s*fn main\(([^{]*)\)\s*\{/;
const BUILTIN = /@builtin\((\w+)\)\s*(\w+)(\s*:\s*vec3u)/g;

/** The kernel with the number of its first workgroup in a uniform. */
export function withFirstGroup(wgsl: string, binding: number): string {
  const main = MAIN.exec(wgsl);
  if (main === null) throw new Error("internal: a kernel without a main function");
  const [text, size, parameters] = main;
  if (parameters.includes("num_workgroups"))
    throw new Error("internal: a kernel asks how many workgroups run");
  const [x, y = "1", z = "1"] = size.split(",").map((n) => n.trim().replace(/[ui]$/, ""));
  const steps: Readonly<Record<string, string>> = {
    global_invocation_id: `first_group.xyz * vec3u(${x}, ${y}, ${z})`,
    workgroup_id: "first_group.xyz",
  };
  let lets = "";
  const moved = parameters.replace(BUILTIN, (all, builtin: string, name: string, type: string) => {
    const step = steps[builtin];
    if (step === undefined) return all;
    lets += `\n  let ${name} = ${name}_in_part + ${step};`;
    return `@builtin(${builtin}) ${name}_in_part${type}`;
  });
  const declaration = `@group(0) @binding(${binding}) var<uniform> first_group: vec4u;\n`;
  return declaration + wgsl.replace(text, () => text.replace(parameters, () => moved) + lets);
}

export interface WholeDispatch {
  readonly device: GPUDevice;
  /** Of the text with the number of its first workgroup. */
  readonly pipeline: GPUComputePipeline;
  readonly label: string;
  /** Without the number of the first workgroup, which is bound behind them. */
  readonly resources: readonly GPUBufferBinding[];
  readonly groups: Groups;
  readonly flops: number;
  /** Told of each buffer, for the caller to destroy. */
  readonly allocated: (buffer: GPUBuffer) => void;
}

/** Cuts a dispatch into about so many parts, which are to run in their order; null where it cannot be cut. */
export function splitter(whole: WholeDispatch): (parts: number) => readonly Dispatch[] | null {
  const { device, pipeline, label, resources, groups, flops } = whole;
  const made = new Map<number, readonly Dispatch[]>();
  const make = (cut: readonly Part[]): readonly Dispatch[] => {
    const buffer = createBuffer(device, {
      label: "first workgroups",
      size: cut.length * UNIFORM_ALIGNMENT,
      usage: GPUBufferUsage.UNIFORM,
      mappedAtCreation: true,
    });
    whole.allocated(buffer);
    const range = new Uint32Array(buffer.getMappedRange());
    cut.forEach(({ first }, i) => {
      range.set(first, (i * UNIFORM_ALIGNMENT) / 4);
    });
    buffer.unmap();
    const all = groups[0] * groups[1] * groups[2];
    return cut.map((part, i) => {
      const first = { buffer, offset: i * UNIFORM_ALIGNMENT, size: FIRST_GROUP_BYTES };
      const entries = [...resources, first].map((resource, binding) => ({ binding, resource }));
      const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries, label });
      const share = (part.groups[0] * part.groups[1] * part.groups[2]) / all;
      return { pipeline, bindGroup, groups: part.groups, flops: flops * share };
    });
  };
  return (parts) => {
    const cut = cutGroups(groups, parts);
    const dispatches = made.get(cut.length) ?? (cut.length === 1 ? null : make(cut));
    if (dispatches !== null) made.set(cut.length, dispatches);
    return dispatches;
  };
}
