import { describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { gradient } from "../../src/autograd/vjp.ts";
import { averagePool, maxPool, type PoolWindow } from "../../src/model/pooling.ts";
import { seeded, uniformArray } from "../autograd/seeded.ts";

const [N, H, W, C] = [2, 7, 6, 3];
const cases: [string, PoolWindow][] = [
  ["2x2", { kernel: [2, 2], stride: [2, 2], pad: [0, 0, 0, 0] }],
  ["3x3, stride 2, pad 1", { kernel: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1] }],
  ["2x3, unlike pads", { kernel: [2, 3], stride: [1, 2], pad: [0, 1, 1, 0] }],
  ["dilated", { kernel: [2, 2], stride: [1, 1], pad: [0, 0, 0, 0], dilation: [3, 2] }],
  ["rounded up", { kernel: [2, 3], stride: [2, 2], pad: [0, 1, 0, 1], ceilMode: true }],
  [
    "rounded up, last window begins in the padding",
    { kernel: [2, 2], stride: [3, 3], pad: [1, 1, 1, 1], ceilMode: true },
  ],
];

/** The elements of a window inside the padded picture, row-major; null in the padding. */
function eachWindow(
  { kernel, stride, pad, dilation = [1, 1], ceilMode = false }: PoolWindow,
  visit: (taps: readonly (number | null)[], channel: number) => void,
): void {
  const count = [H, W].map((size, a) => {
    const room = size + pad[a] + pad[a + 2] - (kernel[a] - 1) * dilation[a] - 1;
    if (!ceilMode) return Math.floor(room / stride[a]) + 1;
    const up = Math.ceil(room / stride[a]) + 1;
    return (up - 1) * stride[a] >= size + pad[a] ? up - 1 : up;
  });
  for (let n = 0; n < N; n++)
    for (let i = 0; i < count[0]; i++)
      for (let j = 0; j < count[1]; j++)
        for (let c = 0; c < C; c++) {
          const taps: (number | null)[] = [];
          for (let k = 0; k < kernel[0]; k++)
            for (let l = 0; l < kernel[1]; l++) {
              const y = i * stride[0] + k * dilation[0] - pad[0];
              const x = j * stride[1] + l * dilation[1] - pad[1];
              if (y >= H + pad[2] || x >= W + pad[3]) continue;
              const inside = y >= 0 && y < H && x >= 0 && x < W;
              taps.push(inside ? ((n * H + y) * W + x) * C + c : null);
            }
          visit(taps, c);
        }
}

const x = uniformArray(seeded(7), [N, H, W, C], -3, -1);
const valuesOf = (pool: (b: Builder, x: number) => number) => {
  const b = new Builder();
  b.output("y", pool(b, b.input("x", [N, H, W, C], "data")));
  return Array.from(interpret(b.finish(), { params: {}, inputs: { x } }).y);
};

describe.each(cases)("pooling %s", (_title, window) => {
  it("takes the largest element of each window, and padding never", () => {
    const want: number[] = [];
    eachWindow(window, (taps) => want.push(Math.max(...taps.flatMap((t) => (t === null ? [] : [x[t]])))));
    expect(valuesOf((b, node) => maxPool(b, node, window))).toEqual(want);
  });

  it.each([true, false])("takes the mean of each window, padding counted: %s", (countPad) => {
    const want: number[] = [];
    eachWindow(window, (taps) => {
      const inside = taps.flatMap((t) => (t === null ? [] : [x[t]]));
      want.push(inside.reduce((a, b) => a + b, 0) / (countPad ? taps : inside).length);
    });
    const got = valuesOf((b, node) => averagePool(b, node, window, countPad));
    expect(got).toHaveLength(want.length);
    got.forEach((v, i) => {
      expect(v).toBeCloseTo(want[i], 12);
    });
  });
});

it("gives the derivative of tied maxima to the first in row-major order", () => {
  const b = new Builder();
  const y = maxPool(b, b.param("x", [1, 2, 4, 1]), { kernel: [2, 2], stride: [2, 2], pad: [0, 0, 0, 0] });
  b.output("loss", b.op("reshape", [b.op("sum", [y], { axes: [1, 2] })], { shape: [] }));
  const values = { params: { x: Float64Array.of(0, 0, 1, 2, 0, 0, 2, 2) }, inputs: {} };
  expect(Array.from(interpret(gradient(b.finish()), values)["grad:x"])).toEqual([1, 0, 0, 1, 0, 0, 0, 0]);
});

it("refuses windows that lie in the padding alone", () => {
  const b = new Builder();
  const image = b.input("x", [1, 2, 2, 1], "data");
  expect(() => maxPool(b, image, { kernel: [2, 2], stride: [1, 1], pad: [2, 0, 0, 0] })).toThrow(
    "window 0 along axis 1 lies outside the picture",
  );
});
