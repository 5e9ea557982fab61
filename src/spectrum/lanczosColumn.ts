/**
 * What a Lanczos run knows about one probe, as plain numbers: it can be stored, sent between threads and drawn
 * without the Krylov basis. Quadrature nodes and weights follow from it alone.
 */
import { tridiagonalEigen } from "./tridiagonal.ts";

export interface LanczosColumn {
  /** Probe number, from 0. */
  probe: number;
  /** alpha_0 ... alpha_{m-1}: diagonal of T, the values that the device used. */
  alpha: number[];
  /** beta_0 ... beta_{m-1}: off-diagonal of T; the last is the norm of the residual vector. */
  beta: number[];
  /** The Krylov space is invariant (to the run's tolerance): T is complete and its eigenvalues are exact. */
  closed: boolean;
  /** v_l'(Av)_l per segment l for the unit start vector v, from the first product; empty before it. */
  quadraticForm: number[];
}

/**
 * Columns from the tridiagonal matrices of a result, which does not say whether a Krylov space is invariant. Probes without
 * their matrix are left out: files of other programs may lack them.
 */
export const columnsOf = ({
  alpha,
  beta,
}: {
  readonly alpha: readonly (readonly number[])[];
  readonly beta: readonly (readonly number[])[];
}): LanczosColumn[] =>
  alpha.flatMap((row, probe) => {
    const beside = beta[probe] ?? [];
    if (row.length === 0 || beside.length !== row.length) return [];
    return [{ probe, alpha: [...row], beta: [...beside], closed: false, quadraticForm: [] }];
  });

/** Gauss quadrature of the spectral measure of one probe. */
export interface Quadrature {
  readonly probe: number;
  /** m, the number of nodes. */
  readonly steps: number;
  /** Ritz values, ascending. */
  readonly nodes: number[];
  /** First components squared; they sum to 1. */
  readonly weights: number[];
  /** |beta_{m-1} s_{m-1,i}|: the norm of A y - theta y for the unit Ritz vector y, in exact arithmetic. */
  readonly residuals: number[];
}

/** Nodes, weights and Ritz residuals of one column (Golub and Welsch 1969). Empty before the first step. */
export function quadrature(column: LanczosColumn): Quadrature {
  const { values, first, last } = tridiagonalEigen(column.alpha, column.beta);
  const beta = column.beta.at(-1) ?? 0;
  return {
    probe: column.probe,
    steps: values.length,
    nodes: Array.from(values),
    weights: Array.from(first, (s) => s * s),
    residuals: Array.from(last, (s) => Math.abs(beta * s)),
  };
}
