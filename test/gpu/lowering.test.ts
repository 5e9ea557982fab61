import { describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { linearize } from "../../src/autograd/linearize.ts";
import type { Kernel } from "../../src/gpu/kernel.ts";
import { lower } from "../../src/gpu/lower.ts";
import { VectorLayout } from "../../src/gpu/vectorLayout.ts";
import type { Graph } from "../../src/model/graph.ts";
import { batchNorm, globalAveragePool, linear, softmaxCrossEntropy } from "../../src/model/layers.ts";
import { poseProblem } from "../../src/run/problem.ts";
import { tinyConvNet, tinyMlp } from "../autograd/nets.ts";
import { bundledModel } from "../run/bundledFiles.ts";

type Mode = "eval" | "batch";

function block(b: Builder, x: number, name: string, channels: number, mode: Mode): number {
  const [from] = b.shape(x).slice(-1);
  const w = b.param(`${name}.weight`, [channels, from, 3, 3], [2, 3, 1, 0]);
  const y = b.op("conv2d", [x, w], { mode: "forward", stride: [1, 1], pad: [1, 1, 1, 1] });
  const part = (p: string) => b.input(`${name}.${p}`, [channels], "state");
  return b.op("relu", [
    batchNorm(b, y, {
      weight: b.param(`${name}.gamma`, [channels]),
      bias: b.param(`${name}.beta`, [channels]),
      mean: part("mean"),
      variance: part("var"),
      epsilon: 1e-5,
      mode,
    }),
  ]);
}

/** Image -> `blocks` times convolution, BatchNorm, ReLU -> pool -> linear. */
function net(blocks: number, size = 8, mode: Mode = "eval"): Graph {
  const b = new Builder();
  let x = b.input("x", [2, size, size, 4], "data");
  for (let i = 0; i < blocks; i++) x = block(b, x, `block${i}`, 8, mode);
  const logits = linear(b, globalAveragePool(b, x), b.param("fc.weight", [4, 8]), b.param("fc.bias", [4]));
  b.output("logits", logits);
  b.output("loss", softmaxCrossEntropy(b, logits, b.input("targets", [2, 4], "target")));
  return b.finish();
}

const lowered = (graph: Graph, maxBindings = 8, probes = 1) =>
  lower(linearize(graph), { layout: new VectorLayout(graph.params), maxBindings, probes });
const labels = (kernels: readonly Kernel[], pattern: RegExp): string[] =>
  kernels.map((k) => k.label).filter((l) => pattern.test(l));

describe("fusion", () => {
  it("makes one kernel of a convolution, its BatchNorm and its ReLU", () => {
    const b = new Builder();
    b.output("y", block(b, b.input("x", [2, 8, 8, 4], "data"), "block", 8, "eval"));
    const graph = b.finish();
    const stage = new Uint8Array(graph.nodes.length);
    const { primal } = lower(
      { graph, stage },
      { layout: new VectorLayout(graph.params), probes: 1, maxBindings: 8 },
    );
    expect(labels(primal, /^conv2d forward/)).toHaveLength(1);
    // The scale of a channel, gamma / sqrt(variance + epsilon), may be computed once beforehand.
    expect(primal.length).toBeLessThanOrEqual(2);
  });

  it("writes two tensors of one vector in one kernel for one probe, but never for several", () => {
    const b = new Builder();
    const [scale, shift] = ["scale", "shift"].map((name) => b.param(name, [8]));
    const x = b.op("tanh", [b.param("x", [6, 8])]);
    const y = b.op("tanh", [b.add(b.mul(x, scale), shift)]);
    const terms = b.op("sum", [b.mul(y, y)], { axes: [0, 1] });
    b.output("loss", b.op("reshape", [terms], { shape: [] }));
    const graph = b.finish();
    const doubles = (probes: number): number =>
      lowered(graph, 12, probes).tangent.filter(
        ({ bindings }) => bindings.filter(({ write, slot }) => write && slot.vector === "hv").length > 1,
      ).length;
    expect(doubles(1)).toBeGreaterThan(0);
    expect(doubles(2)).toBe(0);
  });

  it("joins x dw + dx w and its adjoints: one convolution more per layer, never two", () => {
    const { tangent } = lowered(net(3));
    // The first layer has dx = 0, and nothing asks for the tangent of its input's cotangent.
    expect(labels(tangent, /^conv2d forward .* 1 pair/)).toHaveLength(1);
    expect(labels(tangent, /^conv2d forward .* 2 pair/)).toHaveLength(2);
    expect(labels(tangent, /^conv2d input .* 2 pair/)).toHaveLength(2);
    expect(labels(tangent, /^conv2d input .* 1 pair/)).toHaveLength(0);
  });

  it("costs a bounded number of kernels per layer", () => {
    const cost = (blocks: number): number => lowered(net(blocks)).tangent.length;
    const perBlock = cost(4) - cost(3);
    // Forward, input adjoint, weight adjoint in two passes, and the sums of gamma and beta.
    expect(perBlock).toBeLessThanOrEqual(10);
    expect(cost(6) - cost(4)).toBe(2 * perBlock);
  });

  it("walks twice over a layer with the statistics of the batch: once forwards and once backwards", () => {
    // Of 16 channels of 24 x 24: none of these is small.
    const walks = (mode: Mode): number => {
      const { tangent } = lowered(net(3, 24, mode), 16);
      return labels(tangent, /^sum over axes 0,1,2 of \[2,24,24,8\]/).length;
    };
    expect([walks("batch"), walks("eval")]).toEqual([6, 3]);
    const cost = (blocks: number): number => lowered(net(blocks, 24, "batch"), 16).tangent.length;
    // Both walks in two passes, a pointwise kernel behind each and one of small sums, three convolutions, one in two passes.
    expect(cost(5) - cost(4)).toBeLessThanOrEqual(11);
  });

  it("reads once what the rows of a thread share, where there are rows enough", () => {
    const pointwise = (rows: number): string => {
      const b = new Builder();
      const [x, scale, shift] = [[8, rows, 16], [16], [16]].map((shape, i) => b.input(`${i}`, shape, "data"));
      b.output("y", b.add(b.mul(b.op("tanh", [x]), scale), shift));
      const graph = b.finish();
      const layout = new VectorLayout([]);
      const stage = new Uint8Array(graph.nodes.length);
      const { primal } = lower({ graph, stage }, { layout, probes: 1, maxBindings: 8 });
      return primal[0].wgsl.slice(primal[0].wgsl.indexOf("fn main"));
    };
    const loads = (text: string): number => text.match(/= (vec4f\()?b\d+\[/g)?.length ?? 0;
    const [before, loop] = pointwise(256).split("for (var r = 0u; r < 4u; r++) {");
    expect([loads(before), loads(loop)]).toEqual([2, 1]);
    for (const rows of [48, 255]) expect(pointwise(rows)).not.toContain("for (");
  });

  it("lets nothing small stand between a convolution and its BatchNorm and activation", () => {
    const { tangent } = lowered(net(5, 24), 12);
    const forward = tangent.slice(
      0,
      tangent.findIndex(({ label }) => label.startsWith("conv2d input")),
    );
    const last = forward.findLastIndex(({ label }) => label.startsWith("conv2d forward"));
    const first = forward.findIndex(({ label }) => label.startsWith("conv2d forward"));
    for (const { label } of forward.slice(first, last)) expect(label).toMatch(/^conv2d forward/);
    expect(last - first).toBe(4);
  });

  it("does small works that wait for one another in one kernel, the softmax behind the logits for one", () => {
    const { primal, tangent } = lowered(tinyMlp("tanh"));
    const chains = (kernels: readonly Kernel[]): Kernel[] =>
      kernels.filter(({ label }) => label.startsWith("chain"));
    expect(chains(primal)).not.toEqual([]);
    expect(chains(tangent)).not.toEqual([]);
    for (const { groups, wgsl } of [...chains(primal), ...chains(tangent)]) {
      expect(groups).toEqual([1, 1]);
      const steps = wgsl.match(/^fn step\d+/gm) ?? [];
      expect(wgsl.match(/storageBarrier\(\);/g)).toHaveLength(steps.length - 1);
    }
    // 8 rows of 1,000 classes are work for many threads.
    const b = new Builder();
    const logits = linear(b, b.input("x", [8, 4], "data"), b.param("w", [1000, 4]), b.param("b", [1000]));
    b.output("loss", softmaxCrossEntropy(b, logits, b.input("targets", [8, 1000], "target")));
    for (const { bindings } of chains(lowered(b.finish()).primal))
      for (const { slot } of bindings) expect(slot.floats).toBeLessThanOrEqual(4096);
  });

  it("lets a work join another of its shape but for axes of length 1", () => {
    const b = new Builder();
    const x = b.op("tanh", [b.param("x", [2, 8, 8, 64])]);
    const pooled = globalAveragePool(b, x);
    b.output(
      "loss",
      b.op("reshape", [b.op("sum", [b.mul(pooled, pooled)], { axes: [0, 1] })], { shape: [] }),
    );
    const { primal } = lowered(b.finish());
    // The mean over pixels is a sum [2,1,1,64] divided by their number [2,64].
    expect(
      primal.filter(({ bindings }) => bindings.some(({ slot, write }) => write && slot.floats === 128)),
    ).toHaveLength(1);
  });

  it("computes in the tangent program nothing that does not depend on the tangent", () => {
    for (const kernel of lowered(net(2)).tangent)
      expect(
        kernel.bindings.some((b) => b.slot.probeStride > 0),
        kernel.label,
      ).toBe(true);
  });

  it("stores no broadcast: every kernel writes at most what the largest activation needs", () => {
    const largest = 2 * 10 * 10 * 8;
    const { primal, tangent } = lowered(net(2));
    for (const { bindings, label } of [...primal, ...tangent]) {
      for (const { slot, write } of bindings)
        if (write && !label.startsWith("conv2d weight"))
          expect(slot.floats, label).toBeLessThanOrEqual(largest);
    }
  });
});

describe.each<[string, () => Graph | Promise<Graph>]>([
  ["MLP", () => tinyMlp("tanh")],
  ["conv net, BatchNorm eval", () => tinyConvNet("relu", "eval")],
  ["conv net, batch statistics", () => tinyConvNet("tanh", "batch")],
  ["ResNet-20, BatchNorm eval", async () => (await bundled("resnet20", "eval")).graph],
  ["ResNet-20, batch statistics", async () => (await bundled("resnet20", "batch")).graph],
  // Layer normalisation gives sums that read nearly all that a kernel may bind, and have epilogues besides.
  ["BERT", async () => (await bundled("bert-opinions", "eval")).graph],
])("the kernels of a %s", (_title, make) => {
  it.each([8, 10])("bind no more than %i buffers, and none for reading and writing at once", async (most) => {
    const { primal, tangent } = lowered(await make(), most);
    for (const { bindings, label, groups, wgsl } of [...primal, ...tangent]) {
      expect(bindings.length, label).toBeLessThanOrEqual(most);
      const name = (b: Kernel["bindings"][number]): string => b.slot.vector ?? `slot ${b.slot.id}`;
      const written = new Set(bindings.filter((b) => b.write).map(name));
      expect(
        bindings.filter((b) => !b.write && written.has(name(b))),
        label,
      ).toEqual([]);
      expect(wgsl).not.toMatch(/\{\{|undefined|NaN|Infinity/);
      for (const count of groups) expect(count).toBeLessThanOrEqual(65_535);
    }
  });
});

async function bundled(id: string, bn: "eval" | "batch") {
  return poseProblem(await bundledModel(id), { bn, start: 0, batchSize: 4 });
}
