import type { ArchitectureBase, BuildOptions, InputSpec, Network, TensorSpec } from "../architecture.ts";
import { FormatError, printShape, quote } from "../errors.ts";
import type { GraphBuilder, NodeId, Shape } from "../graph.ts";
import { softmaxCrossEntropy } from "../layers.ts";
import { limits } from "../limits.ts";
import { FoldBudget } from "./fold.ts";
import { type OnnxNode, UNSUPPORTED } from "./node.ts";
import { NHWC } from "./operators/linear.ts";
import { Call } from "./operators/operator.ts";
import { findOperator, operatorNames } from "./operators/table.ts";
import { type Program, readProgram } from "./program.ts";
import type { ValueInfo } from "./schema.ts";
import { elementOf } from "./tensor.ts";
import { Tracer, type Value } from "./tracer.ts";
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
}

/** @throws FormatError naming byte, tensor or node, and for operators that are not supported all that are */
export function readOnnx(bytes: Uint8Array, file: string, options: OnnxOptions): OnnxNetwork {
  const program = readProgram(bytes, file);
  checkOperators(program);
  const input = inputOf(program);
  const { scratch, ...sides } = options;
  const trial = trace(program, input, scratch, { batchSize: 2, bn: "eval", ...sides, ...input.sides });
  // After what is wrong with the file itself.
  checkSides(program, input, sides);
  const { tracer, classes } = trial;
  const parameters = concatenated(tracer.parameters.map(({ data }) => data));
  if (parameters.length === 0)
    program.refuse("initialisers", "trainable float tensors", "none that the output depends on");
  const specs: TensorSpec[] = tracer.parameters.map(({ name, shape }) => ({ name, shape }));
  const states: TensorSpec[] = program.nodes
    .filter(({ op }) => op === "BatchNormalization")
    .flatMap(({ inputs }) => inputs.slice(3, 5))
    .map((name) => ({ name, shape: program.initialisers.get(name)?.shape ?? [] }));
  return {
    architecture: {
      family: "onnx",
      title: titleOf(program),
      parameters: specs,
      states,
      input: input.spec,
      classes,
    },
    parameters,
    warnings: warningsFor(program, tracer),
    build: (g, build) => {
      checkSides(program, input, build);
      const { tracer: traced } = trace(program, input, g, { ...input.sides, ...build });
      if (traced.parameters.map(({ name }) => name).join() !== specs.map(({ name }) => name).join())
        throw new Error(`internal: ${file} has other parameters with ${build.batchSize} samples than with 2`);
      return traced.states;
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

interface Input {
  readonly name: string;
  readonly spec: Exclude<InputSpec, { name: "input_ids" }>;
  /** Pixels that the file fixes. */
  readonly sides: { readonly height?: number; readonly width?: number };
}

/** The one input that carries samples. The first axis is the batch and is bound when the graph is built. */
function inputOf({ inputs, refuse }: Program): Input {
  if (inputs.length !== 1) {
    const names = inputs.map(({ name = "" }) => quote(name)).join(", ") || "none";
    refuse("graph inputs", "one input with the samples", names, UNSUPPORTED);
  }
  const [{ name = "" }] = inputs;
  const where = `input ${quote(name)}`;
  if (elementOf(inputs[0].type?.tensor_type?.elem_type) !== "float")
    refuse(where, "floating-point samples", "another type", UNSUPPORTED);
  const sizes = sizesOf(inputs[0]);
  const printed = printShape(sizes.map((n) => n ?? -1)).replaceAll("-1", "?");
  const source = name === "" ? {} : { source: name };
  if (sizes.length === 2 && sizes[1] !== null)
    return { name, spec: { name: "x", features: sizes[1], ...source }, sides: {} };
  if (sizes.length !== 4 || sizes[1] === null)
    return refuse(where, "[N,features] or [N,channels,height,width]", printed, UNSUPPORTED);
  const [, channels, height, width] = sizes;
  if ([height, width].some((side) => side !== null && side > limits.imageSide))
    refuse(
      where,
      `images of at most ${limits.imageSide} pixels a side`,
      printed,
      "Export with smaller images",
    );
  const sides = { ...(height === null ? {} : { height }), ...(width === null ? {} : { width }) };
  return { name, spec: { name: "images", channels, ...source }, sides };
}

/** Sizes of an input's axes, null where the file leaves them open. */
const sizesOf = ({ type }: ValueInfo): (number | null)[] =>
  (type?.tensor_type?.shape?.dim ?? []).map(({ dim_value }) =>
    dim_value !== undefined && dim_value > 0 && dim_value <= limits.dimension ? dim_value : null,
  );

interface Trial {
  readonly tracer: Tracer;
  readonly classes: number;
}

/** Writes the graph of the file for one batch size. */
function trace(program: Program, input: Input, g: GraphBuilder, options: BuildOptions): Trial {
  const tracer = new Tracer(g, program.opset, options.bn, program.initialisers.keys());
  const values = new Map<string, Value>();
  for (const [name, value] of program.initialisers) {
    values.set(
      name,
      value.element !== "float" || isNumber(name, value.shape) ? value : { kind: "weight", name, value },
    );
  }
  values.set(input.name, inputNode(input, g, options));
  const last = program.nodes.find(({ outputs }) => outputs.includes(program.output));
  // The loss has its own softmax: one at the end of the network would be a second.
  const ends = last?.op === "Softmax" ? last : null;
  if (ends)
    tracer.notes.add("The network ends in Softmax: the loss is taken of what goes into it, the logits.");
  const budget = new FoldBudget();
  for (const node of program.nodes) if (node !== ends) evaluate(node, tracer, values, budget);
  const value = values.get(ends ? ends.inputs[0] : program.output);
  const logits = logitsOf(program, tracer, value, options.batchSize);
  const classes = g.shape(logits)[1];
  const targets = g.input("targets", [options.batchSize, classes], "target");
  g.output("logits", logits);
  g.output("loss", softmaxCrossEntropy(g, logits, targets));
  checkFinite(program, tracer);
  return { tracer, classes };
}

/** A scalar is a constant of the computation, such as the 6 of ReLU6, unless it has a parameter's name. */
const isNumber = (name: string, { length }: Shape): boolean =>
  length === 0 && !/(weight|bias|scale|gamma|beta|temperature)$/.test(name);

function inputNode({ spec }: Input, g: GraphBuilder, options: BuildOptions): Value {
  const { batchSize, height = 32, width = 32 } = options;
  if (spec.name === "x")
    return { kind: "traced", node: g.input("x", [batchSize, spec.features], "data"), axes: [0, 1] };
  const node = g.input("images", [batchSize, height, width, spec.channels], "data");
  return { kind: "traced", node, axes: NHWC };
}

/** Holds the pixels of the data against those that the file fixes. */
function checkSides(
  { refuse }: Program,
  { name, spec, sides }: Input,
  { height = sides.height, width = sides.width }: Input["sides"],
): void {
  if (spec.name === "x" || ((sides.height ?? height) === height && (sides.width ?? width) === width)) return;
  refuse(
    `input ${quote(name)}`,
    `images of ${sides.height ?? height}x${sides.width ?? width} pixels`,
    `data of ${height}x${width}`,
    "Resize the images, or export with dynamic_axes for height and width",
  );
}

function evaluate(node: OnnxNode, tracer: Tracer, values: Map<string, Value>, budget: FoldBudget): void {
  const operator = findOperator(node.op);
  if (operator === undefined) throw new Error(`internal: ${node.where} was not checked`);
  const inputs = node.inputs.map((name) => {
    if (name === "") return null;
    return (
      values.get(name) ??
      node.refuse("inputs that are first outputs", `${quote(name)}, a further output of its node`)
    );
  });
  const result = guarded(node, () => operator(new Call(node, tracer, inputs, budget)));
  node.checkAttributes();
  const list: readonly Value[] = Array.isArray(result) ? result : [result as Value];
  node.outputs.forEach((name, i) => {
    if (name !== "" && i < list.length) values.set(name, list[i]);
  });
}

/** Turns what the builder says about operands that do not fit into a refusal of the node. */
function guarded<T>(node: OnnxNode, apply: () => T): T {
  try {
    return apply();
  } catch (error) {
    if (error instanceof FormatError || !(error instanceof Error) || error.message.startsWith("internal:"))
      throw error;
    return node.refuse(
      "operands that fit",
      error.message,
      "Export the model again, or check it with onnx.checker.check_model",
    );
  }
}

function logitsOf(program: Program, tracer: Tracer, value: Value | undefined, batchSize: number): NodeId {
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
  if (shape[1] < 2 || shape[1] > limits.classes)
    program.refuse(where, `2 to ${limits.classes} classes`, `${shape[1]}`, UNSUPPORTED);
  const node = tracer.node(value);
  return flat ? tracer.op("reshape", [node], { shape: shape.slice(0, 2) }) : node;
}

function checkFinite({ refuse }: Program, { parameters, states }: Tracer): void {
  for (const { name, data } of [...parameters, ...[...states].map(([name, data]) => ({ name, data }))]) {
    const bad = data.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0)
      refuse(
        `initialiser ${quote(name)}`,
        "finite float32 numbers",
        `${data[bad]} at element ${bad}`,
        "Use a checkpoint that has not diverged",
      );
  }
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
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
