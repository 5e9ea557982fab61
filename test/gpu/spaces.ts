/** Small vectors on the GPU for tests. */
import type { Disk } from "../../src/gpu/columns.ts";
import { PipelineCache } from "../../src/gpu/pipelines.ts";
import { Stream } from "../../src/gpu/stream.ts";
import { VectorLayout } from "../../src/gpu/vectorLayout.ts";
import { GpuSpace } from "../../src/gpu/vectors.ts";
import type { Param } from "../../src/model/graph.ts";
import { seeded, uniformArray } from "../autograd/seeded.ts";
import { dawn } from "./dawn.ts";

/** A kernel in file order OIHW, a bias, a matrix and a single number: no row is a multiple of four. */
export const params: Param[] = [];
for (const [name, fileShape, axes] of [
  ["conv.weight", [3, 5, 3, 3], [2, 3, 1, 0]],
  ["conv.bias", [3], [0]],
  ["fc.weight", [7, 13], [0, 1]],
  ["scale", [1], [0]],
] as const) {
  const size = fileShape.reduce((a: number, b) => a * b, 1);
  const offset = params.reduce((n, p) => n + p.size, 0);
  params.push({ name, fileShape, axes, size, offset, node: params.length });
}
export const layout = new VectorLayout(params);
export const { n } = layout;
export const segments = params.map(({ name, size }) => ({ name, size }));

/** Limits, and a window on host memory, that let a buffer hold `perChunk` Krylov vectors. */
export async function gpuSpace(
  k: number,
  perChunk = 100,
  where: "the device" | "host memory" | Disk = "the device",
  chosen?: GPUDevice,
): Promise<GpuSpace> {
  const device = chosen ?? (await dawn()).device;
  const most = perChunk * 4 * layout.extent * k;
  const limits = { maxBufferSize: most, maxStorageBufferBindingSize: most };
  const memory = { bytes: 1e6, window: perChunk };
  const kept = typeof where === "string" ? memory : { ...memory, disk: where };
  const room = where === "the device" ? null : kept;
  return GpuSpace.create(new Stream(device, new PipelineCache(device)), layout, k, limits, room);
}

export const columns = (k: number, seed: number): Float64Array[] => {
  const random = seeded(seed);
  return Array.from({ length: k }, () => uniformArray(random, [n]).map(Math.fround));
};
