import type { Attrs, NodeId } from "../../model/graph.ts";
import { sizeOf } from "../../model/graph.ts";
import {
  type Call,
  fail,
  type OpName,
  type PointwiseOp,
  type Rules,
  randomShape,
  sameShape,
  type Tangent,
  type TensorOp,
  type Tolerance,
  type WgslFunction,
} from "./op.ts";

/** A partial derivative: a number, `null` for zero everywhere, or a node built from operands x and result y. */
type Partial = number | null | ((g: Rules, x: readonly NodeId[], y: NodeId) => NodeId);

interface PointwiseRule {
  readonly scalar: (...operands: number[]) => number;
  readonly wgsl: (args: readonly string[]) => string;
  readonly helpers?: readonly WgslFunction[];
  /** One per operand. */
  readonly partials: readonly Partial[];
  readonly domain: readonly [number, number];
  readonly smooth?: boolean;
  readonly tolerance: Tolerance;
}

const timesPartial = (g: Rules, partial: Partial, call: Call, d: NodeId): Tangent => {
  if (partial === null) return null;
  return g.mul(d, typeof partial === "number" ? g.constant(partial) : partial(g, call.inputs, call.output));
};

const addTangents = (g: Rules, a: Tangent, b: Tangent): Tangent => {
  if (a === null) return b;
  return b === null ? a : g.add(a, b);
};

/** An op on elements of equal shape, differentiated through its partial derivatives alone. */
export function pointwise(name: OpName, rule: PointwiseRule): PointwiseOp {
  const { scalar, partials } = rule;
  const arity = partials.length;
  return {
    name,
    kind: "pointwise",
    family: partials.every((p) => p === null) ? "zero" : "pointwise",
    arity,
    scalar,
    wgsl: rule.wgsl,
    helpers: rule.helpers ?? [],
    domain: rule.domain,
    smooth: rule.smooth ?? true,
    tolerance: rule.tolerance,
    shape: ([first, ...others]) =>
      others.every((s) => sameShape(s, first)) ? first : fail("operands must have one shape"),
    f64: ([a, b, c], _shapes, _attrs, shape) => {
      const out = new Float64Array(sizeOf(shape));
      if (arity === 1) for (let i = 0; i < out.length; i++) out[i] = scalar(a[i]);
      else if (arity === 2) for (let i = 0; i < out.length; i++) out[i] = scalar(a[i], b[i]);
      else for (let i = 0; i < out.length; i++) out[i] = scalar(a[i], b[i], c[i]);
      return out;
    },
    jvp: (g, call, tangents) =>
      tangents.reduce<Tangent>(
        (sum, d, i) => (d === null ? sum : addTangents(g, sum, timesPartial(g, partials[i], call, d))),
        null,
      ),
    vjp: (g, call, cotangent) => partials.map((p) => timesPartial(g, p, call, cotangent)),
    examples: (random) =>
      [0, 1, 3].map((rank) => {
        const shape = randomShape(random, rank);
        return { shapes: Array.from({ length: arity }, () => shape), attrs: {} };
      }),
  };
}

type Shared = Omit<TensorOp, "name" | "family" | "arity" | "jvp" | "vjp" | "domain" | "smooth">;

interface LinearRule extends Shared {
  /** The adjoint: cotangent of the result to cotangent of the operand. */
  readonly adjoint: (g: Rules, call: Call, cotangent: NodeId) => NodeId;
}

/** An op that is linear in its one operand: its tangent is the op itself. */
export function linear(name: OpName, { adjoint, ...rule }: LinearRule): TensorOp {
  return {
    ...rule,
    name,
    family: "linear",
    arity: 1,
    domain: [-2, 2],
    smooth: true,
    jvp: (g, call, [d]) => (d === null ? null : g.op(name, [d], call.attrs)),
    vjp: (g, call, cotangent) => [adjoint(g, call, cotangent)],
  };
}

interface IndexedRule extends LinearRule {
  readonly indexDtype: "i32" | "f32";
}

/** An op that is linear in its first operand; the second holds indices, which have no derivative. */
export function indexed(name: OpName, { adjoint, ...rule }: IndexedRule): TensorOp {
  return {
    ...rule,
    name,
    family: "linear",
    arity: 2,
    indexOperand: 1,
    domain: [-2, 2],
    smooth: true,
    jvp: (g, { inputs: [, indices], attrs }, [d]) => (d === null ? null : g.op(name, [d, indices], attrs)),
    vjp: (g, call, cotangent) => [adjoint(g, call, cotangent), null],
  };
}

interface BilinearRule extends Shared {
  /** Adjoint with respect to the first operand, given the second. */
  readonly left: (g: Rules, call: Call, cotangent: NodeId) => NodeId;
  /** Adjoint with respect to the second operand, given the first. */
  readonly right: (g: Rules, call: Call, cotangent: NodeId) => NodeId;
}

/** An op that is linear in each of two operands: tangent op(da, b) + op(a, db). */
export function bilinear(name: OpName, { left, right, ...rule }: BilinearRule): TensorOp {
  const apply = (g: Rules, a: Tangent, b: Tangent, attrs: Attrs): Tangent =>
    a === null || b === null ? null : g.op(name, [a, b], attrs);
  return {
    ...rule,
    name,
    family: "bilinear",
    arity: 2,
    domain: [-2, 2],
    smooth: true,
    jvp: (g, { inputs: [a, b], attrs }, [da, db]) =>
      addTangents(g, apply(g, da, b, attrs), apply(g, a, db, attrs)),
    vjp: (g, call, cotangent) => [left(g, call, cotangent), right(g, call, cotangent)],
  };
}
