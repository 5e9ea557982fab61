import { describe, expect, it } from "vitest";
import { PipelineCache } from "../../src/gpu/pipelines.ts";
import { Stream } from "../../src/gpu/stream.ts";
import { GpuSpace, type GpuVector } from "../../src/gpu/vectors.ts";
import type { Basis, LinearOperator, VectorSpace } from "../../src/spectrum/index.ts";
import { DenseSpace, denseOperator, LanczosRun, SlqRun } from "../../src/spectrum/index.ts";
import { seeded, uniformArray } from "../autograd/seeded.ts";
import { finish, multiply, rademacher, spread, withSpectrum } from "../spectrum/matrices.ts";
import { dawn } from "./dawn.ts";
import { columns, gpuSpace, layout, n, params, segments } from "./spaces.ts";

function expectClose(
  got: readonly ArrayLike<number>[],
  want: readonly ArrayLike<number>[],
  relative: number,
): void {
  expect(got.length).toBe(want.length);
  got.forEach((column, c) => {
    expect(column.length).toBe(want[c].length);
    let [error, size] = [0, 0];
    for (let i = 0; i < column.length; i++) {
      error += (column[i] - want[c][i]) ** 2;
      size += want[c][i] ** 2;
    }
    expect(Math.sqrt(error), `column ${c}`).toBeLessThanOrEqual(relative * Math.sqrt(size));
  });
}

/** The same calls on two spaces; what they read back, in order. */
async function both(
  gpu: GpuSpace,
  script: <V>(space: VectorSpace<V>) => Promise<(readonly ArrayLike<number>[])[]>,
): Promise<void> {
  const got = await script(gpu);
  const want = await script(new DenseSpace(n, gpu.k, segments));
  expect(got.length).toBe(want.length);
  got.forEach((columns, i) => {
    expectClose(columns, want[i], 1e-6);
  });
}

/** The floats of the device vector, padding included. */
const raw = (space: GpuSpace, v: GpuVector): Promise<Float32Array> =>
  space.stream.read(v.buffer, space.blockBytes);

function expectZeroPadding(all: Float32Array, k: number): void {
  const ones = layout.pack(new Float64Array(n).fill(1));
  for (let c = 0; c < k; c++) {
    const stray = ones.findIndex((used, i) => used === 0 && all[c * layout.extent + i] !== 0);
    expect(stray, `padding of column ${c}`).toBe(-1);
  }
}

describe("the layout of a parameter vector", () => {
  it("aligns every tensor to 256 bytes and packs without loss", () => {
    for (const { start, extent } of layout.segments) expect([start % 64, extent % 64]).toEqual([0, 0]);
    const [v] = columns(1, 1);
    expect(layout.unpack(layout.pack(v))).toEqual(v);
    expect(layout.pack(v).filter((x) => x !== 0).length).toBe(v.filter((x) => x !== 0).length);
  });

  it("refuses a vector of another length", () => {
    expect(() => layout.pack(new Float64Array(n - 1))).toThrow(
      `internal: vector of ${n - 1} elements, expected ${n}`,
    );
  });
});

describe.each([1, 3])("vectors of %i column(s)", (k) => {
  it("come back as they were written; a missing column is zero", async () => {
    const space = await gpuSpace(k);
    const v = space.create();
    const x = columns(k, 2);
    space.write(v, x);
    expect(await space.read(v)).toEqual(x);
    space.write(v, x.slice(0, k - 1));
    expect((await space.read(v))[k - 1]).toEqual(new Float64Array(n));
    space.destroy();
  });

  it("copy, scale, axpy, dot, norm and dots by segment agree with float64", async () => {
    const space = await gpuSpace(k);
    await both(space, async (s) => {
      const [x, y, z] = [s.create(), s.create(), s.create()];
      s.write(x, columns(k, 3));
      s.write(y, columns(k, 4));
      s.copy(x, z);
      s.axpy(-0.7, y, z);
      s.scale(1.3, z);
      s.scale(0, y);
      s.axpy(2, x, y);
      const segmentDots = await s.segmentDots(x, y).fetch();
      expect(segmentDots.length).toBe(params.length * k);
      const coefficients = [await s.dot(x, z).fetch(), await s.norm(z).fetch(), segmentDots];
      return [await s.read(x), await s.read(y), await s.read(z), coefficients];
    });
    space.destroy();
  });

  it("are cut back to other tensors in each column", async () => {
    const space = await gpuSpace(k);
    const keep = [new Set([1, 2]), new Set([0, 3]), new Set<number>()].slice(0, k);
    await both(space, async (s) => {
      const x = s.create();
      s.write(x, columns(k, 5));
      s.restrict(x, keep);
      return [await s.read(x)];
    });
    space.destroy();
  });

  it("keep their padding at zero through every operation", async () => {
    const space = await gpuSpace(k, 2);
    const [x, y] = [space.create(), space.create()];
    space.write(x, columns(k, 5));
    space.write(y, columns(k, 6));
    const basis = space.basis(3);
    await basis.append(x, { reciprocalOf: space.norm(x) });
    await basis.append(y, 0.5);
    await basis.append(x, 2);
    space.axpy(0.3, x, y);
    space.scale(-2, y);
    expectZeroPadding(await raw(space, y), k);
    await basis.subtract(y, await basis.project(y));
    expectZeroPadding(await raw(space, y), k);
    await basis.combine(Float64Array.of(1, 2, 3), k - 1, y);
    expectZeroPadding(await raw(space, y), k);
    await basis.load(2, y);
    expectZeroPadding(await raw(space, y), k);
    space.destroy();
  });
});

