import { type ArchitectureBase, type BuildOptions, declareTensors, type TensorSpec } from "./architecture.ts";
import type { GraphBuilder, NodeId } from "./graph.ts";
import { batchNorm, globalAveragePool, linear, lossOf } from "./layers.ts";
import { maxPool } from "./pooling.ts";

/** Residual networks of any depth, width and naming, as the families of ResNets describe them (He et al. 2016). */

/** A square convolution that keeps the size but for its stride, and the BatchNorm behind it. */
export interface Convolution {
  /** Modules: the names of their tensors without `.weight` and the like. */
  readonly name: string;
  readonly norm: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Pixels a side, odd. */
  readonly kernel: number;
  readonly stride: number;
}

/**
 * What is added to the branch: the input; every `stride`-th pixel of it with zeros for new channels (option A); a
 * convolution of it (option B); or nothing.
 */
export type Shortcut =
  | { readonly kind: "identity" }
  | { readonly kind: "padded"; readonly stride: number; readonly outputs: number }
  | { readonly kind: "projection"; readonly convolution: Convolution }
  | { readonly kind: "none" };

export interface ResidualUnit {
  /** Module, as in the names of its tensors. */
  readonly name: string;
  /** With ReLU between them. */
  readonly branch: readonly Convolution[];
  readonly shortcut: Shortcut;
}

export interface ResidualNet {
  readonly stem: Convolution;
  /** Max pooling behind the stem: 3x3, stride 2, padding 1. */
  readonly pool: boolean;
  readonly units: readonly ResidualUnit[];
  /** The linear layer on the averaged channels. */
  readonly head: { readonly name: string; readonly inputs: number; readonly classes: number };
  readonly batchNorm: boolean;
  /** Convolutions have biases. */
  readonly convBias: boolean;
  /** Modules declare the projection before the branch, so that its parameters come first. */
  readonly projectionFirst: boolean;
}

/** PyTorch's default, which no ResNet changes. */
const batchNormEpsilon = 1e-5;

/** The tensors in the order of `named_parameters()`. */
export function residualTensors(net: ResidualNet): Pick<ArchitectureBase, "parameters" | "states"> {
  const parameters: TensorSpec[] = [];
  const states: TensorSpec[] = [];
  const declare = ({ name, norm, inputs, outputs, kernel }: Convolution): void => {
    parameters.push({ name: `${name}.weight`, shape: [outputs, inputs, kernel, kernel] });
    if (net.convBias) parameters.push({ name: `${name}.bias`, shape: [outputs] });
    if (!net.batchNorm) return;
    for (const part of ["weight", "bias"]) parameters.push({ name: `${norm}.${part}`, shape: [outputs] });
    for (const part of ["running_mean", "running_var"])
      states.push({ name: `${norm}.${part}`, shape: [outputs] });
  };
  declare(net.stem);
  for (const { branch, shortcut } of net.units) {
    const projection = shortcut.kind === "projection" ? [shortcut.convolution] : [];
    const modules = net.projectionFirst ? [...projection, ...branch] : [...branch, ...projection];
    modules.forEach(declare);
  }
  const { name, inputs, classes } = net.head;
  parameters.push({ name: `${name}.weight`, shape: [classes, inputs] });
  parameters.push({ name: `${name}.bias`, shape: [classes] });
  return { parameters, states };
}

/**
 * Writes the forward graph: inputs `images` [N,H,W,channels], `targets` [N,classes] and the running statistics by their
 * tensor names; outputs `logits` [N,classes] and `loss`.
 */
export function buildResidual(
  g: GraphBuilder,
  architecture: ArchitectureBase,
  net: ResidualNet,
  { batchSize, height = 32, width = 32, bn, loss }: BuildOptions,
): void {
  const tensor = declareTensors(g, architecture);
  const images = g.input("images", [batchSize, height, width, net.stem.inputs], "data");
  const targets = g.input("targets", [batchSize, net.head.classes], "target");

  /** Convolution and, where the net has it, BatchNorm. */
  const convolve = (x: NodeId, { name, norm, kernel, stride }: Convolution): NodeId => {
    const edge = (kernel - 1) / 2;
    const attrs = { mode: "forward", stride: [stride, stride], pad: [edge, edge, edge, edge] };
    const y = g.op("conv2d", [x, tensor(`${name}.weight`)], attrs);
    if (net.convBias) return g.op("add", [y, tensor(`${name}.bias`)]);
    if (!net.batchNorm) return y;
    const part = (p: string): NodeId => tensor(`${norm}.${p}`);
    const affine = { weight: part("weight"), bias: part("bias") };
    const running = { mean: part("running_mean"), variance: part("running_var") };
    return batchNorm(g, y, { ...affine, ...running, epsilon: batchNormEpsilon, mode: bn });
  };

  const passed = (x: NodeId, shortcut: Shortcut): NodeId | null => {
    if (shortcut.kind === "none") return null;
    if (shortcut.kind === "identity") return x;
    if (shortcut.kind === "projection") return convolve(x, shortcut.convolution);
    return padded(g, x, shortcut.stride, shortcut.outputs);
  };

  let x = g.op("relu", [convolve(images, net.stem)]);
  if (net.pool) x = maxPool(g, x, { kernel: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1] });
  for (const { name, branch, shortcut } of net.units) {
    const input = x;
    let inner = x;
    branch.forEach((convolution, i) => {
      inner = convolve(i === 0 ? inner : g.op("relu", [inner]), convolution);
    });
    const beside = passed(x, shortcut);
    x = g.op("relu", [beside === null ? inner : g.op("add", [inner, beside])]);
    g.unit({ name, input, output: x });
  }
  const { name } = net.head;
  const logits = linear(g, globalAveragePool(g, x), tensor(`${name}.weight`), tensor(`${name}.bias`));
  g.output("logits", logits);
  g.output("loss", lossOf(g, logits, targets, loss));
}

/** Every `stride`-th pixel; new channels are zero, half of them before and half after. */
function padded(g: GraphBuilder, x: NodeId, stride: number, outputs: number): NodeId {
  const [n, h, w, c] = g.shape(x);
  const size = [n, Math.ceil(h / stride), Math.ceil(w / stride), c];
  const picked =
    stride === 1 ? x : g.op("slice", [x], { start: [0, 0, 0, 0], size, stride: [1, stride, stride, 1] });
  if (outputs === c) return picked;
  const half = [0, 0, 0, (outputs - c) / 2];
  return g.op("pad", [picked], { low: half, high: half, interior: [0, 0, 0, 0] });
}
