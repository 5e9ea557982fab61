import { type Shape, sizeOf } from "../graph.ts";
import type { OnnxNode } from "./node.ts";
import type { Program } from "./program.ts";

/**
 * The biases of attention keys. A bias that is the same at every key adds one number to all scores of a query, which
 * softmax does not see: its derivatives are zero exactly. Where a file has one it is declared, but left out of the graph,
 * so that no rounding stands in for the zero.
 */

/** Nodes between softmax and bias: exporters write 4 to 10. */
const LONGEST = 32;

type ShapeOf = (name: string) => Shape | undefined;

/** The nodes (Add, Gemm) that add such a bias, with the place of the bias among their inputs. */
export function findKeyBiases(
  { nodes, initialisers, output, opset }: Program,
  shapeOf: ShapeOf,
): ReadonlyMap<OnnxNode, number> {
  const makers = new Map<string, OnnxNode>();
  const readers = new Map<string, number>([[output, 1]]);
  for (const node of nodes) {
    for (const name of node.outputs) makers.set(name, node);
    if (node.op === "Shape") continue;
    for (const name of node.inputs) readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  const isScalar = (name: string): boolean => sizeOf(shapeOf(name) ?? [0]) === 1;
  /** The operand of the scores' shape, through what is added to all scores or multiplies them. */
  const scoresBehind = (from: string): OnnxNode | null => {
    let name = from;
    for (let step = 0; step < LONGEST; step++) {
      const node = makers.get(name);
      if (node === undefined) return null;
      const { op, inputs } = node;
      if (op === "MatMul") return node;
      if (op === "Cast" || op === "Identity") [name] = inputs;
      else if (op === "Where") name = makers.has(inputs[1]) && !isScalar(inputs[1]) ? inputs[1] : inputs[2];
      else if ((op === "Mul" || op === "Div") && isScalar(inputs[1])) [name] = inputs;
      else if (op === "Add" || op === "Sub") [name] = inputs;
      else return null;
    }
    return null;
  };
  /** The bias of the keys `from`, whose axis `axis` counts the keys. */
  const biasBehind = (from: string, axis: number): readonly [OnnxNode, number] | null => {
    let [name, place] = [from, axis];
    for (let step = 0; step < LONGEST; step++) {
      const node = makers.get(name);
      const shape = shapeOf(name);
      if (node === undefined || shape === undefined || readers.get(name) !== 1) return null;
      const { op, inputs } = node;
      if (op === "Transpose") place = (node.ints("perm") ?? shape.map((_, i) => i).reverse())[place];
      else if (op === "Reshape") place = placeBefore(shape, shapeOf(inputs[0]) ?? [], place);
      else if (op === "Add" || op === "Gemm") {
        const bias = op === "Gemm" ? 2 : inputs.findIndex((input) => isVector(input, shape));
        const found = isVector(inputs[bias] ?? "", shape) && place >= 0 && place < shape.length - 1;
        return found ? [node, bias] : null;
      } else if (!(op === "Identity" || ((op === "Mul" || op === "Div") && isScalar(inputs[1])))) return null;
      [name] = inputs;
      if (place < 0) return null;
    }
    return null;
  };
  const isVector = (name: string, shape: Shape): boolean => {
    const bias = initialisers.get(name);
    return bias?.shape.length === 1 && bias.shape[0] === shape[shape.length - 1];
  };
  const found = new Map<OnnxNode, number>();
  for (const node of nodes) {
    if (node.op === "Attention") {
      const keys = node.inputs[1] ?? "";
      const bias = biasBehind(keys, (shapeOf(keys)?.length ?? 0) - 2);
      if (bias !== null) found.set(...bias);
    }
    if (node.op !== "Softmax") continue;
    const rank = shapeOf(node.inputs[0])?.length ?? 0;
    const axis = node.int("axis", opset >= 13 ? -1 : 1);
    if (axis !== -1 && axis !== rank - 1) continue;
    const scores = scoresBehind(node.inputs[0]);
    const keys = scores?.inputs[1] ?? "";
    const bias = scores && biasBehind(keys, (shapeOf(keys)?.length ?? 0) - 1);
    if (bias) found.set(...bias);
  }
  return found;
}

/** The axis that a Reshape left as it was and made axis `place`; -1 if there is none. */
function placeBefore(after: Shape, before: Shape, place: number): number {
  const lead = sizeOf(after.slice(0, place));
  return before.findIndex((size, i) => size === after[place] && sizeOf(before.slice(0, i)) === lead);
}
