/**
 * The vector space of `operator.ts` over Float64Array: the tests and the float64 route of the app run the very same
 * Lanczos on it as the GPU does. Work happens at once; `fetch` and `read` resolve with copies.
 */
import type { Basis, Coefficients, LinearOperator, VectorSpace } from "./operator.ts";

/** k columns of length n. */
export type DenseBlock = readonly Float64Array[];

/** How vectors are held: "float32" rounds each number that is written, as a GPU does; sums are float64 in both. */
export type DensePrecision = "float64" | "float32";

interface Segment {
  readonly name: string;
  readonly size: number;
}

export class DenseSpace implements VectorSpace<DenseBlock> {
  readonly segments: readonly Segment[];

  /** Segments default to one tensor named "all". Throws if their sizes do not sum to n. */
  constructor(
    readonly n: number,
    readonly k = 1,
    segments?: readonly Segment[],
    readonly precision: DensePrecision = "float64",
  ) {
    if (!Number.isInteger(n) || n < 1)
      throw new RangeError(`n: expected an integer of at least 1, found ${n}`);
    if (!Number.isInteger(k) || k < 1)
      throw new RangeError(`k: expected an integer of at least 1, found ${k}`);
    this.segments = segments ?? [{ name: "all", size: n }];
    const total = this.segments.reduce((sum, segment) => sum + segment.size, 0);
    if (total !== n) throw new RangeError(`segments: expected sizes that sum to n = ${n}, found ${total}`);
  }

  create(): DenseBlock {
    return Array.from({ length: this.k }, () => new Float64Array(this.n));
  }

  release(_v: DenseBlock): void {}

  write(v: DenseBlock, columns: readonly ArrayLike<number>[]): void {
    if (columns.length > this.k) {
      throw new RangeError(`write: expected at most k = ${this.k} columns, found ${columns.length}`);
    }
    v.forEach((target, c) => {
      const source = columns[c];
      if (source === undefined) target.fill(0);
      else if (source.length === this.n) target.set(source);
      else throw new RangeError(`write: column ${c} has length ${source.length}, expected n = ${this.n}`);
    });
    this.round(v);
  }

  /** Rounds the numbers just written to what this space can hold. */
  round(v: DenseBlock): void {
    if (this.precision === "float64") return;
    for (const column of v) for (let i = 0; i < column.length; i++) column[i] = Math.fround(column[i]);
  }

  async read(v: DenseBlock): Promise<Float64Array[]> {
    return v.map((column) => column.slice());
  }

  copy(from: DenseBlock, to: DenseBlock): void {
    to.forEach((column, c) => {
      column.set(from[c]);
    });
  }

  axpy(a: number, x: DenseBlock, y: DenseBlock): void {
    for (let c = 0; c < this.k; c++) addScaled(a, x[c], y[c]);
    this.round(y);
  }

  scale(a: number, x: DenseBlock): void {
    for (const column of x) for (let i = 0; i < column.length; i++) column[i] *= a;
    this.round(x);
  }

  restrict(v: DenseBlock, keep: readonly ReadonlySet<number>[]): void {
    v.forEach((column, c) => {
      let start = 0;
      this.segments.forEach(({ size }, l) => {
        if (keep[c]?.has(l) !== true) column.fill(0, start, start + size);
        start += size;
      });
    });
  }

  dot(x: DenseBlock, y: DenseBlock): Coefficients {
    return rowsOf(1, this.k, (_row, c) => dotRange(x[c], y[c], 0, this.n));
  }

  norm(x: DenseBlock): Coefficients {
    return rowsOf(1, this.k, (_row, c) => Math.sqrt(dotRange(x[c], x[c], 0, this.n)));
  }

  segmentDots(x: DenseBlock, y: DenseBlock): Coefficients {
    const ends: number[] = [];
    for (const segment of this.segments) ends.push((ends.at(-1) ?? 0) + segment.size);
    return rowsOf(ends.length, this.k, (row, c) =>
      dotRange(x[c], y[c], ends[row] - this.segments[row].size, ends[row]),
    );
  }

  basis(capacity: number): Basis<DenseBlock> {
    return new DenseBasis(this, capacity);
  }
}

class DenseBasis implements Basis<DenseBlock> {
  readonly #space: DenseSpace;
  #vectors: DenseBlock[] = [];

  constructor(
    space: DenseSpace,
    readonly capacity: number,
  ) {
    this.#space = space;
  }

  get length(): number {
    return this.#vectors.length;
  }

