/** The command `prune`: what it asks of the engine and how it prints and writes its answer. */

import { writeFile } from "node:fs/promises";
import type { PrunePlan, PruneRequest } from "../run/protocol.ts";
import { pruneCsv, prunePytorch } from "../run/pruneExport.ts";
import { type Arguments, UsageError, wholeNumber } from "./arguments.ts";
import { aligned } from "./table.ts";

export const pruneRequest = (args: Arguments): PruneRequest => ({
  tensors: [],
  budget: budgetOf(args),
  probes: wholeNumber(args, "probes", 10, 1),
  measure: true,
});

/** `macs:0.6`: what may stay. */
function budgetOf(args: Arguments): NonNullable<PruneRequest["budget"]> {
  const text = args.get("keep") ?? "parameters:0.8";
  const [, kind = "", digits = ""] = /^(parameters|macs):([^:]+)$/.exec(text) ?? [];
  const kept = digits.trim() === "" ? Number.NaN : Number(digits);
  if (!(kept >= 0 && kept <= 1))
    throw new UsageError(
      `--keep: expected parameters or macs with a fraction such as parameters:0.8, found "${text}".`,
    );
  return { kind: kind as "parameters" | "macs", kept };
}

/** Writes the files that were asked for, and the table to standard output. */
export async function writePruning(plan: PrunePlan, args: Arguments): Promise<void> {
  const [json, table, python] = ["json", "csv", "pytorch"].map((name) => args.get(name));
  const text = `${JSON.stringify(plan, null, 1)}\n`;
  if (table !== undefined) await writeFile(table, pruneCsv(plan));
  if (python !== undefined) await writeFile(python, prunePytorch(plan));
  if (json === "-") {
    process.stdout.write(text);
    return;
  }
  if (json !== undefined) await writeFile(json, text);
  process.stdout.write(pruneSummary(plan));
}

const number = (value: number): string => value.toPrecision(4);
const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;

/** A plan as a few lines of text. */
export function pruneSummary(plan: PrunePlan): string {
  const { layers, chosen, total } = plan;
  const rows = layers.map(({ name, size, rise, removed }) => {
    const gone = removed.reduce((sum, c) => sum + rise[c], 0);
    const [least, most] = [Math.min(...rise), Math.max(...rise)].map(number);
    return [name, String(size), String(rise.length), least, most, String(removed.length), number(gone)];
  });
  const header = ["layer", "weights", "channels", "least rise", "most", "go", "their rise"];
  const lines = [
    plan.model.title,
    plan.sentence,
    `loss ${number(plan.loss)}${accuracyText(plan.accuracy)}; ${plan.traceReason}`,
    ...aligned([header, ...rows]),
  ];
  // Of a trace whose sign is not known, the plan follows the noise.
  const unsure = layers.reduce(
    (sum, { interval95, rise }) => sum + (interval95?.filter(([low]) => low < 0).length ?? rise.length),
    0,
  );
  if (unsure > 0)
    lines.push(
      `${unsure} of ${total.channels} traces may be negative: take more --probes, or --operator ggn for exact ones.`,
    );
  if (chosen !== null) {
    const { channels, parameters, macs, rise, leastRise, measured } = chosen;
    const interval =
      rise.interval95 === null || rise.standardError === 0
        ? ""
        : ` (${rise.interval95.map(number).join(" to ")})`;
    lines.push(
      `${channels} of ${total.channels} channels go: ${percent(parameters / total.parameters)} of the parameters and ${percent(macs / total.macs)} of the operations stay`,
      `predicted rise ${number(rise.estimate)}${interval}, at least ${number(leastRise)} within this budget`,
    );
    if (measured !== null)
      lines.push(
        `measured: loss ${number(measured.loss)}${accuracyText(measured.accuracy)}, rise ${number(measured.rise)}; by slope and curvature along the change ${number(measured.firstOrder)} + ${number(measured.secondOrder)}`,
      );
  }
  return `${lines.join("\n")}\n`;
}

const accuracyText = (accuracy: number | null): string =>
  accuracy === null ? "" : `, accuracy ${percent(accuracy)}`;
