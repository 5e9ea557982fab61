import { afterAll, describe, expect, it } from "vitest";
import { MAX_GROUPS } from "../../src/gpu/kernel.ts";
import { publishedModels } from "../../src/model/published.ts";
import type { Drawing } from "../../src/run/hessian.ts";
import { planSize } from "../../src/run/sizes.ts";
import type { SizePlan } from "../../src/run/sizeTypes.ts";
import { FakeDisk } from "../gpu/disks.ts";

const [resnet50, bertBase] = publishedModels();
/** What every WebGPU device accepts, and what a large GPU does. */
const DEFAULT = {
  maxBufferSize: 268_435_456,
  maxStorageBufferBindingSize: 134_217_728,
  maxStorageBuffersPerShaderStage: 8,
};
const LARGE = { ...DEFAULT, maxBufferSize: 4_294_967_296, maxStorageBufferBindingSize: 2_147_483_644 };
const drawn = { resnet50: new Map<string, Drawing>(), bertBase: new Map<string, Drawing>() };

const resnet = (budget: number, hostBudget = 0, files = 0): SizePlan =>
  planSize({
    ...{ gpu: { limits: DEFAULT }, published: resnet50, budget, hostBudget },
    disk: { disk: new FakeDisk(), bytes: files },
    ...{ batch: 2, drawings: drawn.resnet50 },
  });
const bert = (budget: number, limits = LARGE, hostBudget = 0): SizePlan =>
  planSize({
    ...{ gpu: { limits }, published: bertBase, budget, hostBudget },
    ...{ batch: 1, drawings: drawn.bertBase },
  });

function fitting({ outcome }: SizePlan) {
  if (outcome.kind !== "fits") throw new Error(outcome.message);
  return outcome;
}

afterAll(() => {
  for (const drawings of Object.values(drawn))
    for (const { lowered } of drawings.values())
      for (const { groups, label } of [...lowered.primal, ...lowered.tangent])
        expect(Math.max(...groups), label).toBeLessThanOrEqual(MAX_GROUPS);
});

