import { afterAll, describe, expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { linearize } from "../../src/autograd/linearize.ts";
import type { Kernel } from "../../src/gpu/kernel.ts";
import { lower } from "../../src/gpu/lower.ts";
import { planMemory } from "../../src/gpu/plan.ts";
import { Program } from "../../src/gpu/program.ts";
import {
  type KernelChoices,
  type KernelShape,
  sameTiling,
  shapeKey,
  type Tiling,
  tilingText,
} from "../../src/gpu/tiling.ts";
import { tilingsFor } from "../../src/gpu/tilings.ts";
import { VectorLayout } from "../../src/gpu/vectorLayout.ts";
import type { Graph } from "../../src/model/graph.ts";
import { globalAveragePool, linear, softmaxCrossEntropy } from "../../src/model/layers.ts";
import { seeded } from "../autograd/seeded.ts";
import { dawn } from "./dawn.ts";
import { engines, example, hessianOf, inFloat64, products, randomVector, relativeError } from "./examples.ts";

afterAll(async () => {
  expect((await dawn()).faults, "errors that no call reported").toEqual([]);
});

const optionsFor = (graph: Graph) => ({ layout: new VectorLayout(graph.params), probes: 1, maxBindings: 8 });

const tiledIn = (kernels: readonly Kernel[]) => kernels.flatMap(({ tiled }) => tiled?.shape ?? []);

/** The output y of a graph with one product, in some of the tilings that it may have. */
async function inTilings(
  graph: Graph,
  inputs: Readonly<Record<string, Float64Array>>,
  some: (tiling: Tiling, place: number) => boolean,
) {
  const { gpu, pipelines, submitter } = await engines();
  const staged = { graph, stage: new Uint8Array(graph.nodes.length) };
  const [shape, ...none] = tiledIn(lower(staged, optionsFor(graph)).primal);
  expect(none).toEqual([]);
  const results: { tiling: Tiling; y: Float32Array }[] = [];
  for (const tiling of tilingsFor(shape).filter(some)) {
    const lowered = lower(staged, {
      ...optionsFor(graph),
      choices: new Map([[shapeKey(shape), tiling]]),
    });
    expect(lowered.primal.map(({ label }) => label).join()).toContain(tilingText(tiling));
    const program = await Program.create({
      ...{ device: gpu.device, pipelines, submitter, lowered },
      ...{ plan: planMemory(lowered, 1), probes: 1, vectors: {} },
    });
    for (const name of Object.keys(inputs)) program.write(name, Float32Array.from(inputs[name]));
    await program.runPrimal();
    results.push({ tiling, y: (await program.read("y"))[0] });
    program.destroy();
  }
  return results;
}

/** (A B + C D) * E, batched, with sizes that no tile divides. */
function pairOfProducts(ta: boolean, tb: boolean) {
  const [batches, m, n, k] = [2, 75, 72, 37];
  const random = seeded(1);
  const inputs: Record<string, Float64Array> = {};
  const b = new Builder();
  const input = (name: string, rows: number, columns: number): number => {
    const shape = [batches, rows, columns];
    inputs[name] = Float64Array.from({ length: batches * rows * columns }, () =>
      Math.fround(2 * random() - 1),
    );
    return b.input(name, shape, "data");
  };
  const product = (x: string, w: string): number => {
    const operands = [ta ? input(x, k, m) : input(x, m, k), tb ? input(w, n, k) : input(w, k, n)];
    return b.op("matmul", operands, { ta, tb });
  };
  const sum = b.op("add", [product("a", "b"), product("c", "d")]);
  b.output("y", b.op("mul", [sum, input("e", m, n)]));
  return { graph: b.finish(), inputs };
}

describe("a product of two pairs with an epilogue agrees with float64 on odd sizes", () => {
  // Each tile once, and each family with each way in which the operands may lie: a tile is compiled for each of these.
  const ways = [
    ["A B", false, false],
    ["A B'", false, true],
    ["A' B", true, false],
    ["A' B'", true, true],
  ] as const;
  test.each(ways.map(([title, ta, tb], way) => ({ title, ta, tb, way })))(
    "$title",
    async ({ ta, tb, way }) => {
      const { graph, inputs } = pairOfProducts(ta, tb);
      const want = interpret(graph, { params: {}, inputs }).y as Float64Array;
      const results = await inTilings(graph, inputs, ({ family, rows, columns, workgroup }, place) =>
        family === "registers"
          ? place % ways.length === way
          : (rows === 4 && columns === 1) || (way === 0 && workgroup === 256 && rows === 4),
      );
      expect(new Set(results.map(({ tiling }) => tiling.family)).size).toBe(2);
      for (const { tiling, y } of results)
        expect(relativeError(y, want), tilingText(tiling)).toBeLessThan(3e-7);
    },
  );
});

/** Images -> convolutions -> pool -> classes, with sizes that few tiles divide. */
function convolutions(stride: number): Graph {
  const b = new Builder();
  let x = b.input("x", [2, 8, 12, 3], "data");
  for (const [i, [from, to]] of [
    [3, 16],
    [16, 8],
  ].entries()) {
    const w = b.param(`conv${i}`, [to, from, 3, 3], [2, 3, 1, 0]);
    const attrs = { mode: "forward", stride: [stride, stride], pad: [1, 1, 1, 1] };
    x = b.op("tanh", [b.op("conv2d", [x, w], attrs)]);
  }
  const fc = [b.param("fc.weight", [3, 8]), b.param("fc.bias", [3])] as const;
  const logits = linear(b, globalAveragePool(b, x), ...fc);
  b.output("logits", logits);
  b.output("loss", softmaxCrossEntropy(b, logits, b.input("targets", [2, 3], "target")));
  return b.finish();
}

/** For every shape of a graph the tiling at a place, counted from the usual one and beginning again behind the last. */
function choicesAt(graph: Graph, place: number): KernelChoices {
  const { primal, tangent } = lower(linearize(graph), optionsFor(graph));
  return new Map(
    tiledIn([...primal, ...tangent]).map((shape) => {
      const tilings = tilingsFor(shape);
      return [shapeKey(shape), tilings[place % tilings.length]];
    }),
  );
}

describe("a Hessian-vector product", () => {
  test.each([
    { stride: 1, place: 3 },
    { stride: 2, place: 2 },
  ])(
    "with stride $stride agrees with float64 with other tilings throughout ($place)",
    async ({ stride, place }) => {
      const net = example(convolutions(stride));
      const shared = await engines();
      const gpu = { ...shared.gpu, choices: choicesAt(net.graph, place) };
      const operator = await hessianOf(net, 2, { ...shared, gpu });
      const columns = [1, 2].map((seed) => randomVector(net.parameters.length, seed));
      const got = await products(operator, columns);
      for (const [i, v] of columns.entries())
        expect(relativeError(got[i], inFloat64(net, v).hv)).toBeLessThan(2e-6);
      operator.destroy();
    },
  );
});

describe("tilings", () => {
  test("that are given in a table as they are usually give the very same kernels as no table", () => {
    for (const graph of [convolutions(1), convolutions(2)]) {
      const staged = linearize(graph);
      const plain = lower(staged, optionsFor(graph));
      const given = lower(staged, { ...optionsFor(graph), choices: choicesAt(graph, 0) });
      const texts = (kernels: readonly Kernel[]) => kernels.map(({ wgsl, groups }) => [wgsl, groups]);
      expect(texts(given.tangent)).toEqual(texts(plain.tangent));
      expect(texts(given.primal)).toEqual(texts(plain.primal));
    }
  });

  test("of a processor hold more where there is much work, and are those of a GPU elsewhere", () => {
    const matmul = { kind: "matmul", batches: 1, m: 512, n: 512, ta: false, tb: false, pairs: 1 } as const;
    const conv: KernelShape = {
      ...{ kind: "conv", mode: "forward", picture: [128, 32, 32], kernel: [3, 3, 16, 16] },
      ...{ stride: [1, 1], dilation: [1, 1], pairs: 2 },
    };
    const sizes = (shape: KernelShape): number[] =>
      [true, false].map((processor) => {
        const [{ rows, columns }] = tilingsFor(shape, processor);
        return rows * columns;
      });
    expect(sizes({ ...matmul, k: 512 })).toEqual([64, 16]);
    expect(sizes({ ...matmul, k: 64 })).toEqual([16, 16]);
    expect(sizes(conv)).toEqual([32, 16]);
    expect(sizes({ ...conv, picture: [4, 32, 32] })).toEqual([16, 16]);
    // Rows of 8 pixels hold no tile of 16, and several would share no loads.
    expect(sizes({ ...conv, picture: [128, 8, 8], kernel: [3, 3, 64, 64] })).toEqual([16, 16]);
  });

  test("differ from one another, and every device can run them", () => {
    const matmul = { kind: "matmul", batches: 1, k: 64, ta: false, tb: false, pairs: 1 } as const;
    for (const [m, n] of [
      [1, 1],
      [4, 10],
      [64, 512],
      [785, 2048],
    ]) {
      const tilings = tilingsFor({ ...matmul, m, n });
      for (const [i, tiling] of tilings.entries()) {
        expect(tilings.findIndex((other) => sameTiling(other, tiling))).toBe(i);
        expect(tiling.workgroup).toBeLessThanOrEqual(256);
        expect(tiling.rows * tiling.columns).toBeLessThanOrEqual(64);
      }
      expect(tilings.some(({ family }) => family === "workgroup")).toBe(m >= 64);
    }
  });
});
