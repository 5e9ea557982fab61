/** The commands `batch-sweep` and `distributions`: what they ask, and their answers as text. */

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type {
  BatchSweep,
  BatchSweepRequest,
  DataSpectrum,
  Distributions,
  DistributionsRequest,
  ModelCard,
  OtherData,
} from "../run/protocol.ts";
import { ritzError } from "../spectrum/ritz.ts";
import { type Arguments, UsageError, wholeNumber } from "./arguments.ts";
import { estimateText } from "./summary.ts";
import { aligned } from "./table.ts";

/** Throws UsageError. */
export function sweepRequest(args: Arguments): BatchSweepRequest {
  const text = args.get("sizes") ?? "8:512";
  const [least, most, ...rest] = text.split(":").map(Number);
  if (![least, most].every((n) => Number.isInteger(n) && n >= 1) || rest.length > 0)
    throw new UsageError(`--sizes: expected two whole numbers such as 8:512, found "${text}".`);
  return {
    ...{ least, most },
    batches: wholeNumber(args, "batches", 4, 1),
    steps: wholeNumber(args, "steps", 40, 1),
  };
}

/** Reads the other file, if it is one. Throws UsageError. */
export async function distributionsRequest(
  args: Arguments,
  tensors: readonly string[],
): Promise<DistributionsRequest> {
  return {
    tensors,
    other: await otherData(args.get("other")),
    steps: wholeNumber(args, "steps", 40, 1),
    probes: wholeNumber(args, "probes", 4, 1),
  };
}

async function otherData(text: string | undefined): Promise<OtherData> {
  const [, kind, value = ""] = /^(range|random|noise):(.*)$/.exec(text ?? "") ?? [];
  const number = Number(value);
  const usable = value.trim() !== "" && Number.isFinite(number) && number >= 0;
  if (kind === "noise" && usable) return { kind, standardDeviation: number, seed: 0 };
  if (kind === "range" && usable && Number.isInteger(number)) return { kind, start: number };
  if (kind === "random" && usable && Number.isInteger(number)) return { kind, dataSeed: number };
  if (kind === undefined && text?.endsWith(".npz"))
    return { kind: "file", file: { name: basename(text), bytes: await readFile(text) }, start: 0 };
  throw new UsageError(
    `--other: expected range:START, random:SEED, noise:DEVIATION or a file .npz, found "${text ?? ""}".`,
  );
}

const number = (value: number): string => value.toPrecision(5);

/** A line per size: the mean over its batches and their range. */
export function sweepSummary({ sizes, available, products }: BatchSweep, { title }: ModelCard): string {
  const rows = sizes.map(({ batchSize, batches }) => {
    const values = batches.map(({ value }) => value);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const residual = Math.max(...batches.map((batch) => ritzError(batch.residual, batch.value)));
    return [
      ...[String(batchSize), String(values.length), number(mean)],
      ...[number(Math.min(...values)), number(Math.max(...values)), residual.toExponential(1)],
      batches.every(({ converged }) => converged) ? "" : "~",
    ];
  });
  const header = ["batch size", "batches", "mean", "least", "most", "residual at most", ""];
  const lines = [
    title,
    `largest eigenvalue on random batches of the ${available} samples, ${products} products`,
    ...aligned([header, ...rows]),
  ];
  if (rows.some((row) => row.at(-1) === "~"))
    lines.push("~ not converged on every batch: the true values are no smaller; take more --steps");
  return `${lines.join("\n")}\n`;
}

export function distributionsSummary(found: Distributions, { title }: ModelCard): string {
  const { first, second, tensors, size, distance, chance, topDifference, request, products } = found;
  const side = ({ title: data, loss, accuracy, top, trace }: DataSpectrum): string[] => [
    data,
    `  loss ${number(loss)}${accuracy === null ? "" : `, accuracy ${(100 * accuracy).toFixed(1)} %`}`,
    `  largest eigenvalue ${number(top.value)} ± ${ritzError(top.residual, top.value).toExponential(1)}${top.converged ? "" : ", not converged"}`,
    `  trace ${estimateText({ ...trace, standardError: null })}`,
  ];
  const lines = [
    title,
    `Hessian block of ${tensors.join(", ")} (${size} parameters), ${request.probes} probes of ${request.steps} steps, ${products} products`,
    ...side(first),
    ...(second === null ? [] : side(second)),
  ];
  if (distance !== null) {
    const noise = chance === null ? "" : `; two probes on the same data: ${number(chance)}`;
    lines.push(`1-Wasserstein distance of the densities ${number(distance)}${noise}`);
  }
  if (topDifference !== null && second !== null) {
    const error = ritzError(topDifference.residual, Math.max(first.top.value, second.top.value));
    lines.push(
      `largest eigenvalue, second minus first: ${number(topDifference.value)} ± ${error.toExponential(1)}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
