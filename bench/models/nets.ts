/** The graphs of the generated networks. The same in another library: bench/jax/. */
import { Builder } from "../../src/autograd/builder.ts";
import type { NodeId } from "../../src/model/index.ts";
import { globalAveragePool, layerNorm, linear, lossOf } from "../../src/model/layers.ts";
import {
  buildResidual,
  type Convolution,
  type ResidualNet,
  residualTensors,
} from "../../src/model/residual.ts";
import { attention, geluTanh } from "../../src/model/transformer.ts";
import { type Generated, generated } from "./generated.ts";

const CLASSES = 10;

export const PERCEPTRON = [784, 512, 512, CLASSES] as const;

/** tanh(x W' + b) twice, then logits. */
export function perceptron(batch = 64, sizes: readonly number[] = PERCEPTRON): Generated {
  const b = new Builder();
  const depth = sizes.length - 1;
  let x = b.input("x", [batch, sizes[0]], "data");
  for (let k = 1; k <= depth; k++) {
    x = linear(b, x, b.param(`fc${k}.weight`, [sizes[k], sizes[k - 1]]), b.param(`fc${k}.bias`, [sizes[k]]));
    if (k < depth) x = b.op("tanh", [x]);
  }
  finish(b, x, batch, CLASSES);
  const title = `perceptron ${sizes.join("-")}, tanh`;
  return generated({ id: "mlp", title, batch, classes: CLASSES }, b);
}

const KERNEL_AXES = [2, 3, 1, 0];
const PICTURE = 32;

/** Three 3x3 convolutions with tanh, the mean over the pixels, and a matrix. */
export function convolutions(batch = 8, channels = 16): Generated {
  const b = new Builder();
  const attrs = { mode: "forward", stride: [1, 1], pad: [1, 1, 1, 1] };
  let x = b.input("images", [batch, PICTURE, PICTURE, 3], "data");
  [3, channels, channels].forEach((inputs, k) => {
    const kernel = b.param(`conv${k + 1}.weight`, [channels, inputs, 3, 3], KERNEL_AXES);
    x = b.op("tanh", [b.op("conv2d", [x, kernel], attrs)]);
  });
  const weight = b.param("fc.weight", [CLASSES, channels]);
  const logits = b.op("matmul", [globalAveragePool(b, x), weight], { ta: false, tb: true });
  finish(b, logits, batch, CLASSES);
  const title = `three 3x3 convolutions of ${channels} channels, ${PICTURE}x${PICTURE}`;
  return generated({ id: "conv3", title, batch, classes: CLASSES }, b);
}

/** A CIFAR ResNet of depth 6 units + 2 with 16, 32 and 64 channels and 1x1 projections with BatchNorm where these change. */
export function residualNet(units: number): ResidualNet {
  const convolution = (
    name: string,
    inputs: number,
    outputs: number,
    stride: number,
    kernel = 3,
  ): Convolution => ({
    ...{ name, norm: `${name}.norm`, inputs, outputs, kernel, stride },
  });
  const widths = [16, 32, 64];
  return {
    stem: convolution("stem", 3, widths[0], 1),
    pool: false,
    units: widths.flatMap((width, stage) =>
      Array.from({ length: units }, (_, unit) => {
        const name = `stage${stage + 1}.${unit}`;
        const changes = stage > 0 && unit === 0;
        const inputs = changes ? widths[stage - 1] : width;
        const stride = changes ? 2 : 1;
        return {
          name,
          branch: [
            convolution(`${name}.a`, inputs, width, stride),
            convolution(`${name}.b`, width, width, 1),
          ],
          shortcut: changes
            ? { kind: "projection" as const, convolution: convolution(`${name}.p`, inputs, width, stride, 1) }
            : { kind: "identity" as const },
        };
      }),
    ),
    head: { name: "fc", inputs: 64, classes: CLASSES },
    ...{ batchNorm: true, convBias: false, projectionFirst: false },
  };
}

/** BatchNorm takes the statistics of the batch, or running ones, which are constants. */
export function resnet(depth: 8 | 20, bn: "batch" | "eval", batch = 8): Generated {
  const b = new Builder();
  const net = residualNet((depth - 2) / 6);
  const title = `ResNet-${depth}, projections, BatchNorm ${bn === "batch" ? "of the batch" : "with running statistics"}`;
  const input = { name: "images", channels: 3 } as const;
  buildResidual(b, { title, ...residualTensors(net), input, classes: CLASSES }, net, {
    batchSize: batch,
    bn,
  });
  const id = bn === "batch" ? `resnet${depth}` : `resnet${depth}-eval`;
  return generated({ id, title, batch, classes: CLASSES }, b);
}

export const BERT = { layers: 2, hidden: 128, heads: 2, tokens: 64, inner: 512, classes: 2 } as const;

/** The encoder of BERT-tiny on embedded tokens, the mean over the tokens, and a matrix. Keys have no bias: no loss depends on it. */
export function bertTiny(batch = 4): Generated {
  const b = new Builder();
  const { layers, hidden, heads, tokens, inner, classes } = BERT;
  const vector = (name: string, size: number): NodeId => b.param(name, [size]);
  const dense = (x: NodeId, name: string, inputs: number, outputs: number): NodeId =>
    linear(b, x, b.param(`${name}.weight`, [outputs, inputs]), vector(`${name}.bias`, outputs));
  const norm = (x: NodeId, name: string): NodeId =>
    layerNorm(b, x, {
      weight: vector(`${name}.norm.weight`, hidden),
      bias: vector(`${name}.norm.bias`, hidden),
      epsilon: 1e-5,
    });
  let x = b.input("x", [batch * tokens, hidden], "data");
  for (let k = 0; k < layers; k++) {
    const at = (part: string): string => `layer${k}.${part}`;
    const mixed = attention(b, {
      query: dense(x, at("query"), hidden, hidden),
      key: b.op("matmul", [x, b.param(at("key.weight"), [hidden, hidden])], { ta: false, tb: true }),
      value: dense(x, at("value"), hidden, hidden),
      ...{ samples: batch, heads, penalty: b.constant(0) },
    });
    x = norm(b.op("add", [x, dense(mixed, at("mixed"), hidden, hidden)]), at("attention"));
    const wide = geluTanh(b, dense(x, at("inner"), hidden, inner));
    x = norm(b.op("add", [x, dense(wide, at("outer"), inner, hidden)]), at("output"));
  }
  const sentences = b.op("reshape", [x], { shape: [batch, 1, tokens, hidden] });
  const weight = b.param("fc.weight", [classes, hidden]);
  const logits = b.op("matmul", [globalAveragePool(b, sentences), weight], { ta: false, tb: true });
  finish(b, logits, batch, classes);
  const title = `BERT-tiny encoder: ${layers} layers, ${hidden}, ${heads} heads, ${tokens} tokens`;
  return generated({ id: "bert", title, batch, classes }, b);
}

function finish(b: Builder, logits: NodeId, batch: number, classes: number): void {
  const targets = b.input("targets", [batch, classes], "target");
  b.output("logits", logits);
  b.output("loss", lossOf(b, logits, targets));
}
