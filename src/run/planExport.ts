/** A bit plan as CSV and as PyTorch code. Pure. */

import { csv } from "../model/csv.ts";
import type { QuantiserScheme } from "../spectrum/index.ts";
import type { BitPlan } from "./planTypes.ts";

/** A row per layer and bit width, to full precision; empty cells for what is not known. */
export function planCsv({ layers }: BitPlan): string {
  const columns = [
    ...["layer", "shape", "weights", "macs", "mean_trace", "mean_trace_low", "mean_trace_high", "hawq_v1"],
    ...["bits", "squared_error", "rise", "rise_low", "rise_high", "cost", "chosen"],
    ...["measured_rise", "measured_loss", "measured_accuracy"],
  ];
  const ends = (interval: readonly [number, number] | null) => interval ?? ["", ""];
  return csv(
    columns,
    layers.flatMap(({ name, shape, size, macs, meanTrace, hawqV1, options, bits: chosen, measured }) =>
      options.map(({ bits, squaredError, loss, interval95, cost }) => {
        const known = bits === chosen ? measured : null;
        return [
          ...[name, shape.join("x"), size, macs, meanTrace.estimate, ...ends(meanTrace.interval95)],
          ...[hawqV1 ?? "", bits, squaredError, loss, ...ends(interval95), cost, bits === chosen ? 1 : 0],
          ...[known?.rise ?? "", known?.loss ?? "", known?.accuracy ?? ""],
        ];
      }),
    ),
  );
}

/**
 * Python that rounds the weights of a model to the plan's levels, in float64 as `quantise` does, so that both give the
 * same float32 numbers.
 */
export function planPytorch({ model, request, layers }: BitPlan): string {
  const chosen = layers.flatMap(({ name, bits }) => (bits === null ? [] : [{ name, bits }]));
  // A JSON string is a Python string, and a title cannot end its comment.
  return [
    `# Bit plan of ${JSON.stringify(model.title)}, weights sha256 ${model.sha256 || "unknown"}, by Eigenscope.`,
    "# Usage: apply_bit_plan(model) rounds the named weights in place; biases and norms stay as they are.",
    "import torch",
    "",
    "BITS = {",
    ...chosen.map(({ name, bits }) => `    ${JSON.stringify(name)}: ${bits},`),
    "}",
    "",
    "",
    ...fakeQuantise(request),
    "",
    "",
    "@torch.no_grad()",
    "def apply_bit_plan(model):",
    "    parameters = dict(model.named_parameters())",
    "    for name, bits in BITS.items():",
    "        parameters[name].copy_(fake_quantise(parameters[name], bits))",
    "",
  ].join("\n");
}

function fakeQuantise({ scheme, granularity, groupSize }: QuantiserScheme): string[] {
  const rounding = {
    symmetric: [
      "    levels = 2 ** (bits - 1) - 1",
      "    scale = blocks.abs().amax(1, keepdim=True) / levels",
      "    scale[scale == 0] = 1",
      "    blocks = (blocks / scale).round().clamp(-levels, levels) * scale",
    ],
    asymmetric: [
      "    levels = 2 ** bits - 1",
      "    low = blocks.amin(1, keepdim=True).clamp(max=0)",
      "    high = blocks.amax(1, keepdim=True).clamp(min=0)",
      "    scale = (high - low) / levels",
      "    scale[scale == 0] = 1",
      "    zero = (-low / scale).round()",
      "    blocks = (((blocks / scale).round() + zero).clamp(0, levels) - zero) * scale",
    ],
  }[scheme];
  const rows = granularity === "tensor" ? "1, -1" : "w.shape[0], -1";
  const groups = [
    "    # Groups within a channel; zeros that fill up the last one are cut off again and change no scale.",
    "    length = rows.shape[1]",
    `    group = min(${groupSize}, length)`,
    "    rows = torch.nn.functional.pad(rows, (0, -length % group))",
    "    blocks = rows.reshape(-1, group)",
  ];
  return [
    "def fake_quantise(w, bits):",
    `    # ${scheme}, one scale per ${granularity === "group" ? `group of ${groupSize}` : granularity}; halves go to even.`,
    `    rows = w.double().reshape(${rows})`,
    ...(granularity === "group" ? groups : ["    blocks = rows"]),
    ...rounding,
    granularity === "group"
      ? "    return blocks.reshape(rows.shape)[:, :length].reshape(w.shape).to(w.dtype)"
      : "    return blocks.reshape(w.shape).to(w.dtype)",
  ];
}
