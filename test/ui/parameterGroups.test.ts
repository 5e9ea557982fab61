import { describe, expect, test } from "vitest";
import type { ModelCard } from "../../src/store/state.ts";
import { largestGroups, parameterGroups } from "../../src/ui/parameterGroups.ts";

const tensor = (name: string, size: number, group?: string) => ({
  name,
  shape: [size],
  size,
  ...(group === undefined ? {} : { group }),
});
const card = (tensors: ModelCard["tensors"]) =>
  ({ tensors, parameterCount: tensors.reduce((n, { size }) => n + size, 0) }) as ModelCard;

describe("parameters by group", () => {
  test("follow the engine's groups, in the order of the parameter vector", () => {
    const groups = parameterGroups(
      card([tensor("bert.a", 6, "embeddings"), tensor("bert.b", 3, "head"), tensor("bert.c", 1, "head")]),
    );
    expect(groups.map(({ name, size, share }) => [name, size, share])).toEqual([
      ["embeddings", 6, 0.6],
      ["head", 4, 0.4],
    ]);
  });

  test("fall back to the first word of a name", () => {
    const groups = parameterGroups(
      card([tensor("layer1.0.w", 1), tensor("layer1.1.w", 1), tensor("fc.w", 2)]),
    );
    expect(groups.map(({ name, size }) => [name, size])).toEqual([
      ["layer1", 2],
      ["fc", 2],
    ]);
  });

  test("the largest come first", () => {
    const groups = parameterGroups(card([5, 1, 4, 5, 3].map((size, i) => tensor(`g${i}.w`, size))));
    expect(largestGroups(groups, 3).map(({ name }) => name)).toEqual(["g0", "g3", "g2"]);
    expect(groups.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});
