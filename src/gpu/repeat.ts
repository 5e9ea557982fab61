/** What lowering computes again in each kernel that reads it, and what it computes once and stores. */

import { type Shape, sizeOf } from "../model/graph.ts";
import { costOf, type Expr } from "./expr.ts";
import { SMALL } from "./fuse.ts";

/** Copies from which arithmetic is done before a broadcast. */
const MANY_COPIES = 256;

/** Whether computing a value of several readers in each of them costs less than to store and read it. */
export function isCheap(expr: Expr, shape: Shape): boolean {
  const { applies, loads, heavies } = costOf(expr);
  if (heavies > 0) return false;
  // Beside a large operand, one per channel costs next to nothing. Two of these alone are stored: one buffer to bind in place of two.
  const large = loads.filter(({ slot }) => MANY_COPIES * slot.floats > sizeOf(shape));
  if (applies <= 1 && (loads.length <= 1 || large.length === 1)) return true;
  return sizeOf(shape) <= SMALL && applies <= 4 && loads.length <= 3;
}

/** Whether arithmetic on a small tensor would be repeated for each of many copies once the tensor is broadcast to `shape`. */
export const isRepeated = (expr: Expr, from: Shape, shape: Shape): boolean =>
  sizeOf(from) <= SMALL && sizeOf(shape) >= MANY_COPIES * sizeOf(from) && costOf(expr).applies > 1;
