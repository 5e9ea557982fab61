import { operatorNames } from "../../src/model/onnx/operators/table.ts";
import { floats, int64, integers, model, node, tensor, value } from "../fixtures/onnx.mjs";
import { below, pick, type Random } from "./random.ts";

/**
 * ONNX files that are sound as protobuf and whose nodes are drawn by chance: every operator with operands, attributes and
 * sizes that it may or may not take.
 */

const INTEGERS = [
  ...[
    "axis",
    "keepdims",
    "to",
    "group",
    "ceil_mode",
    "count_include_pad",
    "transA",
    "transB",
    "exclusive",
    "reverse",
  ],
  ...[
    "upper",
    "num_outputs",
    "fmod",
    "batch_dims",
    "allowzero",
    "num_groups",
    "storage_order",
    "training_mode",
  ],
  ...[
    "noop_with_empty_axes",
    "select_last_index",
    "start",
    "end",
    "is_causal",
    "q_num_heads",
    "kv_num_heads",
  ],
];
const LISTS = [
  "axes",
  "perm",
  "pads",
  "strides",
  "dilations",
  "kernel_shape",
  "split",
  "shape",
  "output_shape",
];
const FLOATS = [
  "alpha",
  "beta",
  "gamma",
  "epsilon",
  "scale",
  "softcap",
  "min",
  "max",
  "value_float",
  "momentum",
];
const WORDS: Readonly<Record<string, readonly string[]>> = {
  auto_pad: ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID", "?"],
  mode: ["constant", "reflect", "edge", "wrap", "?"],
  approximate: ["none", "tanh", "?"],
  reduction: ["none", "add", "mul", "max", "?"],
};

const size = (random: Random): number => pick(random, [0, 1, 1, 2, 2, 3, 3, 4, 5, 7, 8]);
const shape = (random: Random): number[] => Array.from({ length: below(random, 5) }, () => size(random));
const count = (of: readonly number[]): number => of.reduce((a, b) => a * b, 1);
const small = (random: Random): number =>
  pick(random, [-4, -3, -2, -1, 0, 0, 1, 1, 2, 2, 3, 4, 7, 8, 16, 1e6, 2 ** 31, -(2 ** 40)]);
const list = (random: Random): number[] => Array.from({ length: below(random, 9) }, () => small(random));

type Attributes = NonNullable<Parameters<typeof node>[3]>;

function attributes(random: Random): Attributes {
  const chosen: Attributes = {};
  for (let k = below(random, 4); k > 0; k--) {
    const draw = random();
    if (draw < 0.45) chosen[pick(random, INTEGERS)] = small(random);
    else if (draw < 0.75) chosen[pick(random, LISTS)] = list(random);
    else if (draw < 0.85)
      chosen[pick(random, FLOATS)] = { float: pick(random, [0, 0.5, -1, 1e-5, 1e30, Number.NaN]) };
    else if (draw < 0.9) chosen.value = { tensor: constant(random, "") };
    else {
      const name = pick(random, Object.keys(WORDS));
      chosen[name] = pick(random, WORDS[name]);
    }
  }
  return chosen;
}

/** A tensor of floats, integers or truth values. */
function constant(random: Random, name: string): number[] {
  const of = shape(random);
  const draw = random();
  if (draw < 0.4)
    return floats(
      name,
      of,
      Array.from({ length: count(of) }, () => 2 * random() - 1),
    );
  if (draw < 0.5)
    return tensor(
      name,
      of,
      Uint8Array.from({ length: count(of) }, () => below(random, 2)),
      9,
    );
  if (draw < 0.7) {
    const numbers = list(random);
    return integers(name, [numbers.length], numbers);
  }
  if (draw < 0.75) return tensor(name, of, int64(Array.from({ length: count(of) }, () => small(random))), 7);
  return integers(
    name,
    of,
    Array.from({ length: count(of) }, () => below(random, 4)),
  );
}

const CONSTANTS = 5;

/** A network that adds the mean of its last node's first output to sound scores. */
export function randomNetwork(random: Random): Uint8Array {
  const names = operatorNames();
  const known = [
    "x",
    "picture",
    "shape",
    "columns",
    ...Array.from({ length: CONSTANTS }, (_, i) => `c${i}`),
    "",
  ];
  const nodes = [
    node("Gemm", ["x", "w"], ["scores"], { transB: 1 }),
    node("Gemm", ["x", "spread"], ["pixels"]),
    node("Reshape", ["pixels", "sides"], ["picture"]),
    node("Shape", ["x"], ["shape"]),
  ];
  let last = "x";
  for (let k = 0, most = 1 + below(random, 4); k < most; k++) {
    const inputs = Array.from({ length: pick(random, [1, 1, 2, 2, 3, 4, 5]) }, () =>
      random() < 0.04 ? "" : pick(random, known),
    );
    if (random() < 0.8) inputs[0] = pick(random, ["x", "picture", last]);
    const outputs = Array.from({ length: pick(random, [1, 1, 1, 2, 3]) }, (_, i) => `n${k}.${i}`);
    nodes.push(node(pick(random, names), inputs, outputs, attributes(random), `node ${k}`));
    known.push(...outputs);
    last = outputs[0];
  }
  nodes.push(
    node("Cast", [last], ["floats"], { to: 1 }),
    node("ReduceMean", ["floats"], ["mean"], { keepdims: 0 }),
    node("Add", ["scores", "mean"], ["logits"]),
  );
  const numbers = (n: number): number[] => Array.from({ length: n }, () => 2 * random() - 1);
  return model({
    inputs: [value("x", ["N", 7])],
    initialisers: [
      floats("w", [3, 7], numbers(21)),
      floats("spread", [7, 48], numbers(7 * 48)),
      integers("sides", [4], [0, 3, 4, 4]),
      integers("columns", [1], [-1]),
      ...Array.from({ length: CONSTANTS }, (_, i) => constant(random, `c${i}`)),
    ],
    nodes,
    opset: 9 + below(random, 15),
  });
}
