import type {
  ArchitectureBase,
  BuildOptions,
  Built,
  Network,
  NumbersByName,
  TensorSpec,
} from "../architecture.ts";
import { copyFloats } from "../decode.ts";
import { printShape, quote } from "../errors.ts";
import { type GraphBuilder, type LossKind, type NodeId, type Shape, sizeOf } from "../graph.ts";
import { lossOf } from "../layers.ts";
import { limits } from "../limits.ts";
import { symbolsOf } from "../namedArrays.ts";
import type { Tensors } from "../tensor.ts";
import { evaluate, evaluateWithout } from "./evaluate.ts";
import type { ExternalFiles } from "./external.ts";
import { FoldBudget } from "./fold.ts";
import { arrayShapes, checkSides, type Inputs, inputsOf, inputValues } from "./inputs.ts";
import { findKeyBiases } from "./keyBias.ts";
import { type OnnxNode, UNSUPPORTED } from "./node.ts";
import { numbersFor } from "./numbers.ts";
import { findOperator, operatorNames } from "./operators/table.ts";
import { type Program, readProgram } from "./program.ts";
import type { Constant } from "./tensor.ts";
import { Tracer, type Value } from "./tracer.ts";
import { type Choice, choiceOf } from "./trainable.ts";
import { warningsFor } from "./warnings.ts";

/**
 * A network from an ONNX file: the file's graph in ours, with the cross-entropy of its logits and the labels as loss.
 * Trainable are the float initialisers that the output is differentiable in, in the order of their first use; running
 * statistics and constants are not.
 */

export interface OnnxArchitecture extends ArchitectureBase {
  readonly family: "onnx";
}

export interface OnnxNetwork extends Network {
  readonly architecture: OnnxArchitecture;
  /** What a user should know before believing the numbers. */
  readonly warnings: readonly string[];
}

export interface OnnxOptions {
  /** An empty graph, to find out what the file holds. */
  readonly scratch: GraphBuilder;
  /** Pixels of the data, for files that leave them open. */
  readonly height?: number;
  readonly width?: number;
  /** The data, whose shapes bind what the file leaves open. */
  readonly arrays?: Tensors;
  /** Files given together with the model, for numbers that it keeps outside. */
  readonly external?: ExternalFiles;
  /** Which tensors are trained, by name or pattern; null: what use and name suggest. */
  readonly trainable?: readonly string[] | null;
  /** Default cross-entropy. */
  readonly loss?: LossKind;
}

/** @throws FormatError naming byte, tensor or node, and for operators that are not supported all that are */
export function readOnnx(bytes: Uint8Array, file: string, options: OnnxOptions): OnnxNetwork {
  const program = readProgram(bytes, file, options.external ?? new Map());
  checkOperators(program);
  const inputs = inputsOf(program);
  const { scratch, arrays, external: _, trainable = null, loss = "cross-entropy", ...sides } = options;
  const choice = choiceOf(trainable);
  const trial = trace({ program, inputs, choice }, scratch, {
    ...{ batchSize: 2, bn: "eval", loss, ...sides, ...inputs.sides },
    ...trialShapes(inputs, arrays),
  });
  choice.check(trial.tracer.candidates.values(), program.refuse);
  // After what is wrong with the file itself.
  checkSides(program, inputs, sides);
  const { tracer, classes } = trial;
  const parameters = parameterVector(program, tracer);
  if (parameters.length === 0)
    program.refuse("initialisers", "trainable float tensors", "none that the output depends on");
  const specs: TensorSpec[] = tracer.parameters.map(({ name, shape }) => ({ name, shape }));
  const keyBiases = findKeyBiases(program, trial.shape);
  const states: TensorSpec[] = program.nodes
    .filter(({ op }) => op === "BatchNormalization")
    .flatMap((node) => node.inputs.slice(3, 5))
    .map((name) => ({ name, shape: program.initialisers.get(name)?.shape ?? [] }));
  return {
    architecture: {
      family: "onnx",
      title: titleOf(program),
      parameters: specs,
      states,
      input: inputs.spec,
      classes,
    },
    parameters,
    candidates: [...tracer.candidates.values()],
    warnings: warningsFor(program, tracer),
    build: (g, build) => {
      checkSides(program, inputs, build);
      const { tracer: traced } = trace({ program, inputs, choice, keyBiases }, g, {
        ...inputs.sides,
        loss,
        ...build,
      });
      if (traced.parameters.map(({ name }) => name).join() !== specs.map(({ name }) => name).join())
        throw new Error(`internal: ${file} has other parameters with ${build.batchSize} samples than with 2`);
      return built(inputs, traced);
    },
  };
}

