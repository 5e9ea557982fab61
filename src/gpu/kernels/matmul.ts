import type { Shape } from "../../model/graph.ts";
import registerTemplate from "../../shaders/matmul.wgsl?raw";
import registerPair from "../../shaders/matmulPair.wgsl?raw";
import workgroupTemplate from "../../shaders/matmulWorkgroup.wgsl?raw";
import workgroupPair from "../../shaders/matmulWorkgroupPair.wgsl?raw";
import { ExprWriter } from "../codegen.ts";
import type { ConvPair, Heavy } from "../expr.ts";
import { Binder, grid, indexText, type Kernel, probeTerm } from "../kernel.ts";
import { expand, type TemplateValues } from "../template.ts";
import {
  inRegisters,
  type MatmulShape,
  REGISTER_TILES,
  sameTiling,
  type Tiling,
  tilingText,
} from "../tiling.ts";
import type { View } from "../view.ts";
import { type Output, storeText } from "./elementwise.ts";

type Matmul = Extract<Heavy, { kind: "matmul" }>;

/** Rows x vec4s of a thread, and the threads of a workgroup. */
const WORKGROUP_TILES = [
  [4, 1, 64],
  [8, 1, 64],
  [8, 2, 64],
  [4, 2, 256],
  [8, 2, 256],
] as const;
/**
 * Vec4s of the inner dimension that a workgroup holds of both operands: with the largest tile 8 KiB. Twice as many are twice as
 * long to compile on SwiftShader, which clears workgroup memory element by element.
 */
const SLAB = 2;

/** Tilings of a product, the usual one first: with as many rows as there are, and as many columns as divide all. */
export function matmulTilings({ m, n }: Pick<MatmulShape, "m" | "n">, large: boolean): readonly Tiling[] {
  const columns = Math.ceil(n / 4);
  const usual = inRegisters(
    (large ? [16, 8] : [8]).find((rows) => 2 * m > rows) ?? 4,
    (large ? [4, 2] : [2]).find((t) => columns % t === 0) ?? 1,
  );
  // Not tiles that do not divide the columns, nor those whose lower half would be spare.
  const registers = REGISTER_TILES.filter(
    ([rows, t]) => columns % t === 0 && (rows === 4 || 2 * m > rows),
  ).map(([rows, t]) => inRegisters(rows, t));
  const shared = WORKGROUP_TILES.map(
    ([rows, t, workgroup]): Tiling => ({ ...inRegisters(rows, t, workgroup), family: "workgroup" }),
  ).filter((tiling) => {
    const block = blockOf(tiling);
    return 2 * m > block.rows && 2 * columns > block.columns;
  });
  const others = [...registers, { ...usual, workgroup: 64 }, ...shared];
  return [usual, ...others.filter((tiling) => !sameTiling(tiling, usual))];
}

/** Rows and vec4 columns of the result that a workgroup holds, and how many of its threads lie side by side. */
function blockOf({ rows, columns, workgroup }: Tiling) {
  const across = workgroup === 256 ? 16 : 8;
  return { rows: (workgroup / across) * rows, columns: across * columns, across };
}

