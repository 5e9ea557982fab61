/** The command `layers`: the extreme eigenvalues of every tensor's block, and their densities. */

import { writeFile } from "node:fs/promises";
import { csv } from "../model/csv.ts";
import type { LayerSpectra, LayerSpectraRequest } from "../run/protocol.ts";
import { type Arguments, wholeNumber } from "./arguments.ts";
import { aligned } from "./table.ts";

/** Enough for the largest eigenvalue of a block, which the bulk lies far from. */
const STEPS = 40;

export const layersRequest = (args: Arguments): LayerSpectraRequest => ({
  tensors: [],
  steps: wholeNumber(args, "block-steps", STEPS, 1),
  density: args.has("block-density"),
});

/** Writes the table that was asked for. @returns the same as text */
export async function layersText(answer: LayerSpectra, args: Arguments): Promise<string> {
  const table = args.get("csv");
  if (table !== undefined) await writeFile(table, layersCsv(answer));
  const rows = answer.layers.map(({ name, size, top, bottom, steps }) => [
    ...[name, String(size), number(top.value), error(top), number(top.value / size)],
    ...[number(bottom.value), error(bottom), String(steps)],
  ]);
  const header = ["tensor", "weights", "largest", "+-", "largest/n", "smallest", "+-", "steps"];
  const lines = aligned([header, ...rows]);
  const left = answer.layers.filter(({ top }) => !top.converged).length;
  if (left > 0) lines.push(`${left} largest eigenvalues have not converged (~): take more --block-steps.`);
  const basis = answer.memory === "two vectors" ? ", without reorthogonalisation (memory)" : "";
  lines.push(`exact blocks of single tensors: ${answer.products} products${basis}`);
  return `${lines.join("\n")}\n`;
}

const number = (value: number): string => value.toPrecision(5);
const error = ({ residual, converged }: LayerSpectra["layers"][number]["top"]): string =>
  `${residual.toExponential(1)}${converged ? "" : " ~"}`;

function layersCsv({ layers }: LayerSpectra): string {
  const end = (name: string) => [name, `${name}_residual`, `${name}_converged`];
  return csv(
    ["tensor", "weights", ...end("largest"), "hawq_v1", ...end("smallest"), "steps"],
    layers.map(({ name, size, top, bottom, steps }) => [
      ...[name, size, top.value, top.residual, Number(top.converged), top.value / size],
      ...[bottom.value, bottom.residual, Number(bottom.converged), steps],
    ]),
  );
}
