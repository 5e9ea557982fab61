/** Networks of round sizes with seeded weights, which any library can build: what others are measured with as well. */
import type { Builder } from "../../src/autograd/builder.ts";
import { type Graph, type Param, parameterCount, type Shape, sizeOf } from "../../src/model/index.ts";
import { type Inputs, wholeBatch } from "../../src/run/partition.ts";
import type { Problem } from "../../src/run/problem.ts";
import { seeded } from "../../test/autograd/seeded.ts";

export interface Generated {
  readonly id: string;
  readonly title: string;
  readonly batch: number;
  /** Its outputs are `loss`, a mean over the batch, and `logits`. */
  readonly graph: Graph;
  /** Flat, in file order. */
  readonly parameters: Float32Array;
  readonly inputs: Inputs;
  readonly classes: number;
}

export interface Sizes {
  readonly id: string;
  readonly title: string;
  readonly batch: number;
  readonly classes: number;
}

/** Standard normal numbers by Box and Muller. */
export function normals(count: number, seed: number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
}

/**
 * Weights as they are after initialisation: matrices and kernels normal with variance 1 / (inputs of an output), scales
 * (`norm.weight`) between 0.5 and 1.5, biases of size 0.1.
 */
function initial({ name, fileShape, size }: Param, seed: number): Float32Array {
  if (name.endsWith("norm.weight")) {
    const random = seeded(seed);
    return Float32Array.from({ length: size }, () => 0.5 + random());
  }
  const scale = fileShape.length === 1 ? 0.1 : 1 / Math.sqrt(sizeOf(fileShape.slice(1)));
  return normals(size, seed).map((x) => scale * x);
}

/** Sample i is of class i mod classes; each row holds 1 / batch, so that the loss is a mean. */
function oneHot(batch: number, classes: number): Float32Array {
  const targets = new Float32Array(batch * classes);
  for (let i = 0; i < batch; i++) targets[i * classes + (i % classes)] = 1 / batch;
  return targets;
}

/** Weights, data and targets for a graph whose data inputs are real numbers. BatchNorm's running variances are ones. */
export function generated(sizes: Sizes, builder: Builder): Generated {
  const graph = builder.finish();
  const parameters = new Float32Array(parameterCount(graph));
  graph.params.forEach((param, i) => {
    parameters.set(initial(param, 100 + i), param.offset);
  });
  const inputs = Object.fromEntries(
    graph.inputs.map(({ name, shape, role }): [string, Float32Array] => {
      if (role === "target") return [name, oneHot(sizes.batch, sizes.classes)];
      if (role === "state") return [name, constant(shape, name.endsWith("var") ? 1 : 0)];
      return [name, normals(sizeOf(shape), 3)];
    }),
  );
  return { ...sizes, graph, parameters, inputs };
}

const constant = (shape: Shape, value: number): Float32Array => new Float32Array(sizeOf(shape)).fill(value);

/** As the engine takes it: the whole batch at once. */
export function problemOf({ graph, parameters, inputs, batch, classes }: Generated): Problem {
  const partition = wholeBatch(graph, inputs);
  const [data] = graph.inputs.filter(({ role }) => role === "data");
  const labels = Int32Array.from({ length: batch }, (_, i) => i % classes);
  return {
    ...{ graph, parameters, inputs, coupled: true },
    cut: () => partition,
    batch: {
      ...{ start: 0, count: batch, drawn: null, available: batch, labels },
      inputs: { [data.name]: inputs[data.name] },
      shape: data.shape,
      targets: inputs.targets as Float32Array,
      statistics: { mean: [], std: [], classCounts: [], tokens: null },
    },
  };
}
