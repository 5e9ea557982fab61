import { tridiagonalEigen } from "../../src/spectrum/tridiagonal.ts";

/**
 * All eigenvalues of a dense symmetric matrix in float64, ascending: Householder's reduction to tridiagonal form
 * (Golub and Van Loan, section 8.3.1), then implicit QL. `rows[i]` holds at least the i + 1 entries up to the diagonal,
 * and is destroyed.
 *
 * Row i is reduced from the last to the first. The rank-two update of one reflection is applied in the same pass that
 * multiplies the matrix with the next, so that memory is walked once per row: 2,410 rows take a few seconds.
 */
export function symmetricEigenvalues(rows: readonly Float64Array[]): Float64Array {
  const n = rows.length;
  const alpha = new Float64Array(n);
  const beta = new Float64Array(n);
  let u: Float64Array = new Float64Array(n);
  let q: Float64Array = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    const row = rows[i];
    // The row under the reflection before: A := A - u q' - q u'.
    for (let j = 0; j <= i; j++) row[j] -= u[i] * q[j] + q[i] * u[j];
    alpha[i] = row[i];
    if (i === 0) break;
    const next = row.slice(0, i);
    let square = 0;
    for (const x of next) square += x * x;
    const norm = Math.sqrt(square);
    const edge = next[i - 1] > 0 ? -norm : norm;
    beta[i - 1] = edge;
    next[i - 1] -= edge;
    const half = square - edge * row[i - 1];
    const product = updateAndMultiply(rows, i, u, q, next);
    let along = 0;
    for (let j = 0; j < i; j++) {
      product[j] = half === 0 ? 0 : product[j] / half;
      along += product[j] * next[j];
    }
    const correction = half === 0 ? 0 : along / (2 * half);
    for (let j = 0; j < i; j++) product[j] -= correction * next[j];
    if (half === 0) next.fill(0);
    [u, q] = [next, product];
  }
  return tridiagonalEigen(alpha, beta).values;
}

/** Leading m x m block: A := A - u q' - q u', and then A x. */
function updateAndMultiply(
  rows: readonly Float64Array[],
  m: number,
  u: Float64Array,
  q: Float64Array,
  x: Float64Array,
): Float64Array {
  const product = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    const row = rows[i];
    const [ui, qi, xi] = [u[i], q[i], x[i]];
    let sum = 0;
    for (let j = 0; j < i; j++) {
      const a = row[j] - (ui * q[j] + qi * u[j]);
      row[j] = a;
      sum += a * x[j];
      product[j] += a * xi;
    }
    row[i] -= 2 * ui * qi;
    product[i] += sum + row[i] * xi;
  }
  return product;
}
