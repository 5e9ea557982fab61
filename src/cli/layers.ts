/** The command `layers`: the extreme eigenvalues of every tensor's block, and their densities. */

import { writeFile } from "node:fs/promises";
import { csv } from "../model/csv.ts";
import type {
  LayerSpectra,
  LayerSpectraRequest,
  SubsetEigenvalues,
  SubsetEigenvaluesRequest,
} from "../run/protocol.ts";
import { type Arguments, wholeNumber } from "./arguments.ts";
import { aligned } from "./table.ts";

/** Enough for the largest eigenvalue of a block, which the bulk lies far from. */
const STEPS = 40;

export const layersRequest = (args: Arguments): LayerSpectraRequest => ({
  tensors: [],
  steps: wholeNumber(args, "block-steps", STEPS, 1),
  density: args.has("block-density"),
});

/** Null where no subsets are wanted. */
export const subsetsRequest = (args: Arguments): SubsetEigenvaluesRequest | null =>
  args.has("subsets")
    ? {
        tensors: [],
        steps: wholeNumber(args, "block-steps", STEPS, 1),
        subsets: wholeNumber(args, "subsets", 2, 2),
      }
    : null;

/**
 * Writes the table that was asked for.
 * @param subsets of the same tensors; null where none were asked for
 * @returns the same as text
 */
export async function layersText(
  answer: LayerSpectra,
  subsets: SubsetEigenvalues | null,
  args: Arguments,
): Promise<string> {
  const table = args.get("csv");
  if (table !== undefined) await writeFile(table, layersCsv(answer, subsets));
  const rows = answer.layers.map(({ name, size, top, bottom, steps }, i) => {
    const row = [name, String(size), number(top.value), error(top), number(top.value / size)];
    row.push(number(bottom.value), error(bottom), String(steps));
    const layer = subsets?.layers[i];
    if (layer !== undefined)
      row.push(number(layer.mean), optional(layer.std), optional(layer.qbert), layer.converged ? "" : "~");
    return row;
  });
  const header = ["tensor", "weights", "largest", "+-", "largest/n", "smallest", "+-", "steps"];
  if (subsets !== null) header.push("mean", "std", "|mean|+std", "");
  const lines = aligned([header, ...rows]);
  const left = answer.layers.filter(({ top }) => !top.converged).length;
  if (left > 0) lines.push(`${left} largest eigenvalues have not converged (~): take more --block-steps.`);
  const basis = answer.memory === "two vectors" ? ", without reorthogonalisation (memory)" : "";
  lines.push(`exact blocks of single tensors: ${answer.products} products${basis}`);
  if (subsets !== null)
    lines.push(
      `mean and std over ${subsets.request.subsets} subsets of ${subsets.samples} samples (Q-BERT): ${subsets.products} products`,
    );
  return `${lines.join("\n")}\n`;
}

const optional = (value: number | null): string => (value === null ? "" : number(value));

const number = (value: number): string => value.toPrecision(5);
const error = ({ residual, converged }: LayerSpectra["layers"][number]["top"]): string =>
  `${residual.toExponential(1)}${converged ? "" : " ~"}`;

function layersCsv({ layers }: LayerSpectra, subsets: SubsetEigenvalues | null): string {
  const end = (name: string) => [name, `${name}_residual`, `${name}_converged`];
  return csv(
    [
      ...["tensor", "weights", ...end("largest"), "hawq_v1", ...end("smallest"), "steps"],
      ...(subsets === null ? [] : ["subset_mean", "subset_std", "qbert"]),
    ],
    layers.map(({ name, size, top, bottom, steps }, i) => [
      ...[name, size, top.value, top.residual, Number(top.converged), top.value / size],
      ...[bottom.value, bottom.residual, Number(bottom.converged), steps],
      ...[subsets?.layers[i]].flatMap((layer) =>
        layer === undefined ? [] : [layer.mean, layer.std ?? "", layer.qbert ?? ""],
      ),
    ]),
  );
}
