import type { ModelConfig } from "./config.ts";
import { areFloats, copyFloats } from "./decode.ts";
import { printShape, quote, type Refuse, refuser } from "./errors.ts";
import { type GraphBuilder, type LossKind, type NodeId, type Shape, sizeOf } from "./graph.ts";
import type { Tensor, Tensors } from "./tensor.ts";

/** What every family of models has in common: a list of expected tensors, and how a file is held against it. */

export interface TensorSpec {
  readonly name: string;
  /** Shape in the file. */
  readonly shape: Shape;
}

/** An input of a network that takes its samples as named arrays, in the file's own layout. */
export interface ArraySpec {
  readonly name: string;
  readonly element: "float" | "int" | "bool";
  /** Sizes of the axes, the first for the samples; a name stands for a size that the data decide, the same everywhere. */
  readonly axes: readonly (number | string)[];
  /** Names under which data files may have it, the first that is there. */
  readonly sources: readonly string[];
  /** What it holds where the data have none of these: all ones, all zeros, the places 0, 1, ...; null: it must be there. */
  readonly absent: "ones" | "zeros" | "places" | null;
}

/**
 * The graph input that carries the samples: `images` [N,H,W,channels], `x` [N,features] or `input_ids` [N,tokens] with
 * the rows of the tables that tokens, their positions and their types (0: they have none) name; or several
 * arrays. `source`: another name
 * under which data files may have it.
 */
export type InputSpec =
  | {
      readonly name: "images";
      readonly channels: number;
      readonly source?: string;
      /** Mean and standard deviation per channel that such networks are usually trained with: a suggestion. */
      readonly normalisation?: { readonly mean: readonly number[]; readonly std: readonly number[] };
    }
  | { readonly name: "x"; readonly features: number; readonly source?: string }
  | {
      readonly name: "input_ids";
      readonly vocabulary: number;
      readonly positions: number;
      readonly types: number;
      /** Positions are counted from this number plus 1, and tokens of this number are not counted; absent: from 0. */
      readonly padding?: number;
      /** A batch takes the tokens of its longest sentence; absent: all columns of the arrays, padding or not. */
      readonly anyLength?: true;
      /** Labels are token numbers of single tokens, not classes of sentences. */
      readonly labels?: "tokens";
      readonly source?: string;
    }
  | { readonly name: "arrays"; readonly arrays: readonly ArraySpec[] };

/** Numbers by the name of an array or of a graph's input. */
export type NumbersByName = Readonly<Record<string, Float32Array | Int32Array>>;

export interface ArchitectureBase {
  /** e.g. `CIFAR ResNet-20 with BatchNorm, option-A skip connections`. */
  readonly title: string;
  /** Trainable tensors in PyTorch's `named_parameters()` order: the order of the parameter vector. */
  readonly parameters: readonly TensorSpec[];
  /** BatchNorm's running statistics. */
  readonly states: readonly TensorSpec[];
  /** Tensors that a file may hold besides and the network does not use. */
  readonly unused?: readonly string[];
  readonly input: InputSpec;
  readonly classes: number;
  /** Names of the units of its graph, where they are known. */
  readonly units?: readonly string[];
  /** What a user should know before believing its numbers. */
  readonly warnings?: readonly string[];
}

/** What tensor names cannot tell. */
export interface ModelOptions {
  /** Residual networks: false if the skip connections were left out. Default true. */
  readonly skip?: boolean;
  /** Perceptrons. Default relu. */
  readonly activation?: "relu" | "tanh";
  /** Transformers: attention heads, where config.json does not say. */
  readonly heads?: number;
  /** Transformers: config.json. */
  readonly config?: ModelConfig;
  /** Default cross-entropy. */
  readonly loss?: LossKind;
  /** ONNX: which tensors are trained, by name or pattern; null or absent: what use and name suggest. */
  readonly trainable?: readonly string[] | null;
}