describe("ResNet-50 at 224 x 224", () => {
  it("has as many parameters as torchvision's, and fits the limits that every WebGPU device has", () => {
    const plan = resnet(16e9);
    expect(plan.parameters).toBe(25_557_032);
    expect(fitting(plan)).toMatchObject({ microBatch: 2, memory: "all vectors" });
    for (const { lowered } of drawn.resnet50.values())
      for (const { bindings } of [...lowered.primal, ...lowered.tangent])
        for (const { slot } of bindings)
          expect(4 * slot.floats).toBeLessThanOrEqual(DEFAULT.maxStorageBufferBindingSize);
  });

  it("keeps the basis, two vectors in its place, or fewer images at a time, as the budget allows", () => {
    const plans = [1.7e9, 4e9, 6.1e9, 8e9].map((budget) => ({ budget, ...fitting(resnet(budget)) }));
    expect(plans.map(({ microBatch, memory }) => [microBatch, memory])).toEqual([
      [1, "two vectors"],
      [2, "two vectors"],
      [2, "all vectors"],
      [2, "all vectors"],
    ]);
    for (const { budget, bytes, purposes } of plans) {
      expect(bytes).toBeLessThanOrEqual(budget);
      expect(Object.values(purposes).reduce((a, b) => a + b)).toBe(bytes);
    }
    // Room for 20 more steps where there is some, and for the 40 that were asked for alone where not.
    const vector = 4 * resnet(8e9).parameters;
    expect(plans.map(({ purposes }) => Math.floor(purposes.basis / vector))).toEqual([2, 2, 41, 61]);
  });

  it("keeps the basis in the computer's memory where that has room, and says what it costs", () => {
    const plan = resnet(2e9, 5e9);
    expect(fitting(plan)).toMatchObject({ microBatch: 2, memory: "all vectors" });
    expect(fitting(plan).hostBytes).toBeGreaterThanOrEqual(41 * 4 * plan.parameters);
    expect(fitting(plan).purposes).toEqual({
      ...fitting(resnet(2e9)).purposes,
      vectors: fitting(plan).purposes.vectors,
    });
    expect(plan.sentence).toContain(
      "all Krylov vectors kept, in the computer's memory (4.2 GB), from which the GPU reads 335.3 GB in the course of the run.",
    );
    expect(fitting(plan).onDisk).toBe(false);
    expect(fitting(resnet(2e9, 4e9)).memory).toBe("two vectors");
    expect(fitting(resnet(8e9, 64e9)).hostBytes).toBe(0);
  });

  it("keeps the basis in a file where neither memory has room, and the disk has", () => {
    const plan = resnet(2e9, 4e9, 5e9);
    const { hostBytes, onDisk, purposes, memory } = fitting(plan);
    const inMemory = fitting(resnet(2e9, 5e9, 5e9));
    expect([memory, onDisk, inMemory.onDisk]).toEqual(["all vectors", true, false]);
    expect({ hostBytes, purposes }).toEqual({ hostBytes: inMemory.hostBytes, purposes: inMemory.purposes });
    expect(plan.sentence).toContain(
      "all Krylov vectors kept, in a file (4.2 GB), from which the GPU reads 335.3 GB in the course of the run.",
    );
    expect(fitting(resnet(2e9, 0, 4e9)).memory).toBe("two vectors");
    expect(fitting(resnet(8e9, 0, 64e9)).hostBytes).toBe(0);
  });

  it("computes residuals again in each product where those of one image do not fit", () => {
    const keeping = fitting(resnet(1.7e9));
    expect([keeping.microBatch, keeping.recomputed]).toEqual([1, 0]);
    const { residuals, temporaries } = keeping.purposes;
    const budget = keeping.bytes - 0.05 * (residuals + temporaries);
    const plan = resnet(budget);
    const { microBatch, recomputed, bytes } = fitting(plan);
    expect(microBatch).toBe(1);
    expect(bytes).toBeLessThanOrEqual(budget);
    expect(recomputed).toBeGreaterThan(0);
    expect(recomputed).toBeLessThan(0.5);
    expect(plan.sentence).toMatch(/residuals computed again in each product \(\d+ % more work\)/);
  });

  it("is refused below that, with what one image takes", () => {
    expect(resnet(1.1e9).sentence).toMatch(
      /^ResNet-50 \(25\.6 million parameters, 2 images of 224 x 224, 40 Lanczos steps\) does not fit\. The run needs 1\.\d GB, the budget is 1\.1 GB: look at fewer tensors \(neither fewer steps nor fewer samples at a time help\)\.$/,
    );
  });
});

describe("BERT-base with 128 tokens", () => {
  it("is refused where one vector of its parameters exceeds what a device binds", () => {
    const { parameters, outcome } = bert(16e9, DEFAULT);
    expect(parameters).toBe(109_483_778);
    expect(outcome).toEqual({
      kind: "refused",
      message:
        "One vector of 109,483,778 parameters needs 438 MB, this GPU accepts 135 MB in one piece: take a smaller network, or a GPU with larger buffers.",
    });
  });

  it("is refused where its vectors alone exceed the budget, and fits from 8 GB on", () => {
    expect(bert(2e9).outcome).toMatchObject({
      message:
        "Weights, gradient and directions of 109,483,778 parameters need 2.6 GB, the budget is 2.0 GB: take a smaller network, or allow more memory (headless: --memory).",
    });
    expect(bert(4e9).outcome).toMatchObject({
      message: expect.stringMatching(/^The run needs 5\.\d GB, the budget is 4\.0 GB: look at fewer tensors/),
    });
    expect(fitting(bert(8e9))).toMatchObject({ microBatch: 1, memory: "two vectors" });
    expect(fitting(bert(8e9, LARGE, 32e9))).toMatchObject({ microBatch: 1, memory: "all vectors" });
    expect(fitting(bert(32e9))).toMatchObject({ microBatch: 1, memory: "all vectors" });
  });
});
