import type { GraphBuilder, NodeId } from "./graph.ts";

/** The layers of a transformer as compositions of ops. */

/** exp(x) / sum exp(x) over the last axis. The maximum is subtracted against overflow and cancels exactly. */
export function softmax(b: GraphBuilder, x: NodeId): NodeId {
  const axes = [b.shape(x).length - 1];
  const peak = b.op("stopGradient", [b.op("max", [x], { axes })]);
  const exponential = b.op("exp", [b.op("sub", [x, peak])]);
  return b.op("div", [exponential, b.op("sum", [exponential], { axes })]);
}

/** x Phi(x) with Phi the normal distribution (Hendrycks and Gimpel 2016). */
export function gelu(b: GraphBuilder, x: NodeId): NodeId {
  const error = b.op("erf", [b.op("mul", [x, b.constant(Math.SQRT1_2)])]);
  return half(b, x, error);
}

/** The same with tanh(sqrt(2/pi) (x + 0.044715 x^3)) for the error function, as GPT-2 and BERT's first code had it. */
export function geluTanh(b: GraphBuilder, x: NodeId): NodeId {
  const cube = b.op("mul", [b.op("mul", [x, x]), b.op("mul", [x, b.constant(0.044715)])]);
  const inner = b.op("mul", [b.op("add", [x, cube]), b.constant(Math.sqrt(2 / Math.PI))]);
  return half(b, x, b.op("tanh", [inner]));
}

/** x (1 + y) / 2. */
const half = (b: GraphBuilder, x: NodeId, y: NodeId): NodeId =>
  b.op("mul", [b.op("mul", [x, b.constant(0.5)]), b.op("add", [y, b.constant(1)])]);

export interface Attention {
  /** [N*S,hidden] each: token s of sentence n is row n*S + s. */
  readonly query: NodeId;
  readonly key: NodeId;
  readonly value: NodeId;
  /** N */
  readonly samples: number;
  /** A divisor of the hidden size; each head takes consecutive columns. */
  readonly heads: number;
  /** Added to the scores: broadcasts to [N,heads,S,S], the last axis being the token that is attended to. */
  readonly penalty: NodeId;
}

/** softmax(query key' / sqrt(d) + penalty) value per head of d columns (Vaswani et al. 2017): [N*S,hidden]. */
export function attention(
  b: GraphBuilder,
  { query, key, value, samples, heads, penalty }: Attention,
): NodeId {
  const [rows, hidden] = b.shape(query);
  const width = hidden / heads;
  const split = (x: NodeId): NodeId =>
    b.op("transpose", [b.op("reshape", [x], { shape: [samples, rows / samples, heads, width] })], {
      perm: [0, 2, 1, 3],
    });
  const scaled = b.op("mul", [split(query), b.constant(1 / Math.sqrt(width))]);
  const scores = b.op("matmul", [scaled, split(key)], { ta: false, tb: true });
  const weights = softmax(b, b.op("add", [scores, penalty]));
  const mixed = b.op("matmul", [weights, split(value)], { ta: false, tb: false });
  return b.op("reshape", [b.op("transpose", [mixed], { perm: [0, 2, 1, 3] })], { shape: [rows, hidden] });
}