function trialShapes({ spec }: Inputs, arrays: Tensors = new Map()): Pick<BuildOptions, "shapes"> {
  if (spec.name !== "arrays") return {};
  return { shapes: arrayShapes(spec.arrays, 2, symbolsOf(spec.arrays, arrays)) };
}

/** The graph's inputs beside parameters: what the file holds, and what it computes from the integers of a batch. */
function built({ spec }: Inputs, { states, feeds, perBatch }: Tracer): Built {
  if (spec.name !== "arrays") return { states: Object.fromEntries(states), data: (batch) => batch };
  const floats = spec.arrays.filter(({ element }) => element === "float").map(({ name }) => name);
  return {
    states: Object.fromEntries(states),
    data: (batch: NumbersByName) => {
      const found: Record<string, Float32Array | Int32Array> = {};
      for (const name of floats) found[name] = batch[name];
      const wanted = [...feeds.values()].map(({ value }) => value);
      const numbers = perBatch.resolve(batch, wanted);
      for (const [input, { value, dtype }] of feeds)
        found[input] = numbersFor(dtype, numbers.get(value) ?? value);
      return found;
    },
  };
}

function checkOperators({ nodes, refuse }: Program): void {
  const unknown = nodes.filter(({ op }) => findOperator(op) === undefined);
  if (unknown.length === 0) return;
  const others = [...new Set(unknown.map(({ op }) => op))].filter((op) => op !== unknown[0].op);
  const also = others.length > 0 ? `, and further on ${others.slice(0, 8).map(shown).join(", ")}` : "";
  refuse(
    unknown[0].where,
    `a supported operator (${operatorNames().join(", ")})`,
    `${shown(unknown[0].op)}${also}`,
    UNSUPPORTED,
  );
}

const shown = (op: string): string => (/^[\w.]{1,80}$/.test(op) ? op : quote(op));

interface Trial {
  readonly tracer: Tracer;
  /** Of the file's values, by name. */
  readonly shape: (name: string) => Shape | undefined;
  readonly classes: number;
}

interface Plan {
  readonly program: Program;
  readonly inputs: Inputs;
  readonly choice: Choice;
  readonly keyBiases?: ReadonlyMap<OnnxNode, number>;
}

