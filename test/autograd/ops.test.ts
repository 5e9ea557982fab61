import { describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { jvp } from "../../src/autograd/jvp.ts";
import { linearize, reverseOverForward } from "../../src/autograd/linearize.ts";
import { type Example, OP_NAMES, type Op } from "../../src/autograd/ops/op.ts";
import { findOp, ops } from "../../src/autograd/ops/table.ts";
import { gradient } from "../../src/autograd/vjp.ts";
import { type Graph, sizeOf } from "../../src/model/graph.ts";
import { hyperDual } from "../oracles/hyperdual.ts";
import { paramDot, seeded, uniformArray } from "./seeded.ts";

/**
 * The generic op test: every entry of the table, on its own random examples, against the identities that any
 * correct pair of rules fulfils. Operands are parameters and the loss is <weights, y> + <weights, y^2>, so that
 * second derivatives do not vanish where the op itself is linear.
 */
function lossOf(op: Op, { shapes, attrs }: Example): Graph {
  const b = new Builder();
  const operands = shapes.map((shape, i) =>
    i === op.indexOperand ? b.input(`x${i}`, shape, "data", op.indexDtype) : b.param(`x${i}`, shape),
  );
  const y = b.op(op.name, operands, attrs);
  const weights = b.input("weights", b.shape(y), "data");
  const terms = b.mul(weights, b.add(y, b.mul(y, y)));
  const axes = b.shape(y).map((_, axis) => axis);
  b.output("y", y);
  b.output("loss", b.op("reshape", [b.op("sum", [terms], { axes })], { shape: [] }));
  return b.finish();
}

const instances = Object.values<Op>(ops).flatMap((op, k) =>
  op
    .examples(seeded(100 + k))
    .map((example, i) => ({ op, example, title: `${op.name} ${i}`, seed: 1000 * k + i })),
);

const close = (got: number, want: number, scale: number, tolerance: number) =>
  expect(Math.abs(got - want)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(scale)));

describe.each(instances)("$title $example", ({ op, example, seed }) => {
  const random = seeded(seed);
  const graph = lossOf(op, example);
  const named = (low: number, high: number) =>
    Object.fromEntries(
      graph.params.map(({ name, fileShape }) => [name, uniformArray(random, fileShape, low, high)]),
    );
  const [low, high] = op.domain;
  const margin = 0.01 * (high - low);
  const params = named(low + margin, high - margin);
  const ySize = sizeOf(graph.nodes[graph.outputs.y].shape);
  const indices = graph.inputs.filter(({ name }) => name === `x${op.indexOperand}`);
  const inputs = {
    weights: uniformArray(random, [ySize]),
    ...Object.fromEntries(
      indices.map(({ name, shape }) => [
        name,
        uniformArray(random, shape, 0, example.indexBound as number).map(Math.floor),
      ]),
    ),
  };
  const [u, v] = [named(-1, 1), named(-1, 1)];
  const along = (direction: typeof u, of: Graph) => interpret(of, { params, inputs, tangents: direction });
  const linear = linearize(graph).graph;

  it("keeps in y the shape that the rule states", () => {
    expect(interpret(graph, { params, inputs }).y.length).toBe(ySize);
  });

  const itIfSmooth = op.smooth ? it : () => undefined;
  itIfSmooth("has a jvp that difference quotients confirm", () => {
    const h = 1e-5;
    const at = (t: number) => {
      const moved = Object.entries(params).map(([name, x]) => [name, x.map((w, i) => w + t * v[name][i])]);
      return interpret(graph, { params: Object.fromEntries(moved), inputs }, ["y"]).y;
    };
    const [up, down] = [at(h), at(-h)];
    const tangent = along(v, jvp(graph))["jvp:y"];
    const size = Math.max(...tangent.map(Math.abs));
    tangent.forEach((t, i) => {
      close(t, (up[i] - down[i]) / (2 * h), size, 1e-5);
    });
  });

  it("has vjp and jvp adjoint to each other: <w, Jv> = <J'w, v>", () => {
    const slope = along(v, jvp(graph))["jvp:loss"][0];
    close(paramDot(graph, v, along(v, gradient(graph)), "grad:"), slope, slope, 1e-12);
  });

  it("has a symmetric Hessian that both routes and hyper-dual numbers agree on", () => {
    const uHv = paramDot(graph, u, along(v, linear), "hv:");
    close(paramDot(graph, v, along(u, linear), "hv:"), uHv, uHv, 1e-10);
    close(paramDot(graph, u, along(v, reverseOverForward(graph).graph), "hv:"), uHv, uHv, 1e-10);
    if (op.name === "stopGradient") return;
    const oracle = hyperDual(graph, params, inputs, u, v);
    close(paramDot(graph, u, along(v, linear), "grad:"), oracle.alongU, oracle.alongU, 1e-10);
    close(uHv, oracle.uHv, oracle.uHv, 1e-10);
  });
});

