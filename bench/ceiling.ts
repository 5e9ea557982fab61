/**
 * What the device can do at best with our kind of kernel: a 512^3 matrix product, 8 rows x 2 vec4 columns a thread; and how
 * fast it copies.
 */

import type { Engines } from "../src/run/device.ts";

const SIZE = 512;
export const CEILING_FLOPS = 2 * SIZE ** 3;

const lines = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join("\n");

const WGSL = `
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let x = gid.x % ${SIZE / 8}u * 2u;
  let row = gid.x / ${SIZE / 8}u * 8u;
  ${lines(8, (i) => `var c${i}_0 = vec4f(); var c${i}_1 = vec4f();`)}
  for (var k = 0u; k < ${SIZE / 4}u; k++) {
    ${lines(4, (r) => `let b${r}_0 = b[(k * 4u + ${r}u) * ${SIZE / 4}u + x]; let b${r}_1 = b[(k * 4u + ${r}u) * ${SIZE / 4}u + x + 1u];`)}
    ${lines(
      8,
      (i) => `{ let v = a[(row + ${i}u) * ${SIZE / 4}u + k];
      c${i}_0 += v.x * b0_0 + v.y * b1_0 + v.z * b2_0 + v.w * b3_0;
      c${i}_1 += v.x * b0_1 + v.y * b1_1 + v.z * b2_1 + v.w * b3_1; }`,
    )}
  }
  ${lines(8, (i) => `c[(row + ${i}u) * ${SIZE / 4}u + x] = c${i}_0; c[(row + ${i}u) * ${SIZE / 4}u + x + 1u] = c${i}_1;`)}
}`;

/** Bytes that the copy reads, and as many that it writes. */
const COPIED = 2 ** 25;
/** Of both. */
export const COPY_BYTES = 2 * COPIED;

const COPY = `
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> b: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  b[gid.x] = a[gid.x];
}`;

export type Job = () => Promise<void>;

/** A function that runs the product once and resolves when the device is done. */
export const ceilingKernel = (engines: Engines): Promise<Job> =>
  alone(engines, {
    wgsl: WGSL,
    label: "ceiling",
    sizes: [1, 1, 1].map(() => 4 * SIZE * SIZE),
    groups: SIZE ** 2 / 64 / 32,
  });

/** The same for the copy. */
export const copyKernel = (engines: Engines): Promise<Job> =>
  alone(engines, { wgsl: COPY, label: "copy", sizes: [COPIED, COPIED], groups: COPIED / 16 / 64 });

async function alone(
  { gpu: { device }, pipelines }: Engines,
  kernel: {
    readonly wgsl: string;
    readonly label: string;
    readonly sizes: readonly number[];
    readonly groups: number;
  },
): Promise<Job> {
  const pipeline = await pipelines.get(kernel.wgsl, kernel.label);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: kernel.sizes.map((size, binding) => ({
      binding,
      resource: { buffer: device.createBuffer({ size, usage }) },
    })),
  });
  return async () => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(kernel.groups);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  };
}
