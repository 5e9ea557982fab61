import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearize } from "../../src/autograd/linearize.ts";
import type { Kernel } from "../../src/gpu/kernel.ts";
import { type Lowered, lower } from "../../src/gpu/lower.ts";
import { checkPlan, MemoryRefusal, type Plan, planMemory } from "../../src/gpu/plan.ts";
import { VectorLayout } from "../../src/gpu/vectorLayout.ts";
import { denseLayout, type Halo, type Slot, type View } from "../../src/gpu/view.ts";
import { tinyConvNet, tinyMlp } from "../autograd/nets.ts";
import { simulate } from "./simulate.ts";

const slotOf = (id: number, shape: readonly number[], halo: Halo, batched: boolean): Slot => {
  const { floats, key } = denseLayout(shape, halo);
  return { id, floats, probeStride: batched ? floats : 0, layout: key, kind: "temp" };
};

const kernel = (reads: readonly Slot[], writes: readonly Slot[]): Kernel => ({
  label: "test",
  wgsl: "",
  bindings: [
    ...reads.map((slot) => ({ slot, write: false, type: "vec4f" as const })),
    ...writes.map((slot) => ({ slot, write: true, type: "vec4f" as const })),
  ],
  groups: [1, 1],
  batched: false,
  flops: 1,
});

/** A random program: kernel i writes slot i and reads a few of the slots before. */
const programs = fc
  .array(
    fc.record({
      reads: fc.array(fc.nat(1000), { maxLength: 4 }),
      shape: fc.constantFrom([1, 3, 3, 4], [2, 5, 5, 4], [7], [16], [1, 3, 3, 3]),
      halo: fc.constantFrom<Halo>([0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 1, 1]),
      batched: fc.boolean(),
    }),
    { minLength: 2, maxLength: 40 },
  )
  .chain((steps) => fc.tuple(fc.constant(steps), fc.nat(steps.length), fc.array(fc.nat(steps.length - 1))))
  .map(([steps, boundary, kept]): Lowered => {
    const slots: Slot[] = [];
    const kernels = steps.map(({ reads, shape, halo, batched }, i) => {
      const slot = slotOf(i, shape, shape.length === 4 ? halo : [0, 0, 0, 0], batched && i >= boundary);
      const read = i === 0 ? [] : [...new Set(reads.map((r) => slots[r % i]))];
      slots.push(slot);
      return kernel(read, [slot]);
    });
    const view = (slot: Slot): View => ({ slot, shape: [1], strides: [1], offset: 0 });
    return {
      primal: kernels.slice(0, boundary),
      tangent: kernels.slice(boundary),
      inputs: new Map(),
      outputs: new Map(kept.map((i) => [`out${i}`, view(slots[i])])),
      rowLists: [],
    };
  });

describe("a memory plan", () => {
  it("never gives a buffer away while its content is wanted, whatever the program", () => {
    fc.assert(
      fc.property(programs, fc.integer({ min: 1, max: 4 }), (lowered, probes) => {
        const plan = planMemory(lowered, probes);
        simulate(lowered, plan, probes);
        for (const { bindings } of [...lowered.primal, ...lowered.tangent]) {
          for (const { slot } of bindings) {
            const bytes = 4 * slot.floats * (slot.probeStride > 0 ? probes : 1);
            expect(plan.buffers[plan.place.get(slot.id) as number]).toBeGreaterThanOrEqual(bytes);
          }
        }
        const total = plan.buffers.reduce((a, b) => a + b, 0);
        expect(plan.bytes.residuals + plan.bytes.temporaries).toBe(total);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["tanh MLP", tinyMlp("tanh")],
    ["conv net, BatchNorm eval", tinyConvNet("relu", "eval")],
    ["conv net, batch statistics", tinyConvNet("relu", "batch")],
  ])("holds for the %s, and its temporaries share buffers", (_title, graph) => {
    const lowered = lower(linearize(graph), {
      layout: new VectorLayout(graph.params),
      probes: 1,
      maxBindings: 8,
    });
    const plan = planMemory(lowered, 3);
    simulate(lowered, plan, 3);
    expect(plan.buffers.length).toBeLessThan(plan.place.size);
  });

  it("shares a buffer between slots whose lives do not meet", () => {
    const [a, b, c, d] = [0, 1, 2, 3].map((id) => slotOf(id, [64], [0, 0, 0, 0], false));
    const view: View = { slot: d, shape: [64], strides: [1], offset: 0 };
    const plan = planMemory(
      {
        primal: [],
        tangent: [kernel([], [a]), kernel([a], [b]), kernel([b], [c]), kernel([c], [d])],
        inputs: new Map(),
        outputs: new Map([["y", view]]),
        rowLists: [],
      },
      1,
    );
    expect(plan.place.get(2)).toBe(plan.place.get(0));
    expect(plan.bytes).toEqual({ residuals: 256, temporaries: 512 });
  });
});

describe("a plan that does not fit is refused in words", () => {
  const plan: Plan = {
    buffers: [3_000_000, 150_000_000],
    place: new Map(),
    bytes: { residuals: 3_000_000, temporaries: 150_000_000 },
  };
  const limits = { maxBufferSize: 268_435_456, maxStorageBufferBindingSize: 134_217_728 };
  const roomy = { ...limits, maxStorageBufferBindingSize: 268_435_456 };

  it("when one tensor exceeds what the device binds", () => {
    expect(() => checkPlan([plan], limits, 4e9, 0, "use a smaller batch")).toThrow(
      new MemoryRefusal(
        "One tensor needs 150 MB, this GPU accepts 135 MB in one piece: use a smaller batch.",
        134_217_728 / 150_000_000,
      ),
    );
  });

  it("when all together exceed the budget", () => {
    expect(() => checkPlan([plan], roomy, 2e9, 3.1e9, "use at most 60 steps")).toThrow(
      new MemoryRefusal("The run needs 3.3 GB, the budget is 2.0 GB: use at most 60 steps."),
    );
  });

  it("with a guess at how much would fit", () => {
    const share = (most: typeof limits, budget: number, extra: number): number => {
      try {
        checkPlan([plan], most, budget, extra, "");
      } catch (error) {
        if (error instanceof MemoryRefusal) return error.share;
      }
      throw new Error("it fits");
    };
    expect(share(roomy, 76.5e6 + 5e6, 5e6)).toBe(0.5);
    expect(share(roomy, 4e6, 5e6)).toBe(0);
    expect(share(limits, 4e9, 0)).toBe(134_217_728 / 150_000_000);
  });

  it("and not when it just fits", () => {
    expect(() => checkPlan([plan], roomy, 153_000_000, 0, "")).not.toThrow();
    expect(() => checkPlan([plan], roomy, 152_999_999, 0, "")).toThrow(MemoryRefusal);
  });
});