describe("the op table", () => {
  it("has exactly the names of the language, each under its own name", () => {
    expect(Object.keys(ops).toSorted()).toEqual([...OP_NAMES].toSorted());
    for (const name of OP_NAMES) expect(findOp(name)?.name).toBe(name);
  });

  it("does not take a word of the object prototype for an op", () => {
    expect(findOp("constructor")).toBeNull();
  });

  it("computes matmul as the sum over the inner axis, transposed or not", () => {
    const a = Float64Array.of(1, 2, 3, 4, 5, 6);
    const b = Float64Array.of(7, 8, 9, 10, 11, 12);
    const product = (shapes: number[][], ta: boolean, tb: boolean) =>
      Array.from(ops.matmul.f64([a, b], shapes, { ta, tb }, ops.matmul.shape(shapes, { ta, tb })));
    expect(
      product(
        [
          [2, 3],
          [3, 2],
        ],
        false,
        false,
      ),
    ).toEqual([58, 64, 139, 154]);
    expect(
      product(
        [
          [3, 2],
          [2, 3],
        ],
        true,
        true,
      ),
    ).toEqual([76, 103, 100, 136]);
    expect(
      product(
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
        false,
        true,
      ),
    ).toEqual([50, 68, 122, 167]);
  });

  it("computes conv2d as the definition: cross-correlation with zeros beyond the border", () => {
    const random = seeded(5);
    for (const { shapes, attrs } of ops.conv2d.examples(random).filter((e) => e.attrs.mode === "forward")) {
      const [x, w] = shapes.map((shape) => uniformArray(random, shape));
      const [[, h, width, channels], [kh, kw, ci, co]] = shapes;
      const { groups = 1, dilation: [dy, dx] = [1, 1] } = attrs as { groups?: number; dilation?: number[] };
      const [sh, sw] = attrs.stride as number[];
      const [top, left] = attrs.pad as number[];
      const shape = ops.conv2d.shape(shapes, attrs);
      const at = (n: number, i: number, j: number, c: number) =>
        i < 0 || j < 0 || i >= h || j >= width ? 0 : x[((n * h + i) * width + j) * channels + c];
      ops.conv2d.f64([x, w], shapes, attrs, shape).forEach((got, flat) => {
        const [, oh, ow] = shape;
        const [o, j, i] = [flat % co, Math.floor(flat / co) % ow, Math.floor(flat / co / ow) % oh];
        const n = Math.floor(flat / co / ow / oh);
        const first = Math.floor((o * groups) / co) * ci;
        let want = 0;
        for (let k = 0; k < kh; k++)
          for (let l = 0; l < kw; l++)
            for (let c = 0; c < ci; c++)
              want +=
                at(n, i * sh + k * dy - top, j * sw + l * dx - left, first + c) *
                w[((k * kw + l) * ci + c) * co + o];
        expect(got).toBeCloseTo(want, 12);
      });
    }
  });

  it("moves elements as numpy does", () => {
    const x = Float64Array.of(1, 2, 3, 4, 5, 6);
    const moved = (name: keyof typeof ops, from: number[], attrs: Record<string, number[]>) => {
      const op = findOp(name) as Op;
      return Array.from(op.f64([x], [from], attrs, op.shape([from], attrs)));
    };
    expect(moved("transpose", [2, 3], { perm: [1, 0] })).toEqual([1, 4, 2, 5, 3, 6]);
    expect(moved("slice", [2, 3], { start: [0, 0], size: [2, 2], stride: [1, 2] })).toEqual([1, 3, 4, 6]);
    expect(moved("pad", [6], { low: [1], high: [0], interior: [1] })).toEqual([
      0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6,
    ]);
    expect(moved("broadcast", [2, 1, 3], { shape: [2, 2, 3] })).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
    expect(moved("sum", [2, 3], { axes: [0] })).toEqual([5, 7, 9]);
    expect(moved("max", [2, 3], { axes: [1] })).toEqual([3, 6]);
  });

  it("shares the derivative of a maximum equally between ties", () => {
    const b = new Builder();
    b.output("loss", b.op("reshape", [b.op("max", [b.param("x", [3])], { axes: [0] })], { shape: [] }));
    const graph = gradient(b.finish());
    const values = { params: { x: Float64Array.of(2, 1, 2) }, inputs: {} };
    expect(Array.from(interpret(graph, values)["grad:x"])).toEqual([0.5, 0, 0.5]);
  });

  it("raises negative numbers to whole powers, with both derivatives", () => {
    for (const [p, slope, curvature] of [
      [3, 12, -12],
      [2, -4, 2],
      [-1, -0.25, -0.25],
      [0, 0, 0],
    ]) {
      const b = new Builder();
      b.output("loss", b.op("pow", [b.param("x", []), b.constant(p)]));
      const values = { params: { x: Float64Array.of(-2) }, inputs: {}, tangents: { x: Float64Array.of(1) } };
      const results = interpret(linearize(b.finish()).graph, values);
      expect([results.loss[0], results["grad:x"][0], results["hv:x"][0]]).toEqual([
        (-2) ** p,
        slope,
        curvature,
      ]);
    }
    expect([ops.pow.scalar(-2, 3), ops.pow.scalar(0, 2), ops.pow.scalar(-2, 0.5)]).toEqual([
      -8,
      0,
      Number.NaN,
    ]);
  });

  it("gives clip at its bounds the slope 0, and rounds halves to even", () => {
    const b = new Builder();
    const y = b.op("clip", [b.param("x", [4]), b.constant(0), b.constant(6)]);
    b.output("loss", b.op("reshape", [b.op("sum", [y], { axes: [0] })], { shape: [] }));
    const values = { params: { x: Float64Array.of(-1, 0, 3, 6) }, inputs: {} };
    expect(Array.from(interpret(gradient(b.finish()), values)["grad:x"])).toEqual([0, 0, 1, 0]);
    expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.4].map((x) => ops.round.scalar(x) + 0)).toEqual([
      -2, -2, 0, 0, 2, 2,
    ]);
  });

  it("takes relu and step at exactly 0 as 0, and eq as 1 where equal", () => {
    expect([ops.relu.scalar(0), ops.step.scalar(0), ops.eq.scalar(2, 2), ops.eq.scalar(2, 3)]).toEqual([
      0, 0, 1, 0,
    ]);
  });
});
