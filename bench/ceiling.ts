/**
 * What the device can do with our kind of kernel: a 512^3 matrix product in registers, by the tile with which the goals were set and
 * by the best one known; and how fast it copies.
 */

import type { Engines } from "../src/run/device.ts";
import { inTurn, median } from "./measure.ts";

const SIZE = 512;
export const CEILING_FLOPS = 2 * SIZE ** 3;

/** Rows and vec4 columns that a thread holds. */
type Tile = readonly [rows: number, columns: number];
/** That of the hand-written kernels by which the goals were set. */
const REFERENCE: Tile = [8, 2];
/** Software adapters pay for loads and not for registers, of which GPUs run out. */
const LARGER: readonly Tile[] = [
  [16, 4],
  [32, 4],
];
const WORKGROUP = 32;
const TRIALS = 3;

const lines = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join("\n");

const product = ([rows, columns]: Tile): string => `
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let x = gid.x % ${SIZE / 4 / columns}u * ${columns}u;
  let row = gid.x / ${SIZE / 4 / columns}u * ${rows}u;
  ${lines(rows, (i) => lines(columns, (j) => `var c${i}_${j} = vec4f();`))}
  for (var k = 0u; k < ${SIZE / 4}u; k++) {
    ${lines(4, (r) => lines(columns, (j) => `let b${r}_${j} = b[(k * 4u + ${r}u) * ${SIZE / 4}u + x + ${j}u];`))}
    ${lines(
      rows,
      (i) => `{ let v = a[(row + ${i}u) * ${SIZE / 4}u + k];
      ${lines(columns, (j) => `c${i}_${j} += v.x * b0_${j} + v.y * b1_${j} + v.z * b2_${j} + v.w * b3_${j};`)} }`,
    )}
  }
  ${lines(rows, (i) => lines(columns, (j) => `c[(row + ${i}u) * ${SIZE / 4}u + x + ${j}u] = c${i}_${j};`))}
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

/** Functions that run the product once and resolve when the device is done. */
export interface Ceilings {
  readonly reference: Job;
  /** The fastest of all, on this device and now. */
  readonly best: Job;
}

export async function ceilingKernels(engines: Engines): Promise<Ceilings> {
  const tiles = [REFERENCE, ...LARGER];
  const jobs = await Promise.all(
    tiles.map((tile) =>
      alone(engines, {
        wgsl: product(tile),
        label: `ceiling ${tile.join("x")}`,
        sizes: [1, 1, 1].map(() => 4 * SIZE * SIZE),
        groups: SIZE ** 2 / (4 * tile[0] * tile[1]) / WORKGROUP,
      }),
    ),
  );
  // The first run of a pipeline pays for its last stage of compilation.
  for (const job of jobs) await job();
  const times = Object.values(await inTurn(Object.fromEntries(jobs.entries()), TRIALS)).map(median);
  return { reference: jobs[0], best: jobs[times.indexOf(Math.min(...times))] };
}

/** A function that copies once. */
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