export interface BuildOptions {
  /** Samples. */
  readonly batchSize: number;
  /** Pixels; 32 by default. Perceptrons ignore them. */
  readonly height?: number;
  readonly width?: number;
  /** Tokens per sentence, for transformers. */
  readonly tokens?: number;
  /** Shapes of the named arrays, for networks that take these. */
  readonly shapes?: Readonly<Record<string, Shape>>;
  /** Default cross-entropy. */
  readonly loss?: LossKind;
  /** Labelled tokens of the batch, where labels belong to tokens. */
  readonly labelled?: number;
  /** BatchNorm with running statistics (`eval`) or with those of the batch (`batch`). */
  readonly bn: "eval" | "batch";
}

/** A network with its weights, whatever kind of file it comes from. */
/** A float tensor of a file that may be trained. */
export interface Candidate {
  readonly name: string;
  readonly shape: Shape;
  /** The module that it belongs to: what stands before the last dot of its name. */
  readonly group: string;
  /** Whether its use and name suggest it: not those of running statistics, masks, positions and constants. */
  readonly byDefault: boolean;
  /** Whether it is part of the parameter vector. */
  readonly chosen: boolean;
}

export interface Network {
  readonly architecture: ArchitectureBase & { readonly family: string };
  /** The flat parameter vector, in architecture order and file layout. */
  readonly parameters: Float32Array;
  /** Where the file does not say which tensors are trained: all that could be, in order of first use. */
  readonly candidates?: readonly Candidate[];
  /** Writes the forward graph: outputs `logits` [N,classes] and `loss`. */
  build(g: GraphBuilder, options: BuildOptions): Built;
}

/** What a graph needs besides parameters and targets. */
export interface Built {
  /** Values of the graph's `state` inputs. */
  readonly states: NumbersByName;
  /** Values of the graph's `data` inputs, from a batch of the size that it was built for. */
  readonly data: (batch: NumbersByName) => NumbersByName;
}

/** The trainable tensors of a layer. */
export interface Layer {
  /** e.g. `layer1.0.conv1`. */
  readonly name: string;
  readonly parameters: readonly TensorSpec[];
}

/** The layers in architecture order: tensors that share everything before the last dot. */
export const layersOf = ({ parameters }: ArchitectureBase): readonly Layer[] =>
  grouped(parameters, (name) => name.slice(0, name.lastIndexOf(".")));

/** Tensors of one key together, in the order of their first. */
export function grouped(parameters: readonly TensorSpec[], key: (name: string) => string): readonly Layer[] {
  const groups = new Map<string, TensorSpec[]>();
  for (const spec of parameters) {
    const name = key(spec.name);
    const group = groups.get(name);
    if (group) group.push(spec);
    else groups.set(name, [spec]);
  }
  return [...groups].map(([name, group]) => ({ name, parameters: group }));
}

/** Tensors under other names; null leaves one out. Two that get one name are refused. */
export function renamed(
  tensors: Tensors,
  file: string,
  rename: (name: string) => string | null,
  twice = "it under two names",
): Tensors {
  const found = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    const other = rename(name);
    if (other === null) continue;
    if (found.has(other)) {
      const refuse: Refuse = refuser(file, "Keep one of the two");
      refuse(quote(other), "one tensor of this name", twice);
    }
    found.set(other, tensor);
  }
  return found;
}

/** Tensors under the names of the bare module: without the `module.` that DataParallel puts before each. */
export const bareNames = (tensors: Tensors, file: string): Tensors =>
  renamed(tensors, file, (name) => name.replace(/^module\./, ""), 'it with and without "module."');

/**
 * Holds a file's tensors (bare names) against an architecture: each expected tensor present, of the expected shape and floating
 * point, and no other tensor but BatchNorm's step counters.
 * @throws FormatError naming the first tensor that does not fit
 */
