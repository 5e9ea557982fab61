import * as choice from "./choice.ts";
import { conv2d } from "./conv2d.ts";
import { matmul } from "./matmul.ts";
import * as movement from "./movement.ts";
import type { Op, OpName } from "./op.ts";
import * as pointwise from "./pointwise.ts";
import { poolArgmax, poolPick, poolSpread } from "./pool.ts";
import { max, sum } from "./reduce.ts";
import { gather, scatterAdd } from "./rows.ts";

/** Every op by name. A name without an entry, or an entry without a name, does not compile. */
export const ops = {
  ...pointwise,
  ...choice,
  ...movement,
  sum,
  max,
  matmul,
  conv2d,
  gather,
  scatterAdd,
  poolArgmax,
  poolPick,
  poolSpread,
} satisfies Record<OpName, Op>;

/** The op called `name`; `null` if the table has none, as for leaves. */
export const findOp = (name: string): Op | null => (Object.hasOwn(ops, name) ? ops[name as OpName] : null);

export type { Op, OpName, PointwiseOp, TensorOp } from "./op.ts";
