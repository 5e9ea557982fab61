import { printShape } from "../../errors.ts";
import type { NodeId, Shape } from "../../graph.ts";
import { softmax } from "../../transformer.ts";
import { each } from "../fold.ts";
import { LOWEST } from "../numbers.ts";
import { constant } from "../tensor.ts";
import type { Value } from "../tracer.ts";
import type { Call, Operator } from "./operator.ts";

/** The operator Attention of opset 23. */

interface Heads {
  /** [N,heads,S,width] */
  readonly node: NodeId;
  readonly shape: Shape;
}

/** [N,S,heads*width], or [N,heads,S,width] as it is, as the latter. */
function heads(call: Call, i: number, attribute: string): Heads {
  const { t, node } = call;
  const shape = call.shape(i);
  const x = t.node(call.at(i));
  if (shape.length === 4) return { node: x, shape };
  const count = node.int(attribute, 0);
  if (shape.length !== 3 || count < 1 || shape[2] % count !== 0)
    node.refuse(`${attribute} that divides the last of three axes`, `${count} for ${printShape(shape)}`);
  const split = t.op("reshape", [x], { shape: [shape[0], shape[1], count, shape[2] / count] });
  const moved = t.op("transpose", [split], { perm: [0, 2, 1, 3] });
  return { node: moved, shape: t.g.shape(moved) };
}

/** Each head `times` in a row: several heads of the query share one of key and value (Ainslie et al. 2023). */
function repeated(call: Call, { node, shape }: Heads, times: number): NodeId {
  if (times === 1) return node;
  const { t } = call;
  const [n, count, s, width] = shape;
  const column = t.op("reshape", [node], { shape: [n, count, 1, s, width] });
  const wide = t.op("broadcast", [column], { shape: [n, count, times, s, width] });
  return t.op("reshape", [wide], { shape: [n, count * times, s, width] });
}

/** What is added to the scores [N,heads,S,T]: the mask, and the future where it is hidden. */
function penalties(call: Call, [s, length]: readonly number[]): readonly Value[] {
  const { t, node } = call;
  const found: Value[] = [];
  if ((call.inputs[3] ?? null) !== null) {
    const mask = call.operand(3);
    const hidden = (x: number): number => (x === 0 ? LOWEST : 0);
    if (mask.kind !== "constant") found.push(mask);
    else found.push(t.derive([mask], ([m]) => (m.element === "bool" ? each(m, hidden, "float") : m)));
  }
  if (node.int("is_causal", 0) === 1) {
    call.budget.take(node, [s, length]);
    const data = Float64Array.from({ length: s * length }, (_, i) =>
      i % length > Math.floor(i / length) ? LOWEST : 0,
    );
    found.push(constant("float", [s, length], data));
  }
  return found;
}

/** softmax(scale query key' + mask) value, per head. */
const attentionOf: Operator = (call) => {
  const { t, node } = call;
  const flat = call.shape(0).length === 3;
  const [query, key, value] = [
    heads(call, 0, "q_num_heads"),
    heads(call, 1, "kv_num_heads"),
    heads(call, 2, "kv_num_heads"),
  ];
  const [n, count, s, width] = query.shape;
  const times = count / key.shape[1];
  if (!Number.isInteger(times) || value.shape[1] !== key.shape[1])
    node.refuse(`heads of keys and values that divide ${count}`, `${key.shape[1]} and ${value.shape[1]}`);
  for (const i of [4, 5])
    if ((call.inputs[i] ?? null) !== null) node.refuse("no past keys and values", `an input ${i}`);
  if (node.outputs.some((name, i) => i > 0 && name !== "")) node.refuse("one output", "several");
  if (node.float("softcap", 0) !== 0) node.refuse("softcap 0", "another");
  node.int("qk_matmul_output_mode", 0);
  node.int("softmax_precision", 1);
  const scale = node.has("scale") ? node.float("scale", 1) : 1 / Math.sqrt(width);
  const scaled = t.op("mul", [query.node, t.g.constant(scale)]);
  const products = t.op("matmul", [scaled, repeated(call, key, times)], { ta: false, tb: true });
  const scores = penalties(call, [s, key.shape[2]]).reduce<Value>(
    (sum, penalty) => t.pointwise("add", sum, penalty),
    t.traced(products),
  );
  const mixed = t.op("matmul", [softmax(t.g, t.node(scores)), repeated(call, value, times)], {
    ta: false,
    tb: false,
  });
  if (!flat) return t.traced(mixed);
  const rows = t.op("transpose", [mixed], { perm: [0, 2, 1, 3] });
  return t.traced(t.op("reshape", [rows], { shape: [n, s, count * value.shape[3]] }));
};

export const attention = { Attention: attentionOf } satisfies Record<string, Operator>;