export function checkTensors(tensors: Tensors, architecture: ArchitectureBase, file: string): void {
  const { title, parameters, states } = architecture;
  const refuse: Refuse = refuser(
    file,
    `This is not a ${title}: check the file, or convert its names and shapes`,
  );
  const expected = new Set<string>(architecture.unused);
  for (const { name, shape } of [...parameters, ...states]) {
    expected.add(name);
    const tensor = tensors.get(name);
    if (!tensor) refuse(name, printShape(shape), "no such tensor");
    if (printShape(tensor.shape) !== printShape(shape))
      refuse(name, printShape(shape), printShape(tensor.shape));
    if (!areFloats(tensor)) {
      refuse(name, "floating-point numbers", `dtype ${tensor.dtype}`, "Convert the tensor to float32");
    }
  }
  for (const [name, { shape }] of tensors) {
    if (expected.has(name) || name.endsWith(".num_batches_tracked")) continue;
    refuse(quote(name), `no such tensor in a ${title}`, `one of shape ${printShape(shape)}`);
  }
}

function checkValues(name: string, data: Float32Array, refuse: Refuse): void {
  const bad = data.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    refuse(
      name,
      "finite float32 numbers",
      `${data[bad]} at element ${bad}`,
      "Use a checkpoint that has not diverged",
    );
  }
  if (!name.endsWith(".running_var")) return;
  const negative = data.findIndex((v) => v < 0);
  if (negative >= 0) {
    refuse(
      name,
      "variances of at least 0",
      `${data[negative]} at element ${negative}`,
      "The file is damaged",
    );
  }
}

/** A checkpoint's numbers in arrays of their own: nothing holds the memory of the file. */
export interface WeightValues {
  /** Tensors in architecture order, each row-major in its file shape. */
  readonly parameters: Float32Array;
  /** Values of the graph's `state` inputs by name. */
  readonly states: ReadonlyMap<string, Float32Array>;
}

/**
 * Takes the numbers of checked tensors, each once.
 * @throws FormatError naming the first tensor with a number that is not finite, or a variance below 0
 */
export function weightValues(
  tensors: Tensors,
  { title, parameters, states }: ArchitectureBase,
  file: string,
): WeightValues {
  const refuse: Refuse = refuser(file, `This is not a ${title}`);
  const take = (name: string, target: Float32Array): Float32Array => {
    const tensor = tensors.get(name);
    if (tensor === undefined)
      throw new Error(`internal: ${name} was not checked before its values were taken`);
    copyFloats(tensor, target);
    checkValues(name, target, refuse);
    return target;
  };
  const vector = new Float32Array(parameters.reduce((n, { shape }) => n + sizeOf(shape), 0));
  let offset = 0;
  for (const { name, shape } of parameters) {
    take(name, vector.subarray(offset, offset + sizeOf(shape)));
    offset += sizeOf(shape);
  }
  const values = states.map(
    ({ name, shape }) => [name, take(name, new Float32Array(sizeOf(shape)))] as const,
  );
  return { parameters: vector, states: new Map(values) };
}

/** Kernels leave the file as [out, in, kh, kw] (OIHW) and stand in the graph as [kh, kw, in, out]. */
const kernelAxes = [2, 3, 1, 0];

/**
 * Declares all parameters and running statistics in architecture order, so that the order of the parameter vector does
 * not depend on the order in which the network uses them.
 * @returns node of a tensor by its name
 */
export function declareTensors(g: GraphBuilder, architecture: ArchitectureBase): (name: string) => NodeId {
  const nodes = new Map<string, NodeId>();
  for (const { name, shape } of architecture.parameters) {
    nodes.set(name, shape.length === 4 ? g.param(name, shape, kernelAxes) : g.param(name, shape));
  }
  for (const { name, shape } of architecture.states) nodes.set(name, g.input(name, shape, "state"));
  return (name) => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`internal: ${architecture.title} has no tensor ${name}`);
    return node;
  };
}
