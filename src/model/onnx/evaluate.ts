import { FormatError, quote } from "../errors.ts";
import { FoldBudget } from "./fold.ts";
import type { OnnxNode } from "./node.ts";
import { layerTensor } from "./operators/linear.ts";
import { Call } from "./operators/operator.ts";
import { findOperator } from "./operators/table.ts";
import type { Constant } from "./tensor.ts";
import type { Tracer, Value } from "./tracer.ts";

/**
 * One node: its operator applied to the values before it, and the results under the node's names.
 * @param without place of an optional input to leave out
 */
export function evaluate(
  node: OnnxNode,
  tracer: Tracer,
  values: Map<string, Value>,
  budget: FoldBudget,
  without?: number,
): void {
  const operator = findOperator(node.op);
  if (operator === undefined) throw new Error(`internal: ${node.where} was not checked`);
  const inputs = node.inputs.map((name, i) => {
    if (name === "" || i === without) return null;
    return (
      values.get(name) ??
      node.refuse("inputs that are first outputs", `${quote(name)}, a further output of its node`)
    );
  });
  const apply = (given: readonly (Value | null)[], left: FoldBudget): readonly Value[] => {
    const result = guarded(node, () => operator(new Call(node, tracer, given, left)));
    return Array.isArray(result) ? result : [result as Value];
  };
  const list = apply(inputs, budget);
  node.checkAttributes();
  node.outputs.forEach((name, i) => {
    if (name !== "" && i < list.length)
      values.set(
        name,
        keptPerBatch(
          node,
          tracer,
          list[i],
          inputs,
          (given) => apply(given, new FoldBudget(tracer.samples))[i],
        ),
      );
  });
}

/** An Add or Gemm whose bias, input `place`, no derivative needs: it is declared, and the sum is left out. */
export function evaluateWithout(
  place: number,
  node: OnnxNode,
  tracer: Tracer,
  values: Map<string, Value>,
  budget: FoldBudget,
): void {
  const bias = values.get(node.inputs[place]);
  if (bias?.kind === "weight") layerTensor(new Call(node, tracer, [], budget), bias, "bias");
  if (node.op === "Gemm") {
    evaluate(node, tracer, values, budget, place);
    return;
  }
  const rest = values.get(node.inputs[1 - place]);
  if (rest === undefined) throw new Error(`internal: ${node.where} has no operand beside its bias`);
  values.set(node.outputs[0], rest);
}

/** Operators whose result does not depend on the numbers of their operand. */
const SHAPES: ReadonlySet<string> = new Set(["Shape", "Size"]);

/** A constant computed from the integers of a batch is computed anew for each. */
function keptPerBatch(
  node: OnnxNode,
  { perBatch }: Tracer,
  value: Value,
  inputs: readonly (Value | null)[],
  again: (inputs: readonly (Value | null)[]) => Value,
): Value {
  if (value.kind !== "constant" || SHAPES.has(node.op)) return value;
  const constants = inputs.flatMap((input): Constant[] => {
    if (input === null || input.kind === "traced") return [];
    return [input.kind === "weight" ? input.value : input];
  });
  return perBatch.record(value, constants, (given) => {
    const numbers = new Map(constants.map((input, i) => [input, given[i]]));
    const made = again(
      inputs.map((input) => {
        if (input === null || input.kind === "traced") return input;
        return numbers.get(input.kind === "weight" ? input.value : input) ?? input;
      }),
    );
    if (made.kind !== "constant") throw new Error(`internal: ${node.where} is not a constant any more`);
    return made;
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