  append(w: DenseBlock, scale: number | { readonly reciprocalOf: Coefficients }): void {
    if (this.length === this.capacity) {
      throw new RangeError(`internal: the basis is full (${this.capacity} vectors): allocate a larger one`);
    }
    const factors = typeof scale === "number" ? null : valuesOf(scale.reciprocalOf);
    this.#vectors.push(
      w.map((column, c) => {
        // The reciprocal of zero is taken as zero: an exhausted column becomes zero, not NaN.
        const factor = factors === null ? (scale as number) : factors[c] === 0 ? 0 : 1 / factors[c];
        return column.map((x) => x * factor);
      }),
    );
    this.#space.round(this.#vectors[this.length - 1]);
  }

  clear(): void {
    this.#vectors = [];
  }

  load(j: number, out: DenseBlock): void {
    this.#space.copy(this.#vectors[j], out);
  }

  project(w: DenseBlock): Coefficients {
    return rowsOf(this.length, this.#space.k, (i, c) => dotRange(this.#vectors[i][c], w[c], 0, w[c].length));
  }

  subtract(w: DenseBlock, coefficients: Coefficients): void {
    const values = valuesOf(coefficients);
    const { k } = this.#space;
    for (let i = 0; i < coefficients.rows; i++) {
      for (let c = 0; c < k; c++) addScaled(-values[i * k + c], this.#vectors[i][c], w[c]);
    }
    this.#space.round(w);
  }

  combine(s: Float64Array, column: number, out: DenseBlock): void {
    if (s.length > this.length) {
      throw new RangeError(`internal: combine got ${s.length} coefficients for ${this.length} basis vectors`);
    }
    for (const target of out) {
      target.fill(0);
      for (let i = 0; i < s.length; i++) addScaled(s[i], this.#vectors[i][column], target);
    }
    this.#space.round(out);
  }

  release(): void {
    this.#vectors = [];
  }
}

/** Coefficients that are known at once; `values` is row-major [rows][k]. */
class KnownCoefficients implements Coefficients {
  constructor(
    readonly rows: number,
    readonly values: Float64Array,
  ) {}

  async fetch(): Promise<Float64Array> {
    return this.values.slice();
  }
}

function rowsOf(rows: number, k: number, value: (row: number, column: number) => number): KnownCoefficients {
  const values = new Float64Array(rows * k);
  for (let row = 0; row < rows; row++) for (let c = 0; c < k; c++) values[row * k + c] = value(row, c);
  return new KnownCoefficients(rows, values);
}

function valuesOf(coefficients: Coefficients): Float64Array {
  if (coefficients instanceof KnownCoefficients) return coefficients.values;
  throw new TypeError("internal: coefficients of another vector space were given to a DenseSpace");
}

function dotRange(x: Float64Array, y: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += x[i] * y[i];
  return sum;
}

/** y := y + a x */
function addScaled(a: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] += a * x[i];
}

/** One column: out := A v. */
export type MatrixFreeProduct = (v: Float64Array, out: Float64Array, column: number) => void | Promise<void>;

/** A symmetric operator given by its product with one column; `signal` is checked before each column. */
export function matrixFreeOperator(
  space: DenseSpace,
  product: MatrixFreeProduct,
): LinearOperator<DenseBlock> & { readonly space: DenseSpace } {
  return {
    space,
    async apply(v, out, signal) {
      for (let c = 0; c < space.k; c++) {
        signal?.throwIfAborted();
        await product(v[c], out[c], c);
      }
      space.round(out);
    },
  };
}

/** A symmetric matrix given by its n rows. Throws if it is not square, or not symmetric to 1e-12 of its entries. */
export function denseOperator(
  matrix: readonly ArrayLike<number>[],
  space = new DenseSpace(matrix.length),
): LinearOperator<DenseBlock> & { readonly space: DenseSpace } {
  const n = space.n;
  if (matrix.length !== n) throw new RangeError(`matrix: expected n = ${n} rows, found ${matrix.length}`);
  for (let i = 0; i < n; i++) {
    if (matrix[i].length !== n) {
      throw new RangeError(`matrix: row ${i} has ${matrix[i].length} entries, expected ${n}`);
    }
    for (let j = 0; j < i; j++) {
      const [a, b] = [matrix[i][j], matrix[j][i]];
      if (Math.abs(a - b) > 1e-12 * Math.max(Math.abs(a), Math.abs(b), 1)) {
        throw new RangeError(`matrix: not symmetric, entry (${i},${j}) is ${a} but (${j},${i}) is ${b}`);
      }
    }
  }
  const rows = matrix.map((row) => Float64Array.from(row));
  return matrixFreeOperator(space, (v, out) => {
    for (let i = 0; i < n; i++) out[i] = dotRange(rows[i], v, 0, n);
  });
}
