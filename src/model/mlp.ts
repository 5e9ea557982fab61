import {
  type ArchitectureBase,
  type BuildOptions,
  declareTensors,
  type ModelOptions,
  type TensorSpec,
} from "./architecture.ts";
import { type Refuse, refuser } from "./errors.ts";
import type { GraphBuilder } from "./graph.ts";
import { linear, lossOf } from "./layers.ts";
import { limits } from "./limits.ts";
import type { Tensors } from "./tensor.ts";

/** Multi-layer perceptrons: `fc1.weight` [out,in], `fc1.bias` [out], ..., an activation between layers. */

export interface Mlp extends ArchitectureBase {
  readonly family: "mlp";
  /** Units of each layer, the input first: [64,32,10]. */
  readonly sizes: readonly number[];
  readonly activation: "relu" | "tanh";
}

export const looksLikeMlp = (tensors: Tensors): boolean => tensors.has("fc1.weight");

/** @throws FormatError if a dimension that decides the rest cannot be read; shapes are checked by the caller */
export function recogniseMlp(tensors: Tensors, file: string, { activation = "relu" }: ModelOptions): Mlp {
  const refuse: Refuse = refuser(file, "Save the weights of torch.nn.Linear layers named fc1, fc2 and so on");
  const sizes: number[] = [];
  const parameters: TensorSpec[] = [];
  for (let k = 1; tensors.has(`fc${k}.weight`); k++) {
    const shape = tensors.get(`fc${k}.weight`)?.shape ?? [];
    if (shape.length !== 2 || shape.includes(0)) refuse(`fc${k}.weight`, "[out,in]", `[${shape.join(",")}]`);
    // The first layer decides the features; every later one must take what the one before it gives.
    if (k === 1) sizes.push(shape[1]);
    const [inputs, outputs] = [sizes[k - 1], shape[0]];
    parameters.push(
      { name: `fc${k}.weight`, shape: [outputs, inputs] },
      { name: `fc${k}.bias`, shape: [outputs] },
    );
    sizes.push(outputs);
  }
  const classes = sizes[sizes.length - 1];
  if (classes > limits.classes) refuse("classes", `at most ${limits.classes}`, `${classes}`);
  return {
    family: "mlp",
    title: `perceptron ${sizes.join("-")} with ${activation}`,
    sizes,
    activation,
    parameters,
    states: [],
    input: { name: "x", features: sizes[0] },
    classes,
    units: sizes.slice(1).map((_, i) => `fc${i + 1}`),
  };
}

/** Writes the forward graph: inputs `x` [N,features] and `targets` [N,classes], outputs `logits` and `loss`. */
export function buildMlp(g: GraphBuilder, mlp: Mlp, { batchSize, loss }: BuildOptions): void {
  const tensor = declareTensors(g, mlp);
  let x = g.input("x", [batchSize, mlp.sizes[0]], "data");
  const targets = g.input("targets", [batchSize, mlp.classes], "target");
  const depth = mlp.sizes.length - 1;
  for (let k = 1; k <= depth; k++) {
    const input = x;
    x = linear(g, x, tensor(`fc${k}.weight`), tensor(`fc${k}.bias`));
    if (k < depth) x = g.op(mlp.activation, [x]);
    g.unit({ name: `fc${k}`, input, output: x });
  }
  g.output("logits", x);
  g.output("loss", lossOf(g, x, targets, loss));
}
