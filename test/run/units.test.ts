import { describe, expect, it } from "vitest";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import { partOf, partsOf } from "../../src/run/units.ts";
import { images, mlp, resnet8, settings, vectors } from "./files.ts";

const noBundle = () => Promise.reject(new Error("no bundled files"));

describe("the units of a network", () => {
  it("have the same names on the card as in the graph, in the order of the forward pass", async () => {
    for (const [model, data, names] of [
      [mlp(), vectors(), ["fc1", "fc2"]],
      [resnet8(), images(4, 4), ["layer1.0", "layer2.0", "layer3.0"]],
    ] as const) {
      const loaded = await loadModel(model, data, noBundle);
      const { graph } = poseProblem(loaded, settings());
      expect(loaded.card.units).toEqual(names);
      expect(graph.units?.map(({ name }) => name)).toEqual(names);
      expect(partsOf(graph, []).map(({ name }) => name)).toEqual(names);
    }
  });

  it("follow each other: what one gives, the next one takes; a stage is all of its units", () => {
    const units = [
      { name: "layer1.0", input: 3, output: 7 },
      { name: "layer1.1", input: 7, output: 9 },
      { name: "layer2.0", input: 9, output: 12 },
      { name: "layer2.1", input: 11, output: 14 },
    ];
    const graph = { nodes: [], params: [], inputs: [], outputs: {}, units };
    expect(partOf(graph, "layer1")).toEqual({ name: "layer1", input: 3, output: 9, units: 2 });
    expect(partOf(graph, "layer2.1")).toMatchObject({ input: 11, output: 14 });
    expect(() => partOf(graph, "layer2")).toThrow(/expected one of layer1.0, layer1.1, layer2.0, layer2.1/);
    expect(() => partsOf({ ...graph, units: [] }, [])).toThrow(/checkpoint .* instead of an ONNX file/);
  });
});
