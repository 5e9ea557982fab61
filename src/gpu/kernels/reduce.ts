import type { Shape } from "../../model/graph.ts";
import template from "../../shaders/reduce.wgsl?raw";
import { type ExprWriter, maskLanes } from "../codegen.ts";
import type { Heavy } from "../expr.ts";
import type { Binder, Kernel } from "../kernel.ts";
import { expand } from "../template.ts";
import { type Body, coordinateText, type Output, storeText, threadsKernel } from "./elementwise.ts";

type Reduce = Extract<Heavy, { kind: "reduce" }>;

const WANTED_THREADS = 4096;
const MOST_SHARES = 256;
/** Below this many rows a share is not worth its second pass. */
const FEWEST_ROWS = 8;

/** Which axis the inner loop runs over, and which are walked as rows. */
function loops(work: Reduce): { inner: number; rows: number[]; lanes: boolean } {
  const last = work.inputShape.length - 1;
  const lanes = work.axes.includes(last);
  const outer = work.axes.filter((a) => a !== last);
  const inner = lanes ? last : outer[outer.length - 1];
  return { inner, rows: outer.filter((a) => a !== inner), lanes };
}

const product = (shape: Shape, axes: readonly number[]): number => axes.reduce((n, a) => n * shape[a], 1);

/** The result's shape: reduced axes have length 1. */
export const reducedShape = (work: Reduce): number[] =>
  work.inputShape.map((n, d) => (work.axes.includes(d) ? 1 : n));

/** Shares to split the rows into; 1 needs no second pass. */
export function reduceShares(work: Reduce): number {
  const { rows } = loops(work);
  const total = product(work.inputShape, rows);
  const results = coordinateText(reducedShape(work), "result").count;
  const shares = Math.min(MOST_SHARES, Math.floor(total / FEWEST_ROWS), Math.ceil(WANTED_THREADS / results));
  return shares < 2 ? 1 : Math.ceil(total / Math.ceil(total / shares));
}

/**
 * One pass over all inputs. With `shares` > 1 the outputs are the partial sums, [shares, ...result] each; the caller
 * reduces their first axis in a second pass, whose outputs then carry the epilogue.
 */
export function reduceKernel(work: Reduce, outputs: readonly Output[], shares: number): Kernel {
  const label = `${work.fn} over axes ${work.axes.join(",")} of [${work.inputShape.join(",")}]`;
  return threadsKernel(outputs, label, (binder, writer) => reduceBody(work, outputs, shares, binder, writer));
}

export function reduceBody(
  work: Reduce,
  outputs: readonly Output[],
  shares: number,
  binder: Binder,
  writer: ExprWriter,
): Body {
  const { inner, rows, lanes } = loops(work);
  const shape = work.inputShape;
  const last = shape.length - 1;
  const kept = coordinateText(reducedShape(work), "result");
  const rowCount = product(shape, rows);
  // Inside the loops the reduced coordinates replace the constant zeros of the kept ones.
  const names = kept.names.map((n, d) => (d === inner ? "inner" : rows.includes(d) ? `r${d}` : n));
  const reduced: string[] = [];
  let rest = "row";
  for (const [i, d] of [...rows].reverse().entries()) {
    if (i === rows.length - 1) reduced.push(`let r${d} = ${rest};`);
    else {
      reduced.push(`let r${d} = ${rest} % ${shape[d]}u;`, `let above${d} = ${rest} / ${shape[d]}u;`);
      rest = `above${d}`;
    }
  }
  const identity = work.fn === "sum" ? "0.0" : "-3.4028234e38";
  const known = new Map<string, string>();
  const outside = { axes: [...rows, inner], names: kept.names, statements: [] as string[], known: new Map() };
  const body = work.inputs.flatMap((input, i) => {
    const { statements, value } = writer.write(input, names, [], known, outside);
    const element = lanes ? laneGuard(value, shape, identity) : value;
    const combined = work.fn === "sum" ? `total${i} + ${element}` : `max(total${i}, ${element})`;
    return [...statements, `total${i} = ${combined};`];
  });
  const storeNames = shares > 1 ? ["share", ...kept.names] : kept.names;
  const accumulators = work.inputs.map((_, i) => `acc${i}`);
  const store = storeText(writer, binder, outputs, storeNames, accumulators);
  return {
    text: expand(template, {
      RESULTS: kept.count,
      KEPT: kept.text,
      OUTSIDE: outside.statements.join("\n  "),
      ROWS_PER_SHARE: Math.ceil(rowCount / shares),
      REDUCED_ROWS: rowCount,
      REDUCED: reduced.join("\n    "),
      INNER: inner === last ? Math.ceil(shape[last] / 4) : shape[inner],
      INPUTS: work.inputs.length,
      BODY: body.join("\n      "),
      IDENTITY: identity,
      LANES: lanes,
      SUM: work.fn === "sum",
      STORE: store,
    }),
    threads: kept.count * shares,
    flops: work.inputs.length * shape.reduce((a, b) => a * b, 1),
  };
}

/** Spare lanes of the innermost axis must not take part. */
const laneGuard = (value: string, shape: Shape, identity: string): string =>
  identity === "0.0"
    ? maskLanes(value, shape, "inner")
    : maskLanes(value, shape, "inner").replace("select(vec4f()", `select(vec4f(${identity})`);
