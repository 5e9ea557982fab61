import { expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { onGpu } from "./examples.ts";

/** A pointwise op of given operands on the GPU. */
async function values(op: string, ...operands: number[][]): Promise<number[]> {
  const b = new Builder();
  const leaves = operands.map((x, i) => b.input(`x${i}`, [x.length], "data"));
  b.output("y", b.op(op, leaves));
  const inputs = Object.fromEntries(operands.map((x, i) => [`x${i}`, Float64Array.from(x)]));
  return Array.from((await onGpu(b.finish(), inputs)).y);
}

test("powers of zero and of negative numbers are those of Math.pow", async () => {
  const base = [-2, -2, -3, 0, 0, 5, 0.5, -1];
  const exponent = [3, -2, 1, 2, 0, 0, -3, 5];
  (await values("pow", base, exponent)).forEach((y, i) => {
    expect(y).toBeCloseTo(base[i] ** exponent[i], 4);
  });
});

test("sine and cosine hold their accuracy over hundreds of turns", async () => {
  const x = Array.from({ length: 200 }, (_, i) => Math.fround(-3000 + 31.37 * i));
  const [sine, cosine] = [await values("sin", x), await values("cos", x)];
  x.forEach((at, i) => {
    expect(Math.abs(sine[i] - Math.sin(at))).toBeLessThan(1e-6);
    expect(Math.abs(cosine[i] - Math.cos(at))).toBeLessThan(1e-6);
  });
});