/** Batched matrix product of shape [..., m, n], with the outputs as its epilogue. */
export function matmulKernel(work: Matmul, shape: Shape, outputs: readonly Output[], tiling: Tiling): Kernel {
  const rank = shape.length;
  const [m, n] = [shape[rank - 2], shape[rank - 1]];
  const a = work.pairs[0].x.shape;
  const k = work.ta ? a[a.length - 2] : a[a.length - 1];
  const batchShape = shape.slice(0, rank - 2);
  const batches = batchShape.reduce((p, q) => p * q, 1);
  const { rows, columns: t, workgroup } = tiling;
  const shared = tiling.family === "workgroup";
  const binder = new Binder();
  const writer = new ExprWriter(binder);
  const values = {
    P4: rows / 4,
    TILE: rows * t,
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
    COLUMNS: Math.ceil(n / 4),
    WORKGROUP: workgroup,
    ...(shared ? blockValues(tiling, m, k) : {}),
  };
  const names = [...batchShape.map((_, d) => `i${d}`), "row", "column"];
  const pairTemplate = shared ? workgroupPair : registerPair;
  const pairs = work.pairs.map((pair) => pairText(pair, pairTemplate, binder, names, values)).join("\n");
  const epilogue = storeText(writer, binder, outputs, names, ["acc"]);
  const { groups, values: places } = (shared ? blocks : threads)(tiling, m, n, batches);
  return {
    label: `matmul ${tilingText(tiling)}${work.ta ? " ta" : ""}${work.tb ? " tb" : ""}, ${work.pairs.length} pair(s)`,
    wgsl: expand(shared ? workgroupTemplate : registerTemplate, {
      ...values,
      ...places,
      HELPERS: writer.prelude,
      DECLARATIONS: binder.declarations(),
      BATCH_COORDINATES: batchText(batchShape),
      EPILOGUE: epilogue,
      PAIRS: pairs,
    }),
    bindings: binder.bindings,
    groups,
    batched: outputs.some((o) => o.view.slot.probeStride > 0),
    flops: 2 * work.pairs.length * batches * m * n * k,
  };
}

interface Laid {
  readonly groups: [number, number];
  readonly values: TemplateValues;
}

/** A tile a thread. */
function threads({ rows, columns: t, workgroup }: Tiling, m: number, n: number, batches: number): Laid {
  const rowTiles = Math.ceil(m / rows);
  const columnTiles = Math.ceil(n / 4) / t;
  const tiles = rowTiles * columnTiles;
  const { groups, row } = grid(tiles * batches, workgroup);
  const values = { ROW: row, THREADS: tiles * batches, COLUMN_TILES: columnTiles };
  return { groups, values: { ...values, ROW_TILES: rowTiles, TILES: tiles } };
}

/** A block a workgroup. */
function blocks(tiling: Tiling, m: number, n: number, batches: number): Laid {
  const block = blockOf(tiling);
  const rowBlocks = Math.ceil(m / block.rows);
  const columnBlocks = Math.ceil(Math.ceil(n / 4) / block.columns);
  const perBatch = rowBlocks * columnBlocks;
  const { groups } = grid(perBatch * batches, 1);
  const values = { ROW: groups[0], BLOCKS: perBatch * batches, COLUMN_BLOCKS: columnBlocks };
  return { groups, values: { ...values, ROW_BLOCKS: rowBlocks, BLOCKS_PER_BATCH: perBatch } };
}

/** What a workgroup holds of its operands: BM rows of A and BN vec4 columns of B, SLAB vec4s of the inner dimension each. */
function blockValues(tiling: Tiling, m: number, k: number): TemplateValues {
  const { rows, columns, across } = blockOf(tiling);
  return {
    ...{ BM: rows, BM4: rows / 4, BN: columns, ACROSS: across, M4: Math.ceil(m / 4) },
    ...{ SLAB, SLABS: Math.ceil(Math.ceil(k / 4) / SLAB), SLAB_ROWS: 4 * SLAB },
    ...{ A_SIZE: rows * SLAB, B_SIZE: columns * 4 * SLAB, B_BLOCKS: columns * SLAB },
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
  template: string,
  binder: Binder,
  names: readonly string[],
  values: TemplateValues,
): string {
  const leading = names.slice(0, -2);
  const base = (view: View): string =>
    indexText(
      leading,
      view.strides.slice(0, -2).map((s) => s / 4),
      view.offset / 4,
    ) + probeTerm(view.slot, 4);
  return expand(template, {
    ...values,
    A: binder.read(a.slot, "vec4f"),
    B: binder.read(b.slot, "vec4f"),
    A_BASE: base(a),
    B_BASE: base(b),
    A_STRIDE: a.strides[a.strides.length - 2] / 4,
    B_STRIDE: b.strides[b.strides.length - 2] / 4,
  });
}
