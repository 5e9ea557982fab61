import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Graph } from "../../src/model/graph.ts";
import { poseProblem } from "../../src/run/problem.ts";
import { dot, hessianOf, products, relativeError } from "../gpu/examples.ts";
import { bundledModel } from "./bundledFiles.ts";

/** What the bundled models' golden.json holds (its own `about` says how it was made). */
interface GoldenCase {
  readonly samples: { readonly start: number; readonly count: number };
  readonly bn: "eval" | "batch" | "none";
  readonly loss: number;
  readonly gradientNorm: number;
  readonly products: readonly {
    readonly vector: string;
    readonly uHv: number;
    readonly hvNorm: number;
    readonly stridedSums: readonly number[];
  }[];
}

const folder = new URL("../../public/models/", import.meta.url);
const index = JSON.parse(readFileSync(new URL("index.json", folder), "utf8")) as { id: string }[];

/**
 * The cases of 16 samples: images cost 8 GFLOP a product, those of 128 eight times as much. Of the variants one case each:
 * both modes of BatchNorm and the block of one layer are seen in resnet20.
 */
const cases = index.flatMap(({ id }) => {
  const file = new URL(`${id}/golden.json`, folder);
  if (!existsSync(file)) return [];
  const golden = JSON.parse(readFileSync(file, "utf8")) as { cases: GoldenCase[] };
  const small = golden.cases.filter((c) => c.samples.count <= 16);
  const taken = id === "resnet20" ? small : small.slice(0, 1);
  return taken.map((c, i) => {
    const products = id === "resnet20" && i > 0 ? c.products.slice(0, 1) : c.products;
    return [id, c.bn, { ...c, products }] as const;
  });
});

/**
 * Allowed error of a product, relative to its norm, where 1e-4 is out of reach of float32: in sample 4 a ReLU's input is
 * zero to within 1e-7, so that the last bit of a pixel decides its side. Float64 itself moves by 4.7e-4 when the
 * images are normalised in float64 instead of float32; with equal pixels the GPU is within 2e-6 of it.
 */
const KINKED: Readonly<Record<string, number>> = { "resnet20-noskip": 1e-3 };

/** The tensor of the vector "one-layer", which each golden.json names. */
const ONE_LAYER = ["layer2.0.conv1.weight", "bert.encoder.layer.0.attention.self.query.weight"];

/** The vectors that golden.json names, in file order. */
function vectorNamed(name: string, { params }: Graph, n: number): Float64Array {
  const wave = Float64Array.from({ length: n }, (_, i) => Math.cos(0.11 * i));
  if (name === "v") return wave.map((x) => x / Math.sqrt(n));
  if (name !== "one-layer")
    throw new Error(`golden.json names a vector that this test does not know: ${name}`);
  const layer = params.find((p) => ONE_LAYER.includes(p.name));
  if (layer === undefined) throw new Error(`no tensor ${ONE_LAYER.join(" or ")}`);
  const { offset, size } = layer;
  return wave.map((x, i) => (i >= offset && i < offset + size ? x / Math.sqrt(size) : 0));
}

/** Sums over every 257th element: a sketch that any wrong element disturbs. */
function stridedSums(hv: Float64Array, stride: number): Float64Array {
  const sums = new Float64Array(stride);
  hv.forEach((x, i) => {
    sums[i % stride] += x;
  });
  return sums;
}

describe.skipIf(cases.length === 0)("the bundled models on the GPU agree with float64 PyTorch", () => {
  it.each(cases)(
    "%s, BatchNorm %s: loss, gradient norm, products",
    async (id, bn, want) => {
      const batch = want.samples;
      const mode = bn === "none" ? "eval" : bn;
      const problem = poseProblem(await bundledModel(id), {
        bn: mode,
        start: batch.start,
        batchSize: batch.count,
      });
      const n = problem.parameters.length;
      const operator = await hessianOf(problem);
      const [atWeights, product] = mode === "batch" ? [1e-4, 2e-3] : [1e-5, KINKED[id] ?? 1e-4];
      expect(Math.abs((await operator.loss()) / want.loss - 1)).toBeLessThan(atWeights);
      const gradient = await operator.gradient();
      expect(Math.abs(Math.sqrt(dot(gradient, gradient)) / want.gradientNorm - 1)).toBeLessThan(atWeights);
      const u = Float64Array.from({ length: n }, (_, i) => Math.sin(0.37 * i) / Math.sqrt(n));
      for (const golden of want.products) {
        const [hv] = await products(operator, [vectorNamed(golden.vector, problem.graph, n)]);
        const size = golden.hvNorm;
        expect(Math.abs(Math.sqrt(dot(hv, hv)) / size - 1), golden.vector).toBeLessThan(product);
        expect(Math.abs(dot(u, hv) - golden.uHv), golden.vector).toBeLessThan(product * size);
        const sums = stridedSums(hv, golden.stridedSums.length);
        expect(relativeError(sums, golden.stridedSums), golden.vector).toBeLessThan(product);
      }
      operator.destroy();
    },
    300_000,
  );
});
