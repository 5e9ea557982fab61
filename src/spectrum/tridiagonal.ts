/**
 * Eigenvalues and eigenvectors of a real symmetric tridiagonal matrix in float64: implicit QL with Wilkinson shifts
 * (Bowdler, Martin, Reinsch and Wilkinson 1968; Golub and Van Loan, Matrix Computations, section 8.3). A product of
 * plane rotations, so the eigenvectors are orthonormal to rounding however clustered the eigenvalues are; a
 * non-symmetric solver would lose that, and with it the quadrature weights.
 *
 * T has diagonal alpha_0..alpha_{m-1} and off-diagonal beta_0..beta_{m-2}; a longer beta is allowed and its tail
 * ignored, since Lanczos keeps the residual norm beta_{m-1} there.
 */

export interface TridiagonalEigen {
  /** The m eigenvalues, ascending. */
  readonly values: Float64Array;
  /** First component of each unit eigenvector: its square is the quadrature weight. */
  readonly first: Float64Array;
  /** Last component of each unit eigenvector: times beta_{m-1} it is the Ritz residual. */
  readonly last: Float64Array;
}

/** Eigenvalues with the first and the last row of the eigenvector matrix, in O(m^2). */
export function tridiagonalEigen(alpha: ArrayLike<number>, beta: ArrayLike<number>): TridiagonalEigen {
  const m = alpha.length;
  const first = unitRow(m, 0);
  const last = unitRow(m, m - 1);
  const values = diagonalise(alpha, beta, [first, last]);
  return { values, first, last };
}

/** Eigenvalues ascending and all unit eigenvectors, in O(m^3): `vectors[i]` belongs to `values[i]`. */
export function tridiagonalEigenvectors(
  alpha: ArrayLike<number>,
  beta: ArrayLike<number>,
): { readonly values: Float64Array; readonly vectors: Float64Array[] } {
  const m = alpha.length;
  const rows = Array.from({ length: m }, (_, i) => unitRow(m, i));
  const values = diagonalise(alpha, beta, rows);
  return { values, vectors: Array.from({ length: m }, (_, i) => Float64Array.from(rows, (row) => row[i])) };
}

/** Each shift converges cubically near the end; more than this many per eigenvalue never happens for finite input. */
const MAX_SWEEPS = 60;

/** Replaces the given rows of the identity by the same rows of the eigenvector matrix; returns the eigenvalues. */
function diagonalise(alpha: ArrayLike<number>, beta: ArrayLike<number>, rows: Float64Array[]): Float64Array {
  const m = alpha.length;
  if (beta.length < m - 1) {
    throw new RangeError(
      `tridiagonal: ${m} diagonal entries need ${m - 1} off-diagonal ones, found ${beta.length}`,
    );
  }
  const d = Float64Array.from(alpha);
  const e = new Float64Array(m);
  for (let i = 0; i < m - 1; i++) e[i] = beta[i];
  let norm = 0;
  for (let i = 0; i < m; i++) {
    if (!Number.isFinite(d[i]))
      throw new RangeError(`tridiagonal: alpha[${i}] is ${d[i]}, expected a finite number`);
    if (!Number.isFinite(e[i]))
      throw new RangeError(`tridiagonal: beta[${i}] is ${e[i]}, expected a finite number`);
    norm = Math.max(norm, Math.abs(d[i]), Math.abs(e[i]));
  }
  // Powers of two: scaling is exact and keeps the squares below from overflowing or vanishing.
  const unit = norm === 0 ? 1 : 2 ** Math.floor(Math.log2(norm));
  for (let i = 0; i < m; i++) {
    d[i] /= unit;
    e[i] /= unit;
  }
  for (let l = 0; l < m; l++) {
    for (let sweep = 0; ; sweep++) {
      const end = blockEnd(d, e, l);
      if (end === l) break;
      if (sweep === MAX_SWEEPS) {
        throw new Error(`internal: tridiagonal QL did not converge for eigenvalue ${l} of ${m}`);
      }
      qlSweep(d, e, l, end, rows);
    }
  }
  const order = Array.from(d.keys()).sort((a, b) => d[a] - d[b]);
  for (const row of rows) row.set(order.map((i) => row[i]));
  return Float64Array.from(order, (i) => d[i] * unit);
}

/** Last index of the unreduced block that starts at l: its off-diagonal entry is negligible, and is set to zero. */
function blockEnd(d: Float64Array, e: Float64Array, l: number): number {
  for (let i = l; i < d.length - 1; i++) {
    const neighbours = Math.abs(d[i]) + Math.abs(d[i + 1]);
    // The second bound is absolute (the matrix is scaled to norm 1..2): zero diagonals would never pass the first.
    if (Math.abs(e[i]) <= Number.EPSILON * neighbours || Math.abs(e[i]) <= Number.EPSILON ** 2) {
      e[i] = 0;
      return i;
    }
  }
  return d.length - 1;
}

/** One implicit QL step on the block l..end with the Wilkinson shift of its leading 2x2, rotations applied to rows. */
function qlSweep(d: Float64Array, e: Float64Array, l: number, end: number, rows: Float64Array[]): void {
  const half = (d[l + 1] - d[l]) / (2 * e[l]);
  const root = Math.hypot(half, 1);
  let g = d[end] - d[l] + e[l] / (half + (half >= 0 ? root : -root));
  let sine = 1;
  let cosine = 1;
  let shift = 0;
  for (let i = end - 1; i >= l; i--) {
    const f = sine * e[i];
    const b = cosine * e[i];
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // The bulge vanished: the block splits here, and the next sweep starts on the smaller one.
      d[i + 1] -= shift;
      e[end] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    const rest = d[i + 1] - shift;
    const t = (d[i] - rest) * sine + 2 * cosine * b;
    shift = sine * t;
    d[i + 1] = rest + shift;
    g = cosine * t - b;
    for (const row of rows) {
      const z = row[i + 1];
      row[i + 1] = sine * row[i] + cosine * z;
      row[i] = cosine * row[i] - sine * z;
    }
  }
  d[l] -= shift;
  e[l] = g;
  e[end] = 0;
}

function unitRow(m: number, i: number): Float64Array {
  const row = new Float64Array(m);
  if (m > 0) row[i] = 1;
  return row;
}
