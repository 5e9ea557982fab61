import { quote, type Refuse, refuser } from "../errors.ts";
import { limits } from "../limits.ts";
import { External, type ExternalFiles } from "./external.ts";
import { OnnxNode } from "./node.ts";
import { type GraphProto, modelProto, type ValueInfo } from "./schema.ts";
import { type Constant, readTensor } from "./tensor.ts";
import { decodeMessage } from "./wire.ts";

/** An ONNX file, checked: each value made once and before it is read, and only what the output needs. */
export interface Program {
  readonly file: string;
  readonly refuse: Refuse;
  readonly opset: number;
  /** The nodes that the output needs, in the file's order. */
  readonly nodes: readonly OnnxNode[];
  readonly initialisers: ReadonlyMap<string, Constant>;
  /** Graph inputs that are not initialisers and that the output needs. */
  readonly inputs: readonly ValueInfo[];
  /** Name of the value that the loss is taken of. */
  readonly output: string;
  /** Names of all outputs of the graph. */
  readonly outputs: readonly string[];
}

/** Opsets whose meaning of the operators is implemented. */
const OPSETS = { first: 9, last: 23 } as const;

const usualRemedy = "Export the model again, or check it with onnx.checker.check_model";

/** @throws FormatError naming byte, field, tensor or node */
export function readProgram(bytes: Uint8Array, file: string, files: ExternalFiles): Program {
  const refuse = refuser(file, usualRemedy);
  if (bytes.length === 0) refuse("byte 0", "an ONNX model", "no bytes");
  if (bytes.length > limits.fileBytes)
    refuse("size", `at most ${limits.fileBytes} bytes`, `${bytes.length}`, "Use a smaller model");
  const model = decodeMessage(bytes, modelProto, refuse);
  const opset = opsetOf(model.opset_import, refuse);
  const graph = model.graph;
  if (graph === undefined) return refuse("ModelProto.graph", "a graph", "none");
  if (graph.sparse_initializer.length > 0)
    refuse(
      "GraphProto.sparse_initializer",
      "dense tensors",
      "sparse ones",
      "Save the weights as dense tensors",
    );
  const nodes = graph.node.map((node, place) => new OnnxNode(node, place, refuse));
  const initialisers = readInitialisers(graph, new External(files, refuse), refuse);
  checkOrder(graph, nodes, initialisers, refuse);
  const output = chooseOutput(graph, nodes, refuse);
  const { needed, values } = neededBy(output, nodes);
  return {
    file,
    refuse,
    opset,
    nodes: needed,
    initialisers,
    inputs: graph.input.filter(({ name = "" }) => !initialisers.has(name) && values.has(name)),
    output,
    outputs: graph.output.map(({ name = "" }) => name),
  };
}

function opsetOf(
  imports: readonly { domain: string | undefined; version: number | undefined }[],
  refuse: Refuse,
): number {
  const versions = imports.filter(({ domain = "" }) => domain === "" || domain === "ai.onnx");
  const version = versions[0]?.version;
  if (versions.length === 1 && version !== undefined && version >= OPSETS.first && version <= OPSETS.last)
    return version;
  const found = versions.map((v) => v.version ?? 0).join(" and ") || "none";
  const remedy = `Export with opset_version=17, or convert with onnx.version_converter`;
  return refuse(
    "opset_import",
    `one operator set of version ${OPSETS.first} to ${OPSETS.last}`,
    found,
    remedy,
  );
}

function readInitialisers(
  graph: GraphProto,
  external: External,
  refuse: Refuse,
): ReadonlyMap<string, Constant> {
  const found = new Map<string, Constant>();
  for (const [place, tensor] of graph.initializer.entries()) {
    const name = tensor.name ?? "";
    const where = name === "" ? `initialiser ${place}` : `initialiser ${quote(name)}`;
    if (name === "") refuse(where, "a name", "none");
    if (name.length > limits.nameLength)
      refuse(where, `a name of at most ${limits.nameLength}`, `${name.length}`);
    if (found.has(name)) refuse(where, "one tensor of this name", "a second one");
    found.set(name, readTensor(tensor, where, refuse, external));
  }
  return found;
}

/** Single assignment, and values made before they are read: cycles and missing values do not pass. */
function checkOrder(
  graph: GraphProto,
  nodes: readonly OnnxNode[],
  initialisers: ReadonlyMap<string, Constant>,
  refuse: Refuse,
): void {
  const inputs = new Set<string>();
  for (const { name = "" } of graph.input) {
    if (name === "") refuse("GraphProto.input", "a name", "none");
    if (inputs.has(name)) refuse(`input ${quote(name)}`, "one input of this name", "a second one");
    inputs.add(name);
  }
  const known = new Set([...initialisers.keys(), ...inputs]);
  const made = new Set(nodes.flatMap((node) => node.outputs));
  for (const node of nodes) {
    for (const name of node.inputs) {
      if (name === "" || known.has(name)) continue;
      if (made.has(name))
        node.refuse(
          `inputs made by earlier nodes`,
          `${quote(name)}, made by itself or a later node: a cycle or a wrong order`,
          usualRemedy,
        );
      node.refuse("inputs that the graph has", `${quote(name)}, which nothing makes`, usualRemedy);
    }
    for (const name of node.outputs) {
      if (name === "") continue;
      if (known.has(name))
        node.refuse("outputs of new names", `${quote(name)}, which exists already`, usualRemedy);
      known.add(name);
    }
  }
  for (const { name = "" } of graph.output)
    if (!known.has(name)) refuse(`output ${quote(name)}`, "a value of the graph", "nothing that makes it");
}

/** `logits` where there is one, else the first output. */
function chooseOutput(graph: GraphProto, nodes: readonly OnnxNode[], refuse: Refuse): string {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const names = graph.output.map(({ name = "" }) => name).filter((name) => made.has(name));
  const chosen = names.find((name) => name === "logits") ?? names[0];
  return chosen ?? refuse("GraphProto.output", "an output that a node makes", "none");
}

/** The nodes that a value depends on, and every value that they read. */
function neededBy(output: string, nodes: readonly OnnxNode[]) {
  const values = new Set([output]);
  const needed: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => name !== "" && values.has(name))) continue;
    needed.push(node);
    for (const name of node.inputs) if (name !== "") values.add(name);
  }
  return { needed: needed.reverse(), values };
}
