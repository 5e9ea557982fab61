import type { OpName } from "../../src/autograd/ops/op.ts";
import { findOp } from "../../src/autograd/ops/table.ts";
import type { Graph, GraphNode, Shape } from "../../src/model/graph.ts";

/**
 * Second derivatives without any differentiation rule of the product: the forward graph evaluated in float64 over
 * hyper-dual numbers x + a e1 + b e2 + c e1 e2 with e1^2 = e2^2 = 0 (Fike and Alonso 2011). With tangents u and v
 * on e1 and e2 the e1 e2 part of the loss is u'Hv exactly; there is no step size.
 *
 * Only the float64 meaning of linear and bilinear ops is shared with the product. Derivatives of elementary
 * functions are written down here a second time, in other forms.
 */
export interface HyperDual {
  readonly f: Float64Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly ab: Float64Array;
}

interface Context {
  readonly node: GraphNode;
  readonly shapes: readonly Shape[];
}

type Meaning = (operands: readonly HyperDual[], context: Context) => HyperDual;

const plain = ({ node, shapes }: Context, operands: readonly Float64Array[]): Float64Array => {
  const op = findOp(node.op);
  if (op === null) throw new Error(`no op ${node.op}`);
  return op.f64(operands, shapes, node.attrs, node.shape);
};

const plus = (...terms: readonly Float64Array[]): Float64Array =>
  terms[0].map((_, i) => terms.reduce((sum, t) => sum + t[i], 0));

const linear: Meaning = (xs, context) => ({
  f: plain(
    context,
    xs.map((x) => x.f),
  ),
  a: plain(
    context,
    xs.map((x) => x.a),
  ),
  b: plain(
    context,
    xs.map((x) => x.b),
  ),
  ab: plain(
    context,
    xs.map((x) => x.ab),
  ),
});

const bilinear: Meaning = ([x, y], context) => {
  const times = (p: Float64Array, q: Float64Array) => plain(context, [p, q]);
  return {
    f: times(x.f, y.f),
    a: plus(times(x.a, y.f), times(x.f, y.a)),
    b: plus(times(x.b, y.f), times(x.f, y.b)),
    ab: plus(times(x.ab, y.f), times(x.a, y.b), times(x.b, y.a), times(x.f, y.ab)),
  };
};

/** Function, first and second derivative of one variable. */
type Taylor = readonly [(x: number) => number, (x: number) => number, (x: number) => number];

const applied = ([f, f1, f2]: Taylor, x: HyperDual): HyperDual => ({
  f: x.f.map(f),
  a: x.a.map((a, i) => f1(x.f[i]) * a),
  b: x.b.map((b, i) => f1(x.f[i]) * b),
  ab: x.ab.map((ab, i) => f1(x.f[i]) * ab + f2(x.f[i]) * x.a[i] * x.b[i]),
});

const unary =
  (...taylor: Taylor): Meaning =>
  ([x]) =>
    applied(taylor, x);

const zero = (): number => 0;
const product: Meaning = (operands, { node, shapes }) =>
  bilinear(operands, { node: { ...node, op: "mul" }, shapes });

/** Each element from the operand that the plain numbers choose. */
function chosen(xs: readonly HyperDual[], choice: (values: number[]) => number): HyperDual {
  const from = Array.from(xs[0].f, (_, i) => choice(xs.map((x) => x.f[i])));
  const pick = (part: keyof HyperDual) => Float64Array.from(from, (k, i) => xs[k][part][i]);
  return { f: pick("f"), a: pick("a"), b: pick("b"), ab: pick("ab") };
}

const flat: Meaning = (xs, context) => {
  const f = plain(
    context,
    xs.map((x) => x.f),
  );
  return { f, a: f.map(zero), b: f.map(zero), ab: f.map(zero) };
};

/** Places of the operand where each maximum stands: the maxima scattered back would meet them there. */
const maximum: Meaning = ([x], context) => {
  const peaks = plain(context, [x.f]);
  const group = plain(
    {
      node: { ...context.node, op: "broadcast", attrs: {}, shape: context.shapes[0] },
      shapes: [context.node.shape],
    },
    [peaks.map((_, i) => i)],
  );
  const from = Array.from(peaks, (peak, k) => x.f.findIndex((v, i) => group[i] === k && v === peak));
  const pick = (part: Float64Array) => Float64Array.from(from, (i) => part[i]);
  return { f: pick(x.f), a: pick(x.a), b: pick(x.b), ab: pick(x.ab) };
};

