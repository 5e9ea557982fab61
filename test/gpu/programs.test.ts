import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { linearize, reverseOverForward } from "../../src/autograd/linearize.ts";
import type { Graph } from "../../src/model/graph.ts";
import { softmaxCrossEntropy } from "../../src/model/layers.ts";
import type { HessianOperator } from "../../src/run/hessian.ts";
import { tinyConvNet, tinyMlp } from "../autograd/nets.ts";
import { dawn } from "./dawn.ts";
import {
  dot,
  type Example,
  example,
  hessianOf,
  inFloat64,
  productOf,
  products,
  randomVector,
  relativeError,
  unitVector,
} from "./examples.ts";

afterAll(async () => {
  expect((await dawn()).faults, "errors that no call reported").toEqual([]);
});

const nets: [string, Graph, number][] = [
  ["tanh MLP", tinyMlp("tanh", 3), 1e-5],
  ["ReLU MLP", tinyMlp("relu", 3), 1e-5],
  ["tanh conv net, BatchNorm eval", tinyConvNet("tanh", "eval", 3), 1e-5],
  ["tanh conv net, batch statistics", tinyConvNet("tanh", "batch", 3), 1e-4],
  ["ReLU conv net, BatchNorm eval", tinyConvNet("relu", "eval"), 1e-5],
  ["ReLU conv net, batch statistics", tinyConvNet("relu", "batch", 3), 1e-4],
];

describe.each(nets)("%s", (_title, graph, tolerance) => {
  const net = example(graph, 7);
  const n = net.parameters.length;
  const vectors = [1, 2, 3].map((seed) => randomVector(n, seed));
  const want = vectors.map((v) => inFloat64(net, v));
  let one: HessianOperator;
  let three: HessianOperator;

  beforeAll(async () => {
    one = await hessianOf(net, 1);
    three = await hessianOf(net, 3);
  });
  afterAll(() => {
    one.destroy();
    three.destroy();
  });

  it("has the loss, the logits and the gradient of float64", async () => {
    const { loss, logits, gradient } = want[0];
    expect(Math.abs((await one.loss()) - loss)).toBeLessThan(1e-6 * loss);
    expect(relativeError(await one.logits(), logits)).toBeLessThan(1e-6);
    expect(relativeError(await one.gradient(), gradient)).toBeLessThan(tolerance);
    expect(await three.gradient()).toEqual(await one.gradient());
  });

  it("has the products of float64, one vector at a time", async () => {
    for (const [i, v] of vectors.entries()) {
      const [hv] = await products(one, [v]);
      expect(relativeError(hv, want[i].hv)).toBeLessThan(tolerance);
    }
  });

  it("has the same products three at a time, and does not mix columns", async () => {
    const together = await products(three, vectors);
    together.forEach((hv, i) => {
      expect(relativeError(hv, want[i].hv)).toBeLessThan(tolerance);
    });
    const [zero, alone] = await products(three, [new Float64Array(n), vectors[1]]);
    expect(zero).toEqual(new Float64Array(n));
    expect(alone).toEqual(together[1]);
  });

  it("has u'Hv = v'Hu", async () => {
    const [u, v] = vectors;
    const [hu, hv] = await products(three, [u, v]);
    const size = Math.sqrt(dot(u, u) * dot(hv, hv));
    expect(Math.abs(dot(u, hv) - dot(v, hu))).toBeLessThan(tolerance * size);
  });

  it("has the Hessian of float64, column by column, and it is symmetric", async () => {
    const staged = linearize(graph);
    let [error, asymmetry, size] = [0, 0, 0];
    const got: Float64Array[] = [];
    for (let i = 0; i < n; i += 3) {
      const block = [i, i + 1, i + 2].filter((j) => j < n).map((j) => unitVector(n, j));
      got.push(...(await products(three, block)));
    }
    const exact = got.map((_, i) => inFloat64(net, unitVector(n, i), staged).hv);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        error += (got[i][j] - exact[i][j]) ** 2;
        asymmetry += (got[i][j] - got[j][i]) ** 2;
        size += exact[i][j] ** 2;
      }
    }
    expect(Math.sqrt(error / size)).toBeLessThan(tolerance);
    expect(Math.sqrt(asymmetry / size)).toBeLessThan(tolerance);
  });

  it("has the product of float64 for a vector that is one tensor", async () => {
    const staged = linearize(graph);
    for (const { offset, size } of graph.params) {
      const v = vectors[0].map((x, i) => (i >= offset && i < offset + size ? x : 0));
      const [hv] = await products(one, [v]);
      expect(relativeError(hv, inFloat64(net, v, staged).hv)).toBeLessThan(tolerance);
    }
  });

  it("gives the same product by reverse over forward", async () => {
    const hv = await productOf(reverseOverForward(graph), net, vectors[0]);
    expect(relativeError(hv, want[0].hv)).toBeLessThan(tolerance);
    const [other] = await products(one, [vectors[0]]);
    expect(relativeError(hv, other)).toBeLessThan(tolerance);
  });

  it("gives a diagonal block by a program of that block alone", async () => {
    for (const { name, offset, size } of graph.params) {
      const inside = (_: number, i: number): boolean => i >= offset && i < offset + size;
      const v = vectors[1].map((x, i) => (inside(x, i) ? x : 0));
      const staged = linearize(graph, { params: [name] });
      const hv = await productOf(staged, net, v);
      const exact = inFloat64(net, v).hv.map((x, i) => (inside(x, i) ? x : 0));
      expect(relativeError(hv, exact), name).toBeLessThan(tolerance);
    }
  });

  it("is repeated bit for bit, by the same program and by one recorded afresh", async () => {
    const first = await products(one, [vectors[0]]);
    await products(one, [vectors[1]]);
    expect(await products(one, [vectors[0]])).toEqual(first);
    const fresh = await hessianOf(net, 1);
    expect(await products(fresh, [vectors[0]])).toEqual(first);
    fresh.destroy();
  });
});

