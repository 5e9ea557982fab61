/**
 * The generated networks (bench/models/nets.ts) in jax-js, from the same numbers. Its arrays belong to who receives them: a
 * function consumes its arguments, and `x.ref` is one more reference.
 */
import type * as Jax from "@jax-js/jax";
import type { ResidualNet } from "../../src/model/residual.ts";
import { BERT, PERCEPTRON, residualNet } from "../models/nets.ts";

type Value = Jax.Array;

/** A parameter by its name, each used once. Matrices are [in,out], kernels OIHW. */
export type Parameters = Readonly<Record<string, Value>>;

export interface Data {
  /** [N,features], [N,channels,height,width] or [N,tokens,hidden] */
  readonly x: Value;
  /** One-hot rows times 1/N. */
  readonly targets: Value;
}

export type Loss = (p: Parameters, data: Data) => Value;

/** The losses by the names of the networks. */
export function losses({ numpy: np, lax, nn }: typeof Jax): Readonly<Record<string, Loss>> {
  const crossEntropy = (logits: Value, targets: Value): Value =>
    nn.logSoftmax(logits).mul(targets).sum().mul(-1);

  const perceptron: Loss = (p, { x, targets }) => {
    const depth = PERCEPTRON.length - 1;
    let h = x;
    for (let k = 1; k <= depth; k++) {
      h = np.matmul(h, p[`fc${k}.weight`]).add(p[`fc${k}.bias`]);
      if (k < depth) h = np.tanh(h);
    }
    return crossEntropy(h, targets);
  };

  const convolutions: Loss = (p, { x, targets }) => {
    let h = x;
    for (let k = 1; k <= 3; k++) h = np.tanh(lax.convGeneralDilated(h, p[`conv${k}.weight`], [1, 1], "SAME"));
    return crossEntropy(np.matmul(np.mean(h, [2, 3]), p["fc.weight"]), targets);
  };

  /** Over the batch and the pixels, or with the running statistics 0 and 1. */
  const batchNorm = (x: Value, weight: Value, bias: Value, ofBatch: boolean): Value => {
    const perChannel = (v: Value): Value => v.reshape([1, -1, 1, 1]);
    if (!ofBatch) return x.mul(perChannel(weight.mul(1 / Math.sqrt(1 + 1e-5)))).add(perChannel(bias));
    const centred = x.ref.sub(np.mean(x, [0, 2, 3], { keepdims: true }));
    const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
    return centred
      .div(np.sqrt(variance.add(1e-5)))
      .mul(perChannel(weight))
      .add(perChannel(bias));
  };

  const residual =
    ({ stem, units, head }: ResidualNet, ofBatch: boolean): Loss =>
    (p, { x, targets }) => {
      const convolve = (input: Value, { name, norm, kernel, stride }: typeof stem): Value => {
        const edge = (kernel - 1) / 2;
        const pad: [number, number] = [edge, edge];
        const y = lax.convGeneralDilated(input, p[`${name}.weight`], [stride, stride], [pad, pad]);
        return batchNorm(y, p[`${norm}.weight`], p[`${norm}.bias`], ofBatch);
      };
      let h = nn.relu(convolve(x, stem));
      for (const { branch, shortcut } of units) {
        const inner = convolve(nn.relu(convolve(h.ref, branch[0])), branch[1]);
        const beside = shortcut.kind === "projection" ? convolve(h, shortcut.convolution) : h;
        h = nn.relu(inner.add(beside));
      }
      const logits = np.matmul(np.mean(h, [2, 3]), p[`${head.name}.weight`]).add(p[`${head.name}.bias`]);
      return crossEntropy(logits, targets);
    };

  const layerNorm = (x: Value, weight: Value, bias: Value): Value => {
    const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
    const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
    return centred
      .div(np.sqrt(variance.add(1e-5)))
      .mul(weight)
      .add(bias);
  };

  const bert: Loss = (p, { x, targets }) => {
    const { layers, hidden, heads, tokens } = BERT;
    const [batch] = x.shape;
    const width = hidden / heads;
    const dense = (input: Value, name: string): Value =>
      np.matmul(input, p[`${name}.weight`]).add(p[`${name}.bias`]);
    const norm = (input: Value, name: string): Value =>
      layerNorm(input, p[`${name}.norm.weight`], p[`${name}.norm.bias`]);
    const split = (input: Value): Value =>
      np.transpose(input.reshape([batch, tokens, heads, width]), [0, 2, 1, 3]);
    let h = x;
    for (let k = 0; k < layers; k++) {
      const at = (part: string): string => `layer${k}.${part}`;
      const query = split(dense(h.ref, at("query")));
      const key = split(np.matmul(h.ref, p[at("key.weight")]));
      const value = split(dense(h.ref, at("value")));
      const scores = np.matmul(query, np.transpose(key, [0, 1, 3, 2])).mul(1 / Math.sqrt(width));
      const mixed = np.transpose(np.matmul(nn.softmax(scores, -1), value), [0, 2, 1, 3]);
      h = norm(h.add(dense(mixed.reshape([batch, tokens, hidden]), at("mixed"))), at("attention"));
      const wide = nn.gelu(dense(h.ref, at("inner")));
      h = norm(h.add(dense(wide, at("outer"))), at("output"));
    }
    return crossEntropy(np.matmul(np.mean(h, 1), p["fc.weight"]), targets);
  };

  return {
    mlp: perceptron,
    conv3: convolutions,
    resnet8: residual(residualNet(1), true),
    "resnet8-eval": residual(residualNet(1), false),
    resnet20: residual(residualNet(3), true),
    "resnet20-eval": residual(residualNet(3), false),
    bert,
  };
}