/** sum_k (-1)^k x^(2k+1) / (k! (2k+1)) * 2/sqrt(pi) (Abramowitz and Stegun 7.1.5), to 1e-12 for |x| <= 4. */
function erfSeries(x: number): number {
  let power = x;
  let total = x;
  for (let k = 1; k < 120; k++) {
    power *= (-x * x) / k;
    total += power / (2 * k + 1);
  }
  return (2 * total) / Math.sqrt(Math.PI);
}

/** Linear in the first operand; the second is the same for all parts. */
const indexed: Meaning = ([x, indices], context) => {
  const of = (part: Float64Array) => plain(context, [part, indices.f]);
  return { f: of(x.f), a: of(x.a), b: of(x.b), ab: of(x.ab) };
};

const MEANINGS: Record<OpName, Meaning> = {
  add: linear,
  sub: linear,
  neg: linear,
  mul: product,
  div: ([x, y], context) =>
    product([x, applied([(g) => 1 / g, (g) => -1 / g ** 2, (g) => 2 / g ** 3], y)], context),
  exp: unary(Math.exp, Math.exp, Math.exp),
  log: unary(
    Math.log,
    (x) => 1 / x,
    (x) => -1 / x ** 2,
  ),
  sqrt: unary(
    Math.sqrt,
    (x) => 0.5 * x ** -0.5,
    (x) => -0.25 * x ** -1.5,
  ),
  rsqrt: unary(
    (x) => x ** -0.5,
    (x) => -0.5 * x ** -1.5,
    (x) => 0.75 * x ** -2.5,
  ),
  tanh: unary(
    Math.tanh,
    (x) => 1 / Math.cosh(x) ** 2,
    (x) => (-2 * Math.sinh(x)) / Math.cosh(x) ** 3,
  ),
  erf: unary(
    erfSeries,
    (x) => 2 * Math.PI ** -0.5 * Math.exp(-(x ** 2)),
    (x) => -4 * x * Math.PI ** -0.5 * Math.exp(-(x ** 2)),
  ),
  relu: unary(
    (x) => Math.max(x, 0),
    (x) => (x > 0 ? 1 : 0),
    zero,
  ),
  step: flat,
  eq: flat,
  inside: flat,
  floor: flat,
  round: flat,
  select: (xs) => chosen(xs, ([test]) => (test > 0 ? 1 : 2)),
  clip: (xs) => chosen(xs, ([x, low, high]) => (Math.max(x, low) > high ? 2 : x < low ? 1 : 0)),
  pow: ([x, y], context) => {
    const exponent = product([y, applied([Math.log, (t) => 1 / t, (t) => -1 / t ** 2], x)], context);
    return applied([Math.exp, Math.exp, Math.exp], exponent);
  },
  sin: unary(Math.sin, Math.cos, (x) => -Math.sin(x)),
  cos: unary(
    Math.cos,
    (x) => -Math.sin(x),
    (x) => -Math.cos(x),
  ),
  reshape: linear,
  transpose: linear,
  broadcast: linear,
  slice: linear,
  pad: linear,
  concat: linear,
  // The true derivative: what the product holds constant must cancel in the whole.
  stopGradient: ([x]) => x,
  sum: linear,
  max: maximum,
  matmul: bilinear,
  conv2d: bilinear,
  gather: indexed,
  scatterAdd: indexed,
  poolArgmax: flat,
  poolPick: indexed,
  poolSpread: indexed,
};

type Named = Readonly<Record<string, Float64Array>>;

/** Evaluates a scalar output with parameter tangents u and v: value, slopes along u and v, and u'Hv. */
export function hyperDual(
  graph: Graph,
  params: Named,
  inputs: Named,
  u: Named,
  v: Named,
  output = "loss",
): { value: number; alongU: number; alongV: number; uHv: number } {
  const results: HyperDual[] = [];
  const constant = (f: Float64Array): HyperDual => ({ f, a: f.map(zero), b: f.map(zero), ab: f.map(zero) });
  graph.nodes.forEach((node, id) => {
    const name = node.attrs.name as string;
    if (node.op === "param")
      results[id] = { f: params[name], a: u[name], b: v[name], ab: params[name].map(zero) };
    else if (node.op === "input") results[id] = constant(inputs[name]);
    else if (node.op === "const") results[id] = constant(Float64Array.of(node.attrs.value as number));
    else {
      const shapes = node.inputs.map((i) => graph.nodes[i].shape);
      results[id] = MEANINGS[node.op as OpName](
        node.inputs.map((i) => results[i]),
        { node, shapes },
      );
    }
  });
  const { f, a, b, ab } = results[graph.outputs[output]];
  return { value: f[0], alongU: a[0], alongV: b[0], uHv: ab[0] };
}