describe("structural oddities", () => {
  /** `write` makes the loss from its parameters. */
  async function check(write: (b: Builder) => number, seed = 3): Promise<Example> {
    const b = new Builder();
    b.output("loss", write(b));
    b.output("logits", b.constant(0));
    const net = example(b.finish(), seed);
    const v = randomVector(net.parameters.length, 4);
    const operator = await hessianOf(net);
    const want = inFloat64(net, v);
    expect(relativeError([await operator.loss()], [want.loss])).toBeLessThan(1e-6);
    expect(relativeError(await operator.gradient(), want.gradient)).toBeLessThan(1e-5);
    const [hv] = await products(operator, [v]);
    expect(relativeError(hv, want.hv)).toBeLessThan(1e-5);
    operator.destroy();
    return net;
  }
  const all = (b: Builder, x: number): number =>
    b.op("reshape", [b.op("sum", [x], { axes: b.shape(x).map((_, i) => i) })], { shape: [] });

  it("a parameter that the loss does not know has zero gradient and product", async () => {
    await check((b) => {
      b.param("unused", [3, 2]);
      const w = b.param("w", [5]);
      return all(b, b.mul(b.mul(w, w), w));
    });
  });

  it("a parameter in which the loss is linear has a gradient and a zero product", async () => {
    await check((b) => {
      const [a, w] = [b.param("a", [3]), b.param("w", [3])];
      return b.add(all(b, b.mul(a, b.input("x", [3], "data"))), all(b, b.mul(w, w)));
    });
  });

  it("a product that is the vector itself is copied", async () => {
    await check((b) => b.mul(b.constant(0.5), all(b, b.mul(b.param("w", [2, 3]), b.param("w2", [2, 3])))));
  });

  it("two parameters may have the very same product", async () => {
    await check((b) => {
      const sum = b.add(b.param("a", [5]), b.param("b", [5]));
      return all(b, b.op("exp", [sum]));
    });
  });

  it("two parameters of different shape may have the same product up to a reshape", async () => {
    await check((b) => {
      const sum = b.add(b.param("a", [2, 3]), b.op("reshape", [b.param("b", [6])], { shape: [2, 3] }));
      return all(b, b.op("exp", [sum]));
    });
  });

  it("matrix products of unlike inner size are added", async () => {
    await check((b) => {
      const [x, z] = [b.input("x", [3, 2], "data"), b.input("z", [3, 9], "data")];
      const h = b.add(
        b.op("matmul", [x, b.param("a", [2, 5])], { ta: false, tb: false }),
        b.op("matmul", [z, b.param("b", [9, 5])], { ta: false, tb: false }),
      );
      return softmaxCrossEntropy(b, h, b.input("targets", [3, 5], "target"));
    });
  });

  it("a matrix shared by batches of unlike size gets both gradients", async () => {
    await check((b) => {
      const w = b.param("w", [4, 3]);
      const branch = (name: string, n: number): number => {
        const y = b.op("matmul", [b.input(name, [n, 4], "data"), w], { ta: false, tb: false });
        return all(b, b.op("exp", [b.op("tanh", [y])]));
      };
      return b.add(branch("x", 2), branch("z", 7));
    });
  });

  it("a kernel shared by images of unlike size gets both gradients", async () => {
    await check((b) => {
      const w = b.param("w", [3, 2, 3, 3], [2, 3, 1, 0]);
      const branch = (name: string, size: number): number => {
        const x = b.input(name, [2, size, size, 2], "data");
        const y = b.op("conv2d", [x, w], { mode: "forward", stride: [1, 1], pad: [1, 1, 1, 1] });
        return all(b, b.op("exp", [b.op("tanh", [y])]));
      };
      return b.add(branch("x", 5), branch("z", 8));
    });
  });

  it("convolutions of unlike input channels are added", async () => {
    await check((b) => {
      const branch = (name: string, channels: number): number =>
        b.op(
          "conv2d",
          [
            b.input(`${name}x`, [2, 5, 5, channels], "data"),
            b.param(name, [3, channels, 3, 3], [2, 3, 1, 0]),
          ],
          { mode: "forward", stride: [1, 1], pad: [1, 1, 1, 1] },
        );
      return all(b, b.op("exp", [b.op("tanh", [b.add(branch("a", 2), branch("b", 7))])]));
    });
  });

  it("one input may enter convolutions of unlike padding", async () => {
    await check((b) => {
      const x = b.op("tanh", [b.input("x", [2, 7, 7, 3], "data")]);
      const branch = (name: string, kernel: number, stride: number): number => {
        const pad = Array<number>(4).fill((kernel - 1) / 2);
        const w = b.param(name, [5, 3, kernel, kernel], [2, 3, 1, 0]);
        return b.op("conv2d", [x, w], { mode: "forward", stride: [stride, stride], pad });
      };
      const sum = b.add(b.add(branch("a", 1, 2), branch("b", 3, 2)), branch("c", 5, 2));
      return all(b, b.op("exp", [b.op("tanh", [sum])]));
    });
  });
});
