/** A pruning plan as CSV and as PyTorch code. Pure. */

import { csv } from "../model/csv.ts";
import type { PrunePlan } from "./pruneTypes.ts";

/** A row per channel, to full precision; empty cells for what is not known. */
export function pruneCsv({ layers }: PrunePlan): string {
  const columns = [
    ...["layer", "channel", "weights", "macs", "mean_trace", "mean_trace_low", "mean_trace_high"],
    ...["squared_norm", "rise", "removed"],
  ];
  return csv(
    columns,
    layers.flatMap(({ name, size, macs, meanTrace, interval95, squaredNorm, rise, removed }) => {
      const [count, gone] = [rise.length, new Set(removed)];
      return rise.map((value, c) => [
        ...[name, c, size / count, macs / count, meanTrace[c], ...(interval95?.[c] ?? ["", ""])],
        ...[squaredNorm[c], value, gone.has(c) ? 1 : 0],
      ]);
    }),
  );
}

/** Python that sets the weights of the channels to zero. */
export function prunePytorch({ model, layers }: PrunePlan): string {
  const pruned = layers.filter(({ removed }) => removed.length > 0);
  // A JSON string is a Python string, and a title cannot end its comment.
  return [
    `# Pruning plan of ${JSON.stringify(model.title)}, weights sha256 ${model.sha256 || "unknown"}, by Eigenscope.`,
    "# Usage: apply_prune_plan(model) sets the weights of the named output channels to zero, in place.",
    "import torch",
    "",
    "# Weight: (axis of the output channels, the channels that go).",
    "CHANNELS = {",
    ...pruned.map(
      ({ name, axis, removed }) => `    ${JSON.stringify(name)}: (${axis}, [${removed.join(", ")}]),`,
    ),
    "}",
    "",
    "",
    "@torch.no_grad()",
    "def apply_prune_plan(model):",
    "    parameters = dict(model.named_parameters())",
    "    for name, (axis, channels) in CHANNELS.items():",
    "        weight = parameters[name]",
    "        weight.index_fill_(axis, torch.tensor(channels, device=weight.device), 0)",
    "",
  ].join("\n");
}
