import {
  type Attrs,
  type Dtype,
  type Graph,
  type GraphInput,
  type GraphNode,
  type InputRole,
  type NodeId,
  type Param,
  parameterCount,
  type Shape,
  sizeOf,
  type Unit,
} from "../model/graph.ts";
import { OP_NAMES, type Op, OpError, sameShape } from "./ops/op.ts";
import { findOp } from "./ops/table.ts";
import { type Simplifier, simplify } from "./simplify.ts";

const COMMUTATIVE: ReadonlySet<string> = new Set(["add", "mul", "eq"]);

/** numpy's common shape of pointwise operands: aligned at the right, sizes of 1 stretch. */
function commonShape(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((s) => s[axis - rank + s.length] ?? 1);
    const size = Math.max(...sizes);
    if (sizes.some((n) => n !== 1 && n !== size))
      throw new OpError(`sizes ${sizes.join(" and ")} do not broadcast`);
    return size;
  });
}

const printShape = (shape: Shape): string => `[${shape.join(",")}]`;

function checkShape(what: string, shape: Shape): void {
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 1))
    throw new Error(`${what}: sizes must be positive integers, found ${printShape(shape)}`);
}

/**
 * Writes a graph node by node: checks shapes against the op table, broadcasts the operands of pointwise ops,
 * simplifies, and merges equal nodes. Started from a graph it keeps that graph's ids and appends to it.
 */
export class Builder implements Simplifier {
  readonly #nodes: GraphNode[] = [];
  readonly #params: Param[] = [];
  readonly #inputs: GraphInput[] = [];
  readonly #outputs: Record<string, NodeId> = {};
  readonly #units: Unit[] = [];
  /** Text of an application to the node that stands for it. */
  readonly #known = new Map<string, NodeId>();

