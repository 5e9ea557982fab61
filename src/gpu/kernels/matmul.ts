import type { Shape } from "../../model/graph.ts";
import template from "../../shaders/matmul.wgsl?raw";
import pairTemplate from "../../shaders/matmulPair.wgsl?raw";
import { ExprWriter } from "../codegen.ts";
import type { ConvPair, Heavy } from "../expr.ts";
import { Binder, grid, indexText, type Kernel, probeTerm } from "../kernel.ts";
import { expand } from "../template.ts";
import type { View } from "../view.ts";
import { type Output, storeText } from "./elementwise.ts";

type Matmul = Extract<Heavy, { kind: "matmul" }>;

const WORKGROUP = 32;

/** Batched matrix product of shape [..., m, n], with the outputs as its epilogue. */
export function matmulKernel(work: Matmul, shape: Shape, outputs: readonly Output[]): Kernel {
  const rank = shape.length;
  const [m, n] = [shape[rank - 2], shape[rank - 1]];
  const a = work.pairs[0].x.shape;
  const k = work.ta ? a[a.length - 2] : a[a.length - 1];
  const batchShape = shape.slice(0, rank - 2);
  const batches = batchShape.reduce((p, q) => p * q, 1);
  const columns = Math.ceil(n / 4);
  const t = columns % 2 === 0 ? 2 : 1;
  const p4 = m > 4 ? 2 : 1;
  const rowTiles = Math.ceil(m / (4 * p4));
  const tiles = rowTiles * (columns / t);
  const threads = tiles * batches;
  const binder = new Binder();
  const writer = new ExprWriter(binder);
  const values = {
    P4: p4,
    TILE: 4 * p4 * t,
    T: t,
    M: m,
    N: n,
    K: k,
    K4: Math.ceil(k / 4),
    K_TAIL: k % 4 !== 0,
    TA: work.ta,
    TB: work.tb,
    OUTER: work.ta && !work.tb,
    K_ODD: k % 2 !== 0,
  };
  const names = [...batchShape.map((_, d) => `i${d}`), "row", "column"];
  const pairs = work.pairs.map((pair) => pairText(pair, binder, names, values)).join("\n");
  const epilogue = storeText(writer, binder, outputs, names, ["acc"]);
  const { groups, row } = grid(threads, WORKGROUP);
  return {
    label: `matmul ${4 * p4}x${t}${work.ta ? " ta" : ""}${work.tb ? " tb" : ""}, ${work.pairs.length} pair(s)`,
    wgsl: expand(template, {
      ...values,
      HELPERS: writer.prelude,
      DECLARATIONS: binder.declarations(),
      BATCH_COORDINATES: batchText(batchShape),
      EPILOGUE: epilogue,
      PAIRS: pairs,
      WORKGROUP,
      ROW: row,
      THREADS: threads,
      COLUMN_TILES: columns / t,
      ROW_TILES: rowTiles,
      TILES: tiles,
    }),
    bindings: binder.bindings,
    groups,
    batched: outputs.some((o) => o.view.slot.probeStride > 0),
    flops: 2 * work.pairs.length * batches * m * n * k,
  };
}

/** Leading coordinates from the linear batch index. */
function batchText(shape: Shape): string {
  const lines: string[] = [];
  let rest = "batch";
  for (let d = shape.length - 1; d >= 0; d--) {
    lines.push(`let i${d} = ${d === 0 ? rest : `${rest} % ${shape[d]}u`};`);
    rest = `(${rest} / ${shape[d]}u)`;
  }
  return lines.join("\n  ");
}

function pairText(
  { x: a, w: b }: ConvPair,
  binder: Binder,
  names: readonly string[],
  values: Readonly<Record<string, number | boolean>>,
): string {
  const leading = names.slice(0, -2);
  const base = (view: View): string =>
    indexText(
      leading,
      view.strides.slice(0, -2).map((s) => s / 4),
      view.offset / 4,
    ) + probeTerm(view.slot, 4);
  return expand(pairTemplate, {
    ...values,
    A: binder.read(a.slot, "vec4f"),
    B: binder.read(b.slot, "vec4f"),
    A_BASE: base(a),
    B_BASE: base(b),
    A_STRIDE: a.strides[a.strides.length - 2] / 4,
    B_STRIDE: b.strides[b.strides.length - 2] / 4,
  });
}
