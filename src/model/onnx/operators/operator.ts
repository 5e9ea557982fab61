import { printShape } from "../../errors.ts";
import type { Shape } from "../../graph.ts";
import type { FoldBudget } from "../fold.ts";
import { isAnonymous } from "../names.ts";
import type { OnnxNode } from "../node.ts";
import type { Constant } from "../tensor.ts";
import { describe, type Tracer, type Value } from "../tracer.ts";

/**
 * What an ONNX operator means: constants to constants on the CPU, all else to nodes of our graph. One result, or one per
 * output.
 */
export type Operator = (call: Call) => Value | readonly Value[];

/** One application. Optional inputs that are left out are null. */
export class Call {
  readonly node: OnnxNode;
  readonly t: Tracer;
  readonly inputs: readonly (Value | null)[];
  readonly budget: FoldBudget;

  constructor(node: OnnxNode, t: Tracer, inputs: readonly (Value | null)[], budget: FoldBudget) {
    this.node = node;
    this.t = t;
    this.inputs = inputs;
    this.budget = budget;
  }

  /** Input `i`, which must be there. */
  at(i: number): Value {
    return this.inputs[i] ?? this.node.refuse(`an input ${i}`, "none");
  }

  shape(i: number): Shape {
    return this.t.shape(this.at(i));
  }

  /** The numbers of input `i` where it is there; it must not depend on the data. */
  known(i: number): Constant | undefined {
    const value = this.inputs[i] ?? null;
    if (value === null) return undefined;
    if (value.kind === "constant" && !this.t.perBatch.has(value)) return value;
    if (value.kind === "weight") return value.value;
    return this.node.refuse(
      `input ${i} to be known at load`,
      `a value ${describe(this.t, value)} that depends on the data`,
    );
  }

  /** The constant at input `i`, which may be one per batch; it must not depend on a parameter. */
  folded(i: number): Constant {
    const value = this.operand(i);
    if (value.kind === "constant") return value;
    return this.node.refuse(
      `input ${i} to be computed from constants and integers`,
      `a value ${describe(this.t, value)} that depends on a parameter or on floating-point data`,
    );
  }

  /**
   * Input `i` of arithmetic or movement: a tensor to which the exporter gave no name of a parameter is a constant there;
   * layers take theirs by `at`.
   */
  operand(i: number): Value {
    const value = this.at(i);
    return value.kind === "weight" && isAnonymous(value.name) ? this.t.held(value) : value;
  }

  /** All inputs where each of them is a constant, per batch or not, else null. */
  constants(): readonly Constant[] | null {
    const found = this.inputs
      .map((_, i) => this.operand(i))
      .filter((value): value is Constant => value.kind === "constant");
    return found.length === this.inputs.length && found.length > 0 ? found : null;
  }

  /** Whole numbers of input `i`. */
  integers(i: number): readonly number[] | undefined {
    const value = this.known(i);
    if (value === undefined) return undefined;
    if (value.element === "float")
      return this.node.refuse(`input ${i} to be integers`, "floating-point numbers");
    return Array.from(value.data);
  }

  /** An integer list that was an attribute in old opsets and is an input in new ones. */
  integersOr(i: number, attribute: string, inputSince: number): readonly number[] | undefined {
    return this.t.opset >= inputSince ? this.integers(i) : this.node.ints(attribute);
  }

  /** An axis, counted from the end if negative. */
  axis(axis: number, rank: number): number {
    const found = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(found) || found < 0 || found >= rank)
      this.node.refuse(`an axis from ${-rank} to ${rank - 1}`, `${axis}`);
    return found;
  }

  /** Axes, ascending and each once. */
  axes(axes: readonly number[], rank: number): readonly number[] {
    const found = axes.map((axis) => this.axis(axis, rank)).sort((a, b) => a - b);
    if (new Set(found).size < found.length) this.node.refuse("each axis once", printShape(axes));
    return found;
  }
}
