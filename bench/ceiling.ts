/** What the device can do at best with our kind of kernel: a 512^3 matrix product, 8 rows x 2 vec4 columns a thread. */

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

/** A function that runs the product `repeats` times and resolves when the device is done. */
export async function ceilingKernel(
  { gpu, pipelines }: Engines,
  repeats: number,
): Promise<() => Promise<void>> {
  const { device } = gpu;
  const pipeline = await pipelines.get(WGSL, "ceiling");
  const buffer = (): GPUBuffer =>
    device.createBuffer({ size: 4 * SIZE * SIZE, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [buffer(), buffer(), buffer()].map((b, binding) => ({ binding, resource: { buffer: b } })),
  });
  return async () => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    for (let i = 0; i < repeats; i++) pass.dispatchWorkgroups(((SIZE / 8) * (SIZE / 8)) / 32);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  };
}
