import type { Shape } from "../../model/graph.ts";
import template from "../../shaders/threads.wgsl?raw";
import { ExprWriter, maskLanes, type Outside } from "../codegen.ts";
import { costOf, type Expr } from "../expr.ts";
import { Binder, grid, type Kernel, vec4Address } from "../kernel.ts";
import { expand } from "../template.ts";
import type { View } from "../view.ts";

const WORKGROUP = 64;

/** A value and the slot it is stored to. */
export interface Output {
  readonly expr: Expr;
  readonly view: View;
}

/** WGSL that stores each output at `names`; `accumulators` are the host kernel's own values. */
export function storeText(
  writer: ExprWriter,
  binder: Binder,
  outputs: readonly Output[],
  names: readonly string[],
  accumulators: readonly string[] = [],
  outside: Outside | null = null,
): string {
  const lines: string[] = [];
  const known = new Map<string, string>();
  for (const { expr, view } of outputs) {
    const { statements, value } = writer.write(expr, names, accumulators, known, outside);
    const masked = maskLanes(value, view.shape, names[names.length - 1]);
    lines.push(
      ...statements,
      `${binder.write(view.slot, "vec4f")}[${vec4Address(view, names)}] = ${masked};`,
    );
  }
  return lines.join("\n  ");
}

/** `let i0 = ...` for each axis from a linear thread index, the innermost axis counting vec4s. */
export function coordinateText(
  shape: Shape,
  thread: string,
): { text: string; names: string[]; count: number } {
  const extent = shape.map((n, d) => (d === shape.length - 1 ? Math.ceil(n / 4) : n));
  const names = extent.map((_, d) => `i${d}`);
  const lines: string[] = [];
  let rest = thread;
  for (let d = extent.length - 1; d >= 0; d--) {
    if (extent[d] === 1) lines.push(`let i${d} = 0u;`);
    else if (extent.slice(0, d).every((n) => n === 1)) lines.push(`let i${d} = ${rest};`);
    else {
      lines.push(`let i${d} = ${rest} % ${extent[d]}u;`, `let rest${d} = ${rest} / ${extent[d]}u;`);
      rest = `rest${d}`;
    }
  }
  return { text: lines.join("\n  "), names, count: extent.reduce((a, b) => a * b, 1) };
}

/** What each thread of a kernel does: WGSL over `thread` and `probe`. */
export interface Body {
  readonly text: string;
  readonly threads: number;
  /** Of all threads, per probe. */
  readonly flops: number;
}

/** Rows that one thread computes where there are enough of them: it reads what they share once. */
const ROWS = 4;
const FEWEST_THREADS = 512;

/** Outputs of one shape, evaluated in one pass. Scalars count as shape [1]. */
export function elementwiseBody(outputs: readonly Output[], binder: Binder, writer: ExprWriter): Body {
  const { shape } = outputs[0].view;
  const whole = coordinateText(shape, "thread");
  const flops = 4 * whole.count * outputs.reduce((n, o) => n + costOf(o.expr).applies, 0);
  const axis = shape.length - 2;
  if (axis < 0 || shape[axis] % ROWS > 0 || whole.count < ROWS * FEWEST_THREADS) {
    const store = storeText(writer, binder, outputs, whole.names);
    return { text: `${whole.text}\n  ${store}`, threads: whole.count, flops };
  }
  // Rows far apart, so that neighbours in a workgroup read neighbours in memory.
  const step = shape[axis] / ROWS;
  const { text, names, count } = coordinateText(
    shape.map((size, d) => (d === axis ? step : size)),
    "thread",
  );
  const at = (name: string): string[] => names.map((own, d) => (d === axis ? name : own));
  const outside = { axes: [axis], names: at("0u"), statements: [], known: new Map() };
  const store = storeText(writer, binder, outputs, at("row"), [], outside);
  const loop = [
    text,
    ...outside.statements,
    `for (var r = 0u; r < ${ROWS}u; r++) {`,
    `  let row = ${names[axis]} + r * ${step}u;`,
    `  ${store}`,
    "}",
  ];
  return { text: loop.join("\n  "), threads: count, flops };
}

export function elementwiseKernel(outputs: readonly Output[], label: string): Kernel {
  return threadsKernel(outputs, label, (binder, writer) => elementwiseBody(outputs, binder, writer));
}

/** A kernel of one body. */
export function threadsKernel(
  outputs: readonly Output[],
  label: string,
  write: (binder: Binder, writer: ExprWriter) => Body,
): Kernel {
  const binder = new Binder();
  const writer = new ExprWriter(binder);
  const body = write(binder, writer);
  const { groups, row } = grid(body.threads, WORKGROUP);
  return {
    label,
    wgsl: expand(template, {
      HELPERS: writer.prelude,
      DECLARATIONS: binder.declarations(),
      WORKGROUP,
      ROW: row,
      THREADS: body.threads,
      BODY: body.text,
    }),
    bindings: binder.bindings,
    groups,
    batched: outputs.some((o) => o.view.slot.probeStride > 0),
    flops: body.flops,
  };
}