  constructor(from?: Graph) {
    if (from === undefined) return;
    for (const node of from.nodes) {
      this.#known.set(this.#key(node.op, node.inputs, node.attrs), this.#nodes.push(node) - 1);
    }
    this.#params.push(...from.params);
    this.#inputs.push(...from.inputs);
    Object.assign(this.#outputs, from.outputs);
  }

  /** Number of nodes so far; ids run from 0. */
  get length(): number {
    return this.#nodes.length;
  }

  get params(): readonly Param[] {
    return this.#params;
  }

  node(id: NodeId): GraphNode {
    const node = this.#nodes[id];
    if (node === undefined) throw new Error(`internal: no node %${id} among ${this.#nodes.length}`);
    return node;
  }

  shape(id: NodeId): Shape {
    return this.node(id).shape;
  }

  param(name: string, fileShape: Shape, axes: readonly number[] = fileShape.map((_, i) => i)): NodeId {
    checkShape(name, fileShape);
    if (this.#params.some((p) => p.name === name))
      throw new Error(`${name}: a parameter of this name exists already`);
    if (axes.length !== fileShape.length || fileShape.some((_, i) => !axes.includes(i)))
      throw new Error(`${name}: axes ${printShape(axes)} do not order the axes of ${printShape(fileShape)}`);
    const shape = axes.map((axis) => fileShape[axis]);
    const node = this.#emit("param", [], { name }, shape);
    const offset = parameterCount({ params: this.#params });
    this.#params.push({ name, fileShape, axes, size: sizeOf(shape), offset, node });
    return node;
  }

  input(name: string, shape: Shape, role: InputRole, dtype: Dtype = "f32"): NodeId {
    checkShape(name, shape);
    if (this.#inputs.some((i) => i.name === name))
      throw new Error(`${name}: an input of this name exists already`);
    const node = this.#emit("input", [], { name }, shape, dtype);
    this.#inputs.push({ name, shape, dtype, role, node });
    return node;
  }

  constant(value: number): NodeId {
    if (!Number.isFinite(value)) throw new Error(`const: expected a finite number, found ${value}`);
    return this.#emit("const", [], { value }, []);
  }

  /** The tangent leaf of a parameter: the component of v that belongs to it, in the parameter's graph layout. */
  tangent(name: string): NodeId {
    const param = this.#params.find((p) => p.name === name);
    if (param === undefined) throw new Error(`tangent: the graph has no parameter ${name}`);
    return this.direction(name, this.shape(param.node));
  }

  /** A tangent leaf that belongs to no parameter: the change of an activation, or what is pulled back from one. */
  direction(name: string, shape: Shape): NodeId {
    return this.#emit("tangent", [], { name }, shape);
  }

  op(name: string, inputs: readonly NodeId[], attrs: Attrs = {}): NodeId {
    const op = findOp(name);
    if (op === null) throw new Error(`${name}: no such op; the table has ${OP_NAMES.join(", ")}`);
    const [operands, shape] = this.#checked(op, inputs, attrs);
    return simplify(this, op, operands, attrs, shape) ?? this.#emit(name, operands, attrs, shape);
  }

  output(name: string, id: NodeId): void {
    this.node(id);
    this.#outputs[name] = id;
  }

  unit(unit: Unit): void {
    for (const id of [unit.input, unit.output]) this.node(id);
    this.#units.push(unit);
  }

  finish(): Graph {
    return {
      nodes: this.#nodes.slice(),
      params: this.#params.slice(),
      inputs: this.#inputs.slice(),
      outputs: { ...this.#outputs },
      ...(this.#units.length === 0 ? {} : { units: this.#units.slice() }),
    };
  }

  add(a: NodeId, b: NodeId): NodeId {
    return this.op("add", [a, b]);
  }

  sub(a: NodeId, b: NodeId): NodeId {
    return this.op("sub", [a, b]);
  }

  mul(a: NodeId, b: NodeId): NodeId {
    return this.op("mul", [a, b]);
  }

  div(a: NodeId, b: NodeId): NodeId {
    return this.op("div", [a, b]);
  }

  neg(a: NodeId): NodeId {
    return this.op("neg", [a]);
  }

  full(value: number, shape: Shape): NodeId {
    return this.op("broadcast", [this.constant(value)], { shape });
  }

  uniform(id: NodeId): number | null {
    let node = this.node(id);
    while (node.op === "broadcast" || node.op === "reshape") node = this.node(node.inputs[0]);
    return node.op === "const" ? (node.attrs.value as number) : null;
  }

  /** Operands, broadcast where the op is pointwise, and the shape of the result. */
  #checked(op: Op, inputs: readonly NodeId[], attrs: Attrs): [readonly NodeId[], Shape] {
    const nodes = inputs.map((id) => this.node(id));
    const shapes = nodes.map((node) => node.shape);
    try {
      if (op.arity === null ? inputs.length === 0 : inputs.length !== op.arity)
        throw new OpError(`expected ${op.arity ?? "at least one"} operand(s), found ${inputs.length}`);
      nodes.forEach(({ dtype }, i) => {
        const wanted = i === op.indexOperand ? op.indexDtype : "f32";
        if (dtype !== wanted) throw new OpError(`operand ${i} must be ${wanted}, it is ${dtype}`);
      });
      if (op.kind !== "pointwise") return [inputs, op.shape(shapes, attrs)];
      const shape = commonShape(shapes);
      const fitted = inputs.map((id, i) =>
        sameShape(shapes[i], shape) ? id : this.op("broadcast", [id], { shape }),
      );
      return [fitted, shape];
    } catch (error) {
      if (!(error instanceof OpError)) throw error;
      const call = `${op.name}(${shapes.map(printShape).join(", ")}) ${JSON.stringify(attrs)}`;
      throw new Error(`${call}: ${error.message}`);
    }
  }

  #key(op: string, inputs: readonly NodeId[], attrs: Attrs): string {
    const args = COMMUTATIVE.has(op) ? inputs.toSorted((a, b) => a - b) : inputs;
    const sorted = Object.keys(attrs)
      .toSorted()
      .map((key) => [key, attrs[key]]);
    return `${op} ${args.join(" ")} ${JSON.stringify(sorted)}`;
  }

  #emit(op: string, inputs: readonly NodeId[], attrs: Attrs, shape: Shape, dtype: Dtype = "f32"): NodeId {
    const key = this.#key(op, inputs, attrs);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const id = this.#nodes.push({ op, inputs, attrs, shape, dtype }) - 1;
    this.#known.set(key, id);
    return id;
  }
}
