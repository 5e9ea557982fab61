import type { Shape } from "../../model/graph.ts";
import template from "../../shaders/rows.wgsl?raw";
import { ExprWriter } from "../codegen.ts";
import type { Heavy } from "../expr.ts";
import { Binder, grid, indexText, type Kernel, vec4Address } from "../kernel.ts";
import { expand } from "../template.ts";
import { coordinateText, type Output, storeText } from "./elementwise.ts";

type Rows = Extract<Heavy, { kind: "gather" | "scatter" }>;

const WORKGROUP = 64;

/** Copies rows of a table (`gather`) or adds rows to one (`scatter`), with the outputs as its epilogue. */
export function rowsKernel(work: Rows, shape: Shape, outputs: readonly Output[]): Kernel {
  const binder = new Binder();
  const writer = new ExprWriter(binder);
  const { text, names, count } = coordinateText(shape, "thread");
  const leading = work.kind === "gather" ? work.indices.shape.length : 1;
  const texts =
    work.kind === "gather"
      ? {
          INDICES: binder.read(work.indices.slot, "i32"),
          PLACE: indexText(names.slice(0, leading), work.indices.strides, work.indices.offset),
        }
      : { FIRST: binder.read(work.first.slot, "i32"), NEXT: binder.read(work.next.slot, "i32") };
  const store = storeText(writer, binder, outputs, names, ["acc"]);
  const { groups, row } = grid(count, WORKGROUP);
  return {
    label: `${work.kind} to [${shape.join(",")}]`,
    wgsl: expand(template, {
      ...texts,
      GATHER: work.kind === "gather",
      SOURCE: binder.read(work.source.slot, "vec4f"),
      ADDRESS: vec4Address(work.source, ["index", ...names.slice(leading)]),
      HELPERS: writer.prelude,
      DECLARATIONS: binder.declarations(),
      WORKGROUP,
      ROW: row,
      THREADS: count,
      COORDINATES: text,
      STORE: store,
    }),
    bindings: binder.bindings,
    groups,
    batched: outputs.some((o) => o.view.slot.probeStride > 0),
    flops: work.kind === "gather" ? 0 : work.source.shape.reduce((a, b) => a * b, 1),
  };
}
