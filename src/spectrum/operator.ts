/**
 * All that this folder knows of the world: a symmetric linear operator, and vectors that live wherever the operator
 * lives. On the GPU a call enqueues work and returns at once; nothing is read back until `fetch` or `read` is
 * awaited. In a test the same interface stands over Float64Array (`dense.ts`).
 *
 * Every vector handle is a **block of k columns** (k probes advance together), and every coefficient has one value
 * per column. Columns never mix.
 */

/** Coefficients that may still live on the device: `rows` values for each of the k columns. */
export interface Coefficients {
  readonly rows: number;
  /** Row-major [rows][k]. Resolves when the device has computed them. */
  fetch(): Promise<Float64Array>;
}

/** A value, or one that has to be waited for. */
export type Awaitable<T> = T | Promise<T>;

/**
 * Krylov vectors v_0 ... v_{length-1}, each a block of k columns. Where they do not fit the device, a call comes to an end when
 * it is awaited; so await each before the next. A signal ends `project` and `subtract` in the middle: they reject with AbortError
 * then, and w is of no use.
 */
export interface Basis<V> {
  readonly capacity: number;
  /** Basis vectors held so far. */
  readonly length: number;
  /** v_length := w * scale; `scale` is a number, or the reciprocal of a one-row coefficient (a norm). */
  append(w: V, scale: number | { readonly reciprocalOf: Coefficients }): Awaitable<void>;
  /** Forgets all vectors, so that others may be appended in their place. */
  clear(): void;
  /** out := v_j */
  load(j: number, out: V): Awaitable<void>;
  /** c_i = <v_i, w> for all i < length: `length` rows. */
  project(w: V, signal?: AbortSignal): Awaitable<Coefficients>;
  /** w := w - sum_i c_i v_i, with c from `project`. */
  subtract(w: V, c: Coefficients, signal?: AbortSignal): Awaitable<void>;
  /** out (every column) := sum_i s_i v_i[column], e.g. a Ritz vector; s has at most `length` entries. */
  combine(s: Float64Array, column: number, out: V): Awaitable<void>;
  release(): void;
}

export interface VectorSpace<V> {
  /** Length of a vector: parameters. */
  readonly n: number;
  /** Columns of a block: probes that advance together. */
  readonly k: number;
  /** The tensors a vector is made of, in order; sizes sum to n. */
  readonly segments: readonly { readonly name: string; readonly size: number }[];
  create(): V;
  release(v: V): void;
  /** Column c of v := columns[c]; a missing column becomes zero. */
  write(v: V, columns: readonly ArrayLike<number>[]): void;
  /** The k columns. */
  read(v: V): Promise<Float64Array[]>;
  copy(from: V, to: V): void;
  /** y := y + a x */
  axpy(a: number, x: V, y: V): void;
  scale(a: number, x: V): void;
  /**
   * Column c of v becomes zero outside the segments keep[c]: a vector of the diagonal block of these segments. Columns that
   * `keep` does not name become zero.
   */
  restrict(v: V, keep: readonly ReadonlySet<number>[]): void;
  /** One row. */
  dot(x: V, y: V): Coefficients;
  /** One row. */
  norm(x: V): Coefficients;
  /** One row per segment: <x_l, y_l>. */
  segmentDots(x: V, y: V): Coefficients;
  /** Throws if the memory does not suffice, saying what would fit. */
  basis(capacity: number): Basis<V>;
}

export interface LinearOperator<V> {
  readonly space: VectorSpace<V>;
  /** out := A v. Resolves when the work is enqueued; rejects with AbortError if the signal fires between slices. */
  apply(v: V, out: V, signal?: AbortSignal): Promise<void>;
}
