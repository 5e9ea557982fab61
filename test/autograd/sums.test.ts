import { describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { linearize } from "../../src/autograd/linearize.ts";
import { removeStopGradients } from "../../src/autograd/passes.ts";
import { distributeSums } from "../../src/autograd/sums.ts";
import type { Graph, NodeId } from "../../src/model/graph.ts";
import { tinyConvNet } from "./nets.ts";

/** y = of(x, a, s) for a tangent x and inputs a of its shape [4,6,8] and s [8]. */
function graphOf(of: (b: Builder, x: NodeId, a: NodeId, s: NodeId) => NodeId): Graph {
  const b = new Builder();
  const x = b.direction("x", [4, 6, 8]);
  b.output("y", of(b, x, b.input("a", [4, 6, 8], "data"), b.input("s", [8], "data")));
  return b.finish();
}
const total = (b: Builder, x: NodeId): NodeId => b.op("sum", [x], { axes: [0, 1] });
const centred = (b: Builder, x: NodeId): NodeId => b.sub(x, b.mul(total(b, x), b.constant(1 / 24)));

const wave = (n: number, by: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.cos(by * i));
const inputs = { a: wave(192, 0.7), s: wave(8, 0.3) };
const tangents = { x: wave(192, 1.1).map((x) => x + 3) };
const value = (graph: Graph): number[] => [...interpret(graph, { params: {}, inputs, tangents }).y];
/** Sums of what depends on x. */
const walks = ({ nodes }: Graph): number => {
  const tangent = nodes.reduce(
    (set, { op, inputs: from }, id) => (op === "tangent" || from.some((i) => set.has(i)) ? set.add(id) : set),
    new Set<number>(),
  );
  return nodes.filter(({ op, inputs: from }) => op === "sum" && tangent.has(from[0])).length;
};

describe("sums of tangents", () => {
  it.each<[string, Parameters<typeof graphOf>[0]]>([
    ["of a centred tensor times another", (b, x, a) => total(b, b.mul(centred(b, x), a))],
    [
      "of differences and multiples",
      (b, x, a, s) =>
        total(b, b.sub(b.mul(b.mul(centred(b, x), s), b.constant(3)), b.neg(b.mul(b.mul(x, a), s)))),
    ],
    [
      "of a tensor that was summed already",
      (b, x, a, s) => b.add(total(b, x), total(b, b.add(b.mul(x, s), b.mul(a, b.mul(total(b, x), s))))),
    ],
    ["along rows", (b, x, a) => b.op("sum", [b.mul(centred(b, x), a)], { axes: [2] })],
  ])("keep their value: %s", (_, of) => {
    const graph = graphOf(of);
    const want = value(graph);
    value(distributeSums(graph)).forEach((y, i) => {
      expect(Math.abs(y - want[i])).toBeLessThan(1e-11);
    });
  });

  it("are not taken where their parts' sums are at hand", () => {
    const graph = graphOf((b, x, _a, s) => b.mul(total(b, x), total(b, b.mul(centred(b, x), s))));
    expect(walks(graph)).toBe(2);
    expect(walks(distributeSums(graph))).toBe(1);
  });

  it("do not wait for the mean of the tensor that they are taken of", () => {
    const graph = distributeSums(graphOf((b, x, a) => total(b, b.mul(centred(b, x), a))));
    for (const { op, inputs: from } of graph.nodes) {
      if (op !== "sum") continue;
      const { op: made, inputs: factors } = graph.nodes[from[0]];
      if (made === "mul") for (const i of factors) expect(["input", "tangent"]).toContain(graph.nodes[i].op);
    }
    expect(walks(graph)).toBe(2);
  });

  it("stay whole where their parts would be walks of their own, and in networks without statistics of the batch", () => {
    const whole = removeStopGradients(
      graphOf((b, x, a, s) => total(b, b.add(b.mul(b.op("tanh", [a]), b.mul(x, s)), b.mul(a, b.neg(x))))),
    );
    expect(distributeSums(whole)).toEqual(whole);
    const frozen = linearize(tinyConvNet("relu", "eval")).graph;
    expect(walks(distributeSums(frozen))).toBe(walks(frozen));
  });
});
