/**
 * A few long vectors as the columns of a tall matrix, in float64 on the CPU: what sketching estimators of the trace do
 * between products. Memory is 8 n bytes a column.
 */
import { NonFiniteError } from "./nonFinite.ts";
import type { LinearOperator } from "./operator.ts";

export type Columns = readonly Float64Array[];

/** Called after each block of k products. */
export type OnProducts = (products: number) => void;

/** A times `count` columns, made by `column` when needed, k at a time. Throws NonFiniteError. */
export async function productsWith<V>(
  operator: LinearOperator<V>,
  count: number,
  column: (i: number) => Float64Array,
  take: (product: Float64Array, i: number) => void,
  { signal, onProducts }: { readonly signal?: AbortSignal; readonly onProducts?: OnProducts } = {},
): Promise<void> {
  const { space } = operator;
  const [v, out] = [space.create(), space.create()];
  try {
    for (let first = 0; first < count; first += space.k) {
      signal?.throwIfAborted();
      const block = Array.from({ length: Math.min(space.k, count - first) }, (_, c) => column(first + c));
      space.write(v, block);
      await operator.apply(v, out, signal);
      const products = await space.read(out);
      block.forEach((_, c) => {
        const bad = products[c].findIndex((x) => !Number.isFinite(x));
        if (bad >= 0)
          throw new NonFiniteError(`product ${first + c + 1}`, `component ${bad} is ${products[c][bad]}`);
        take(products[c], first + c);
      });
      onProducts?.(block.length);
    }
  } finally {
    space.release(v);
    space.release(out);
  }
}

export function inner(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

/** y := y + a x */
export function addTo(a: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] += a * x[i];
}

/** A column whose remainder falls below this part of its length lies in the span of those before it. */
const DEPENDENT = 1e-12;

/**
 * Makes the columns orthonormal in place, Gram-Schmidt twice (Giraud, Langou and Rozloznik 2005), and gives the upper
 * triangular R by columns (Y = Q R). `rank` is below the number of columns where the next one depends on those before it;
 * the columns from there on are unchanged.
 */
export function orthonormalise(columns: Columns): { readonly rank: number; readonly r: Columns } {
  const r: Float64Array[] = [];
  for (let j = 0; j < columns.length; j++) {
    const column = columns[j];
    const coefficients = new Float64Array(columns.length);
    const length = Math.sqrt(inner(column, column));
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < j; i++) {
        const along = inner(columns[i], column);
        addTo(-along, columns[i], column);
        coefficients[i] += along;
      }
    }
    const norm = Math.sqrt(inner(column, column));
    if (!(norm > DEPENDENT * length)) return { rank: j, r };
    coefficients[j] = norm;
    for (let i = 0; i < column.length; i++) column[i] /= norm;
    r.push(coefficients);
  }
  return { rank: columns.length, r };
}

/** v := v - Q Q'v. Returns Q'v. */
export function projectOff(q: Columns, v: Float64Array): Float64Array {
  const along = Float64Array.from(q, (column) => inner(column, v));
  q.forEach((column, j) => {
    addTo(-along[j], column, v);
  });
  return along;
}
