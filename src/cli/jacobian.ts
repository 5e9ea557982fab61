/** The command `jacobian`: what it asks, and its answer as a table. */

import { writeFile } from "node:fs/promises";
import type { JacobianAnswer, JacobianRequest, ModelCard, SingularValue } from "../run/protocol.ts";
import { type Arguments, UsageError, wholeNumber } from "./arguments.ts";
import { estimateText } from "./summary.ts";
import { aligned } from "./table.ts";

const SAMPLES = 8;
const STEPS = 40;

/** Throws UsageError. */
export function jacobianRequest(args: Arguments): JacobianRequest {
  const names = args.get("unit")?.split(",") ?? [];
  if (names.includes("")) throw new UsageError("--unit: expected names with commas between, found none.");
  return {
    units: names,
    samples: wholeNumber(args, "samples", SAMPLES, 1),
    steps: wholeNumber(args, "steps", STEPS, 1),
    probes: wholeNumber(args, "probes", 1, 1),
  };
}

/** The names that `--unit` takes, a line each. */
export function unitList({ units = [], title }: ModelCard): string {
  if (units.length === 0) throw new Error(`${title}: its units are not known.`);
  return `${units.join("\n")}\n`;
}

/** Writes the answer to the file that was asked for, and the table to standard output. */
export async function writeJacobians(
  answer: JacobianAnswer,
  card: ModelCard,
  args: Arguments,
): Promise<void> {
  const path = args.get("json");
  const text = `${JSON.stringify(answer, null, 1)}\n`;
  if (path === "-") {
    process.stdout.write(text);
    return;
  }
  if (path !== undefined) await writeFile(path, text);
  process.stdout.write(jacobianSummary(answer, card));
}

/** A line per unit: the extremes over its matrices, marked where one of them has not converged. */
export function jacobianSummary(answer: JacobianAnswer, { title }: Pick<ModelCard, "title">): string {
  const { request, samples, coupled, products, units } = answer;
  const { steps, probes } = request;
  const header = ["unit", "matrix", "largest", "smallest", "mean square of singular values"];
  const rows = units.map((unit) => [
    unit.unit,
    `${unit.rows} x ${unit.columns}`,
    extreme(unit.largest, (a, b) => a > b),
    extreme(unit.smallest, (a, b) => a < b),
    estimateText(unit.meanSquare),
  ]);
  const lines = [
    title,
    coupled
      ? `Jacobian of each unit, one matrix for a batch of ${samples} samples`
      : `Jacobian of each unit, one matrix for each of ${samples} samples; largest and smallest of all`,
    `${steps} steps, ${probes} start vector${probes === 1 ? "" : "s"} a matrix, ${products} products`,
    ...aligned([header, ...rows]),
  ];
  const rough = units.some((unit) => [...unit.largest, ...unit.smallest].some(({ converged }) => !converged));
  if (rough)
    lines.push(
      "~ not converged: the true largest value is no smaller, the true smallest no larger; take more --steps",
    );
  return `${lines.join("\n")}\n`;
}

function extreme(values: readonly SingularValue[], better: (a: number, b: number) => boolean): string {
  const { value, converged } = values.reduce((a, b) => (better(b.value, a.value) ? b : a));
  return `${converged ? "" : "~"}${value.toPrecision(5)}`;
}
