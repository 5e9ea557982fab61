import template from "../shaders/vector.wgsl?raw";
import { grid } from "./kernel.ts";
import type { Stream } from "./stream.ts";
import { expand } from "./template.ts";

/** Partial sums per dot product; a multiple of 64. */
export const LANES = 1024;

const KINDS = ["COMBINE", "SUBTRACT", "PROJECT", "SEGMENTS", "FINISH", "SQUARES"] as const;

export interface VectorKernels {
  /** y := a x + b y. */
  readonly add: GPUComputePipeline;
  /** y[at] := a x. */
  readonly scaleTo: GPUComputePipeline;
  /** y[at] := a x / coefficient. */
  readonly divideTo: GPUComputePipeline;
  readonly subtract: GPUComputePipeline;
  readonly project: GPUComputePipeline;
  readonly segments: GPUComputePipeline;
  readonly finish: GPUComputePipeline;
  readonly finishRoot: GPUComputePipeline;
  /** Workgroups in x and y that cover one column. */
  readonly groups: readonly [number, number];
}

/** Kernels for blocks of `k` columns of `extent` floats. */
export async function compileVectorKernels(
  stream: Stream,
  extent: number,
  k: number,
): Promise<VectorKernels> {
  const { groups } = grid(extent / 4, 64);
  const compile = (kind: (typeof KINDS)[number], flags: Readonly<Record<string, boolean>> = {}) =>
    compileKernel(stream, extent, k, kind, flags);
  const [add, scaleTo, divideTo, subtract, project, segments, finish, finishRoot] = await Promise.all([
    compile("COMBINE", { ADDED: true }),
    compile("COMBINE"),
    compile("COMBINE", { DIVIDED: true }),
    compile("SUBTRACT"),
    compile("PROJECT"),
    compile("SEGMENTS"),
    compile("FINISH"),
    compile("FINISH", { ROOT: true }),
  ]);
  return { add, scaleTo, divideTo, subtract, project, segments, finish, finishRoot, groups };
}

export interface ColumnSquares {
  /** y := y + a * sum_c x_c^2 for a block x of k columns and a single vector y. */
  readonly pipeline: GPUComputePipeline;
  readonly groups: readonly [number, number];
}

export async function compileColumnSquares(
  stream: Stream,
  extent: number,
  k: number,
): Promise<ColumnSquares> {
  return {
    pipeline: await compileKernel(stream, extent, k, "SQUARES"),
    groups: grid(extent / 4, 64).groups,
  };
}

function compileKernel(
  stream: Stream,
  extent: number,
  k: number,
  kind: (typeof KINDS)[number],
  flags: Readonly<Record<string, boolean>> = {},
): Promise<GPUComputePipeline> {
  const { row } = grid(extent / 4, 64);
  const kinds = Object.fromEntries(KINDS.map((name) => [name, name === kind]));
  const values = { KIND: kind, ...kinds, DIVIDED: false, ADDED: false, ROOT: false, ...flags };
  const wgsl = expand(template, { ...values, ROW: row, VEC4S: extent / 4, K: k, LANES });
  return stream.pipeline(wgsl, `vector ${kind} ${Object.keys(flags).join(" ")} ${extent}x${k}`);
}
