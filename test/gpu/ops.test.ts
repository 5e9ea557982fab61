import { describe, expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { ops } from "../../src/autograd/ops/table.ts";
import { lower } from "../../src/gpu/lower.ts";
import { PipelineCache } from "../../src/gpu/pipelines.ts";
import { planMemory } from "../../src/gpu/plan.ts";
import { Program } from "../../src/gpu/program.ts";
import { Submitter } from "../../src/gpu/submitter.ts";
import { VectorLayout } from "../../src/gpu/vectorLayout.ts";
import type { Graph } from "../../src/model/graph.ts";
import { seeded } from "../autograd/seeded.ts";
import { dawn } from "./dawn.ts";

async function onGpu(
  graph: Graph,
  inputs: Record<string, Float64Array>,
): Promise<Record<string, Float32Array>> {
  const { device } = await dawn();
  const layout = new VectorLayout(graph.params);
  const lowered = lower(
    { graph, stage: new Uint8Array(graph.nodes.length) },
    { layout, probes: 1, maxBindings: 8 },
  );
  const program = await Program.create({
    device,
    pipelines: new PipelineCache(device),
    submitter: new Submitter(device, 1e6),
    lowered,
    plan: planMemory(lowered, 1),
    probes: 1,
    vectors: {},
  });
  for (const { name, dtype } of graph.inputs)
    program.write(name, (dtype === "i32" ? Int32Array : Float32Array).from(inputs[name]));
  await program.runPrimal();
  const results: Record<string, Float32Array> = {};
  for (const name of Object.keys(graph.outputs)) [results[name]] = await program.read(name);
  program.destroy();
  return results;
}

describe("every op on the GPU agrees with its float64 meaning", () => {
  for (const [name, op] of Object.entries(ops)) {
    test(name, async () => {
      const random = seeded(name.length * 7919 + name.charCodeAt(0));
      const [low, high] = op.domain;
      for (const { shapes, attrs, indexBound = 0 } of op.examples(random)) {
        const b = new Builder();
        const leaves = shapes.map((shape, i) =>
          b.input(`x${i}`, shape, "data", i === op.indexOperand ? op.indexDtype : "f32"),
        );
        const y = b.op(name, leaves, attrs);
        b.output("y", y);
        // Movement ops are views; a product makes a kernel read through them.
        b.output("doubled", b.op("mul", [y, b.constant(2)]));
        const graph = b.finish();
        const inputs = Object.fromEntries(
          shapes.map((shape, i) => [
            `x${i}`,
            Float64Array.from({ length: shape.reduce((p, q) => p * q, 1) }, () =>
              i === op.indexOperand
                ? Math.floor(indexBound * random())
                : Math.fround(low + (high - low) * random()),
            ),
          ]),
        );
        const { y: got, doubled } = await onGpu(graph, inputs);
        const want = interpret(graph, { params: {}, inputs }).y as Float64Array;
        expect(Array.from(doubled)).toEqual(Array.from(got, (v) => 2 * v));
        expect(got.length).toBe(want.length);
        const rms = Math.sqrt(want.reduce((s, v) => s + v * v, 0) / want.length);
        want.forEach((w, i) => {
          const allowed = op.tolerance.absolute + op.tolerance.relative * Math.max(Math.abs(w), rms);
          expect(
            Math.abs(got[i] - w),
            `${name} ${JSON.stringify({ shapes, attrs })} element ${i}: got ${got[i]}, want ${w}`,
          ).toBeLessThanOrEqual(allowed);
        });
      }
    });
  }
});