describe.each([
  [1, 1, "the device"],
  [1, 3, "the device"],
  [1, 6, "the device"],
  [3, 1, "the device"],
  [3, 4, "the device"],
  [3, 100, "the device"],
  [1, 1, "host memory"],
  [3, 4, "host memory"],
] as const)("a basis of %i column(s), %i vectors to a buffer, in the memory of %s", (k, perChunk, where) => {
  const capacity = 11;

  async function fill<V>(space: VectorSpace<V>, v: V): Promise<Basis<V>> {
    const basis = space.basis(capacity);
    for (let j = 0; j < capacity; j++) {
      space.write(v, columns(k, 100 + j));
      await basis.append(v, j % 2 === 0 ? { reciprocalOf: space.norm(v) } : 0.25);
    }
    return basis;
  }

  it("appends, loads, projects, subtracts and combines as float64 does", async () => {
    const space = await gpuSpace(k, perChunk, where);
    await both(space, async (s) => {
      const [v, w] = [s.create(), s.create()];
      const basis = await fill(s, v);
      expect(basis.length).toBe(capacity);
      const loaded: Float64Array[] = [];
      for (let j = 0; j < capacity; j++) {
        await basis.load(j, v);
        loaded.push(...(await s.read(v)));
      }
      s.write(w, columns(k, 7));
      const c = await basis.project(w);
      expect(c.rows).toBe(capacity);
      await basis.subtract(w, c);
      const subtracted = await s.read(w);
      const coefficients = [await c.fetch()];
      const weights = uniformArray(seeded(8), [capacity]);
      await basis.combine(weights, k - 1, w);
      const whole = await s.read(w);
      await basis.combine(weights.slice(0, 5), 0, w);
      return [loaded, subtracted, coefficients, whole, await s.read(w)];
    });
    space.destroy();
  });

  it("projects on what has been appended so far, at every length", async () => {
    const space = await gpuSpace(k, perChunk, where);
    await both(space, async (s) => {
      const [v, w] = [s.create(), s.create()];
      s.write(w, columns(k, 9));
      const basis = s.basis(capacity);
      const coefficients: number[] = [];
      for (let j = 0; j < capacity; j++) {
        s.write(v, columns(k, 200 + j));
        await basis.append(v, 1);
        coefficients.push(...(await (await basis.project(w)).fetch()));
      }
      return [[coefficients]];
    });
    space.destroy();
  });
});

describe("a basis", () => {
  it("takes a column of zero norm as zero, not as NaN", async () => {
    const space = await gpuSpace(3);
    const v = space.create();
    const [x, , z] = columns(3, 10);
    space.write(v, [x, new Float64Array(n), z]);
    const basis = space.basis(1);
    await basis.append(v, { reciprocalOf: space.norm(v) });
    await basis.load(0, v);
    const [a, b, c] = await space.read(v);
    expect(b).toEqual(new Float64Array(n));
    for (const unit of [a, c]) expect(unit.reduce((sum, e) => sum + e * e, 0)).toBeCloseTo(1, 6);
    space.destroy();
  });

  it("refuses more vectors than it holds, and vectors that the device cannot bind", async () => {
    const space = await gpuSpace(1, 0.5);
    expect(() => space.basis(1)).toThrow(/A Krylov vector of 1 MB exceeds what this GPU binds at once/);
    space.destroy();
    const other = await gpuSpace(1);
    const v = other.create();
    const basis = other.basis(1);
    await basis.append(v, 1);
    expect(() => basis.append(v, 1)).toThrow("internal: the basis holds 1 vectors already");
    other.destroy();
  });

  it("gives its memory back", async () => {
    const space = await gpuSpace(3, 2);
    const before = space.bytes;
    const v = space.create();
    const basis = space.basis(7);
    expect(space.bytes - before).toBe(8 * space.blockBytes);
    basis.release();
    space.release(v);
    expect(space.bytes).toBe(before);
    space.destroy();
  });

  it("says so when coefficients are fetched too late", async () => {
    const space = await gpuSpace(1);
    const v = space.create();
    const first = space.dot(v, v);
    for (let i = 0; i < 16; i++) space.dot(v, v);
    await expect(first.fetch()).rejects.toThrow(
      "internal: coefficients were overwritten before they were fetched",
    );
    space.destroy();
  });

  it("cuts what it submits where kernels bind much, with the same result", async () => {
    const { device } = await dawn();
    const limits = { maxBufferSize: 2 ** 20, maxStorageBufferBindingSize: 2 ** 20 };
    const pipelines = new PipelineCache(device);
    const norms: Float64Array[] = [];
    for (const mostBound of [1, 1e9]) {
      const space = await GpuSpace.create(new Stream(device, pipelines, mostBound), layout, 1, limits);
      const [x, y] = [space.create(), space.create()];
      space.write(x, columns(1, 3));
      for (let i = 1; i <= 3; i++) space.axpy(i, x, y);
      norms.push(await space.norm(y).fetch());
      space.destroy();
    }
    expect(norms[0]).toEqual(norms[1]);
    expect(norms[0][0]).toBeGreaterThan(0);
  });

  it("survives more calls than the ring of arguments has places", async () => {
    const space = await gpuSpace(1);
    const [x, y] = [space.create(), space.create()];
    const ones = new Float64Array(n).fill(1);
    space.write(x, [ones]);
    for (let i = 1; i <= 700; i++) space.axpy(i, x, y);
    expect((await space.read(y))[0]).toEqual(ones.map(() => (700 * 701) / 2));
    space.destroy();
  });
});

