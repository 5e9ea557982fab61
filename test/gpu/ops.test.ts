import { describe, expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { ops } from "../../src/autograd/ops/table.ts";
import { seeded } from "../autograd/seeded.ts";
import { onGpu } from "./examples.ts";

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
