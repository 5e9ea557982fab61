/** A vector plus multiples of others, with coefficients on the device, as a command that can be replayed. */
import template from "../shaders/weightedSum.wgsl?raw";
import { grid } from "./kernel.ts";
import type { PipelineCache } from "./pipelines.ts";
import type { Dispatch } from "./submitter.ts";
import { expand } from "./template.ts";
import type { GpuSpace, GpuVector } from "./vectors.ts";

export interface WeightedSum {
  readonly base: GpuVector;
  /** As many as there are coefficients: few enough for the bindings of one shader. */
  readonly vectors: readonly GpuVector[];
  /** float32 */
  readonly coefficients: GPUBuffer;
  readonly out: GpuVector;
}

/** out := base + sum_i c_i v_i for single vectors of a space. */
export async function weightedSum(
  pipelines: PipelineCache,
  space: GpuSpace,
  { base, vectors, coefficients, out }: WeightedSum,
): Promise<Dispatch> {
  const { extent } = space.layout;
  const { groups, row } = grid(extent / 4, 64);
  const [vec4s, count] = [extent / 4, vectors.length];
  const wgsl = expand(template, { COUNT: count, ROW: row, VEC4S: vec4s });
  const pipeline = await pipelines.get(wgsl, `weighted sum ${count} of ${extent}`);
  const buffers = [base.buffer, out.buffer, coefficients, ...vectors.map(({ buffer }) => buffer)];
  const bindGroup = space.stream.device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return { pipeline, bindGroup, groups: [...groups, 1], flops: 2 * count * extent };
}