describe.each([1, 3])("spectrum/ on vectors of %i column(s) on the GPU", (k) => {
  const matrix = withSpectrum([...spread(-1, 1, n - 3), 4, 6, 9]);

  /** The product on the CPU in float64, the vectors on the GPU. */
  async function gpuOperator(): Promise<LinearOperator<GpuVector> & { readonly space: GpuSpace }> {
    const space = await gpuSpace(k, 4);
    return {
      space,
      async apply(v, out) {
        space.write(
          out,
          (await space.read(v)).map((column) => multiply(matrix, column)),
        );
      },
    };
  }

  const dense = denseOperator(matrix, new DenseSpace(n, k, segments));

  it.each(["all vectors", "two vectors"] as const)(
    "gives the tridiagonal matrices of Lanczos in float64: %s",
    async (memory) => {
      const operator = await gpuOperator();
      const options = { source: rademacher(11), probes: Array.from({ length: k }, (_, c) => c), memory };
      const [got, want] = [new LanczosRun(operator, options), new LanczosRun(dense, options)];
      // In float32 the recurrence alone loses orthogonality as the outliers converge, and a copy appears at step 13.
      const steps = memory === "all vectors" ? 14 : 8;
      await finish(got.advance({ steps }));
      await finish(want.advance({ steps }));
      got.columns.forEach((column, c) => {
        const { alpha, beta, quadraticForm } = want.columns[c];
        expectClose([column.alpha, column.beta], [alpha, beta], 1e-5);
        expectClose([column.quadraticForm], [quadraticForm], 1e-5);
      });
      if (memory === "all vectors") expect(await got.orthogonality()).toBeLessThan(1e-6);
      else expect([got.capacity, await got.orthogonality()]).toEqual([1, null]);
      got.release();
      operator.space.destroy();
    },
  );

  it("gives the nodes, weights and Ritz vectors of the quadrature in float64", async () => {
    const operator = await gpuOperator();
    const options = { source: rademacher(12), probes: 4, traceProbes: 6, steps: 12, top: 3, bottom: 1 };
    const [got, want] = [new SlqRun(operator, options), new SlqRun(dense, options)];
    await finish(got.advance());
    await finish(want.advance());
    const [a, b] = [got.result(), want.result()];
    expect(a.probes).toEqual([0, 1, 2, 3]);
    expectClose(a.nodes, b.nodes, 1e-4);
    expectClose(a.weights, b.weights, 1e-3);
    expectClose([a.top.map((r) => r.value)], [[9, 6, 4].map((_, i) => b.top[i].value)], 1e-5);
    expect(a.trace?.estimate).toBeCloseTo(b.trace?.estimate as number, 3);
    expect(a.trace?.perSegment.map((s) => s.name)).toEqual(segments.map((s) => s.name));
    const vector = operator.space.create();
    await got.ritzVector(a.top[0], vector);
    for (const y of await operator.space.read(vector)) {
      const residual = multiply(matrix, y).map((x, i) => x - a.top[0].value * y[i]);
      const size = Math.sqrt(residual.reduce((sum, x) => sum + x * x, 0));
      expect(size).toBeLessThan(a.top[0].residual + 1e-4);
    }
    got.release();
    operator.space.destroy();
  });
});