/** Writes the graph of the file for one batch size. */
function trace(
  { program, inputs, choice, keyBiases = new Map() }: Plan,
  g: GraphBuilder,
  options: BuildOptions,
): Trial {
  const scalars = new Set(
    [...program.initialisers].flatMap(([name, { shape }]) =>
      isNumber(name, shape) && !choice.named(name) ? [name] : [],
    ),
  );
  const tracer = new Tracer(g, {
    opset: program.opset,
    bn: options.bn,
    samples: options.batchSize,
    names: program.initialisers.keys(),
    scalars: new Map([...scalars].map((name) => [program.initialisers.get(name) as Constant, name])),
    choice,
  });
  const values = new Map<string, Value>();
  for (const [name, value] of program.initialisers) {
    values.set(
      name,
      value.element !== "float" || scalars.has(name) ? value : { kind: "weight", name, value },
    );
  }
  for (const [name, value] of inputValues(inputs, tracer, options)) values.set(name, value);
  // Softmax before a squared error is part of the network.
  const last = program.nodes.find(({ outputs }) => outputs.includes(program.output));
  // The loss has its own softmax: one at the end of the network would be a second.
  const ends = last?.op === "Softmax" && options.loss !== "mean-squared-error" ? last : null;
  if (ends)
    tracer.notes.add("The network ends in Softmax: the loss is taken of what goes into it, the logits.");
  const budget = new FoldBudget(options.batchSize);
  for (const node of program.nodes) {
    if (node === ends) continue;
    const bias = keyBiases.get(node);
    if (bias === undefined) evaluate(node, tracer, values, budget);
    else evaluateWithout(bias, node, tracer, values, budget);
  }
  const value = values.get(ends ? ends.inputs[0] : program.output);
  const logits = logitsOf(program, tracer, value, options);
  const classes = g.shape(logits)[1];
  const targets = g.input("targets", [options.batchSize, classes], "target");
  g.output("logits", logits);
  g.output("loss", lossOf(g, logits, targets, options.loss));
  for (const [name, data] of tracer.states) checkFinite(program, name, data);
  const shape = (name: string): Shape | undefined => {
    const found = values.get(name);
    return found === undefined ? undefined : tracer.shape(found);
  };
  return { tracer, classes, shape };
}

/** A scalar is a constant of the computation, such as the 6 of ReLU6, unless it has a parameter's name. */
const isNumber = (name: string, { length }: Shape): boolean =>
  length === 0 && !/(weight|bias|scale|gamma|beta|temperature)$/.test(name);

function logitsOf(
  program: Program,
  tracer: Tracer,
  value: Value | undefined,
  { batchSize, loss }: BuildOptions,
): NodeId {
  const where = `output ${quote(program.output)}`;
  if (value === undefined || value.kind !== "traced")
    return program.refuse(where, "logits that depend on the samples", "a constant", UNSUPPORTED);
  const shape = tracer.shape(value);
  const flat = shape.length > 2 && shape.slice(2).every((n) => n === 1);
  if ((shape.length !== 2 && !flat) || shape[0] !== batchSize)
    program.refuse(
      where,
      `logits [N,classes], for N = ${batchSize} samples`,
      printShape(shape),
      "Export a classifier with dynamic_axes for axis 0 of input and output",
    );
  const fewest = loss === "mean-squared-error" ? 1 : 2;
  if (shape[1] < fewest || shape[1] > limits.classes)
    program.refuse(where, `${fewest} to ${limits.classes} classes`, `${shape[1]}`, UNSUPPORTED);
  const node = tracer.node(value);
  return flat ? tracer.op("reshape", [node], { shape: shape.slice(0, 2) }) : node;
}

function checkFinite({ refuse }: Program, name: string, data: Float32Array | Int32Array): void {
  const bad = data.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0)
    refuse(
      `initialiser ${quote(name)}`,
      "finite float32 numbers",
      `${data[bad]} at element ${bad}`,
      "Use a checkpoint that has not diverged",
    );
}

/** The parameters one after the other, taken from the file each once. */
function parameterVector(program: Program, { parameters }: Tracer): Float32Array {
  const out = new Float32Array(parameters.reduce((n, { shape }) => n + sizeOf(shape), 0));
  let at = 0;
  for (const { name, shape, value } of parameters) {
    const target = out.subarray(at, at + sizeOf(shape));
    copyFloats(value, target);
    checkFinite(program, name, target);
    at += target.length;
  }
  return out;
}

/** e.g. `ONNX network: 19 Conv, 19 BatchNormalization, 1 Gemm (opset 13)`. */
function titleOf({ nodes, opset }: Program): string {
  const counts = ["Conv", "BatchNormalization", "Gemm", "MatMul"]
    .map((op) => ({ op, count: nodes.filter((node) => node.op === op).length }))
    .filter(({ count }) => count > 0)
    .map(({ op, count }) => `${count} ${op}`);
  return `ONNX network: ${counts.join(", ")} (opset ${opset})`;
}
