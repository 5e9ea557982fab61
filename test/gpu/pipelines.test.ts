import { expect, it } from "vitest";
import { linearize } from "../../src/autograd/linearize.ts";
import { lower } from "../../src/gpu/lower.ts";
import { PipelineCache } from "../../src/gpu/pipelines.ts";
import { shareTexts } from "../../src/gpu/sharing.ts";
import { VectorLayout } from "../../src/gpu/vectorLayout.ts";
import { poseProblem } from "../../src/run/problem.ts";
import { bundledModel } from "../run/bundledFiles.ts";
import { dawn } from "./dawn.ts";

/** Of processor time. Two seconds on an idle machine; on a busy one the caches are shared as well. */
const MOST_MS = 3000;

it("every pipeline of ResNet-20 compiles in bounded time, and layers that differ in sizes only share theirs", async () => {
  const { device, faults } = await dawn();
  const { graph } = poseProblem(await bundledModel("resnet20"), { bn: "eval", start: 0, batchSize: 4 });
  const { primal, tangent } = lower(linearize(graph), {
    layout: new VectorLayout(graph.params),
    probes: 1,
    maxBindings: 8,
  });
  const kernels = [...primal, ...tangent];
  const texts = shareTexts(kernels);
  const cache = new PipelineCache(device);
  const times: { label: string; ms: number }[] = [];
  for (const [i, { label }] of kernels.entries()) {
    const [before, known] = [process.cpuUsage(), cache.size];
    await cache.get(texts[i].wgsl, label);
    const { user, system } = process.cpuUsage(before);
    if (cache.size > known) times.push({ label, ms: (user + system) / 1000 });
  }
  const slowest = times.reduce((a, b) => (b.ms > a.ms ? b : a));
  expect(slowest.ms, slowest.label).toBeLessThan(MOST_MS);
  expect(cache.size).toBe(new Set(texts.map(({ wgsl }) => wgsl)).size);
  expect(faults).toEqual([]);
});

it.each([
  // With 8 buffers a few epilogues are kernels of their own.
  ["running statistics", "eval", { 8: 41, 10: 40, 12: 40 }],
  ["statistics of the batch", "batch", { 8: 61, 10: 61, 12: 52 }],
] as const)(
  "ResNet-20 with %s needs few pipelines, however many buffers a kernel may bind",
  async (_title, bn, most) => {
    const { graph } = poseProblem(await bundledModel("resnet20"), { bn, start: 0, batchSize: 4 });
    const staged = linearize(graph);
    for (const maxBindings of [8, 10, 12] as const) {
      const { primal, tangent } = lower(staged, {
        layout: new VectorLayout(graph.params),
        ...{ probes: 1, maxBindings },
      });
      const texts = shareTexts([...primal, ...tangent]);
      expect(new Set(texts.map(({ wgsl }) => wgsl)).size, `${maxBindings} buffers`).toBeLessThanOrEqual(
        most[maxBindings],
      );
    }
  },
);

it("a shader that does not compile is named with its line", async () => {
  const { device } = await dawn();
  const broken = "@compute @workgroup_size(1)\nfn main() { let x: i32 = 1.5; }";
  device.pushErrorScope("validation");
  await expect(new PipelineCache(device).get(broken, "broken kernel")).rejects.toThrow(
    /^internal: broken kernel does not compile: 2:\d+ /,
  );
  expect(await device.popErrorScope()).not.toBeNull();
});
