import { beforeAll, describe, expect, it } from "vitest";
import { countFlops } from "../../bench/counts.ts";
import { problemOf } from "../../bench/models/generated.ts";
import { bertTiny, convolutions, perceptron, resnet } from "../../bench/models/nets.ts";
import { Submitter } from "../../src/gpu/submitter.ts";
import { type Engines, openDevice } from "../../src/run/device.ts";
import { chooseHessian } from "../../src/run/fit.ts";
import { ForwardLoss } from "../../src/run/forward.ts";
import { HessianOperator } from "../../src/run/hessian.ts";
import { LanczosRun } from "../../src/spectrum/index.ts";
import { WatchedGpu } from "./host.ts";

/** Flops per millisecond of a device so fast that nothing is cut into slices. */
const FAST = 1e12;
const BUDGET = 1e9;
const [STEPS, PROBES] = [4, 1];

async function watched(): Promise<{ readonly gpu: WatchedGpu; readonly engines: Engines }> {
  const gpu = new WatchedGpu();
  const engines = await openDevice(gpu.entry);
  return { gpu, engines: { ...engines, submitter: new Submitter(engines.gpu.device, FAST) } };
}

async function operatorOn(engines: Engines, net = perceptron(3, [6, 5, 10])) {
  const problem = problemOf(net);
  const { options, plan } = chooseHessian({
    ...{ ...engines, problem, microBatch: null, probes: PROBES, krylovVectors: STEPS + 1, budget: BUDGET },
  });
  const { parameters } = problem;
  const operator = await HessianOperator.create({ ...options, ...engines, parameters }, plan);
  await operator.prepare();
  return { operator, plan, problem };
}

const source = { seed: 1, distribution: "rademacher" } as const;

describe("a product", () => {
  let gpu: WatchedGpu;
  let operator: HessianOperator;

  beforeAll(async () => {
    const opened = await watched();
    gpu = opened.gpu;
    ({ operator } = await operatorOn(opened.engines));
  });

  it("is one submit where its program fits a slice, the copies of its vectors included", async () => {
    const { space } = operator;
    const [v, out] = [space.create(), space.create()];
    space.write(v, [Float64Array.from({ length: space.n }, (_, i) => i + 1)]);
    const before = { ...gpu };
    await operator.apply(v, out);
    expect(gpu.submits - before.submits).toBe(1);
    expect(gpu.dispatches - before.dispatches).toBe(operator.cost.dispatches);
    await operator.idle();
    expect(gpu.submits - before.submits).toBe(1);
    expect((await space.read(out))[0].some((x) => x !== 0)).toBe(true);
    for (const vector of [v, out]) space.release(vector);
  });

  it("in a Lanczos step is one of three submits, and nobody waits for its results before the next product is enqueued", async () => {
    let applied = 0;
    let waiting: { readonly after: number; readonly go: () => void }[] = [];
    const release = (): void => {
      for (const { go } of waiting.filter(({ after }) => applied > after || applied === STEPS)) go();
      waiting = waiting.filter(({ after }) => applied <= after && applied < STEPS);
    };
    const { device } = gpu;
    const create = device.createBuffer.bind(device);
    // No buffer can be read before the product after the one that it belongs to has been enqueued.
    device.createBuffer = (descriptor) => {
      const buffer = create(descriptor);
      if ((descriptor.usage & GPUBufferUsage.MAP_READ) === 0) return buffer;
      const map = buffer.mapAsync.bind(buffer);
      buffer.mapAsync = async (...args) => {
        const enqueued = new Promise<void>((go) => {
          waiting.push({ after: applied, go });
        });
        release();
        await map(...args);
        await enqueued;
      };
      return buffer;
    };
    const counting = {
      space: operator.space,
      apply: async (...args: Parameters<HessianOperator["apply"]>): Promise<void> => {
        await operator.apply(...args);
        applied++;
        release();
      },
    };
    const run = new LanczosRun(counting, { source, probes: [0] });
    const before = gpu.submits;
    for await (const _ of run.advance({ steps: STEPS }));
    device.createBuffer = create;
    expect(run.step).toBe(STEPS);
    // Its vector operations and reads go in one submit, the vector to be multiplied and the product in two more.
    expect(gpu.submits - before).toBeLessThanOrEqual(3 * STEPS);
    run.release();
  });
});

describe("the memory that is planned", () => {
  it.each([
    ["a tiny network", perceptron(3, [6, 5, 10])],
    ["a network of middle size", perceptron(16, [96, 64, 10])],
  ])("is within 5 percent of what %s takes at its peak", async (_, net) => {
    const { gpu, engines } = await watched();
    const { operator, plan, problem } = await operatorOn(engines, net);
    const run = new LanczosRun(operator, { source, probes: [0] });
    for await (const _ of run.advance({ steps: STEPS }));
    // What a slice holds, but for the losses that it reads back, which are at most eight megabytes.
    const request = { ...engines, problem, microBatch: net.batch, budget: BUDGET, heldBytes: 0 };
    const forward = await ForwardLoss.create(request, 3);
    for (let i = 0; i < 3; i++) forward.space.create();
    await forward.evaluate();
    expect(Math.abs(plan.bytes / gpu.peakBytes - 1)).toBeLessThan(0.05);
  });
});

describe("the operations of a product", () => {
  it.each([
    ["the perceptron", perceptron(2)],
    ["three convolutions", convolutions(1)],
    ["ResNet-20", resnet(20, "eval", 1)],
    ["ResNet-20 with the statistics of the batch", resnet(20, "batch", 1)],
    ["BERT-tiny", bertTiny(1)],
  ])("are at most 6.1 forward passes for %s", (_, { graph }) => {
    const { forward, hvp } = countFlops({ graph });
    expect(hvp / forward).toBeLessThan(6.1);
    // Forward and backward, two products of a tangent each, but for the first layer.
    expect(hvp / forward).toBeGreaterThan(3);
  });
});
