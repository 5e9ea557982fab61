import { expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { flatten, toFileLayout, toGraphLayout, unflatten } from "../../src/model/paramLayout.ts";

const b = new Builder();
b.param("bias", [2]);
b.param("kernel", [2, 3, 1, 2], [2, 3, 1, 0]);
const { params } = b.finish();
const kernel = params[1];

it("puts element [o,i,h,w] of the file at [h,w,i,o] of the graph", () => {
  const file = Float32Array.from({ length: 12 }, (_, i) => i);
  const graph = toGraphLayout(kernel, file);
  expect(graph).toBeInstanceOf(Float32Array);
  for (let o = 0; o < 2; o++)
    for (let i = 0; i < 3; i++)
      for (let w = 0; w < 2; w++) expect(graph[(w * 3 + i) * 2 + o]).toBe(file[(o * 3 + i) * 2 + w]);
});

it("returns to file order", () => {
  const file = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i));
  expect(toFileLayout(kernel, toGraphLayout(kernel, file))).toEqual(file);
});

it("splits the flat vector at the offsets and joins it again", () => {
  const flat = Float64Array.from({ length: 14 }, (_, i) => i);
  const arrays = unflatten(params, flat);
  expect(Array.from(arrays.bias)).toEqual([0, 1]);
  expect(flatten(params, arrays)).toEqual(flat);
});

it("refuses values of another length or none, by parameter name", () => {
  expect(() => toGraphLayout(kernel, new Float32Array(5))).toThrow("kernel: expected 12 elements, found 5");
  expect(() => flatten(params, { bias: new Float32Array(2) })).toThrow(
    "kernel: no values given for this parameter",
  );
});
