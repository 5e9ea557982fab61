/**
 * A dispatch in parts, for devices on which one kernel takes longer than a submit may. WGSL has no first workgroup, so a second
 * text of the kernel adds one from a uniform: the same threads do the same work, and the results are the same bit for bit.
 * It is compiled when a part is first wanted; devices that never want one pay nothing.
 */

import { createBuffer } from "./memory.ts";
import type { PipelineCache } from "./pipelines.ts";
import type { Dispatch } from "./submitter.ts";

/** Bytes between uniform bindings that every device accepts. */
export const UNIFORM_ALIGNMENT = 256;
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

/** The kernel with the number of its first workgroup in a uniform; null where it asks how many there are. */
export function withFirstGroup(wgsl: string, binding: number): string | null {
  const main = MAIN.exec(wgsl);
  if (main === null) throw new Error("internal: a kernel without a main function");
  const [text, size, parameters] = main;
  if (parameters.includes("num_workgroups")) return null;
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
  readonly pipelines: PipelineCache;
  readonly wgsl: string;
  readonly label: string;
  readonly resources: readonly GPUBufferBinding[];
  readonly groups: Groups;
  readonly flops: number;
  /** Told of each buffer, for the caller to destroy. */
  readonly allocated: (buffer: GPUBuffer) => void;
}

/** Cuts a dispatch into about so many parts, which are to run in their order; it alone where it cannot be cut. */
export function splitter(whole: WholeDispatch): (parts: number) => Promise<readonly Dispatch[]> | null {
  const { device, pipelines, wgsl, label, resources, groups, flops } = whole;
  const made = new Map<number, Promise<readonly Dispatch[]>>();
  const make = async (text: string, cut: readonly Part[]): Promise<readonly Dispatch[]> => {
    const pipeline = await pipelines.get(text, `${label}, in parts`);
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
      const first = { buffer, offset: i * UNIFORM_ALIGNMENT, size: 16 };
      const entries = [...resources, first].map((resource, binding) => ({ binding, resource }));
      const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries, label });
      const share = (part.groups[0] * part.groups[1] * part.groups[2]) / all;
      return { pipeline, bindGroup, groups: part.groups, flops: flops * share };
    });
  };
  return (parts) => {
    const cut = cutGroups(groups, parts);
    const known = made.get(cut.length);
    if (known !== undefined || cut.length === 1) return known ?? null;
    const text = withFirstGroup(wgsl, resources.length);
    if (text === null) return null;
    const dispatches = make(text, cut);
    made.set(cut.length, dispatches);
    return dispatches;
  };
}
