/** `--explain`: what eigenvalues are made of, as questions to the engine and as text. */

import type { ModelCard, RowCurvature, SharpRow, VectorAnswer, VectorRequest } from "../run/protocol.ts";
import { type Arguments, ranks, wholeNumber } from "./arguments.ts";

/** None where nothing is to be explained. */
export function vectorRequests(args: Arguments): VectorRequest[] {
  if (!args.has("explain")) return [];
  const sharpest = wholeNumber(args, "sharpest", 5);
  return ranks(args, "explain").map((rank) => ({ rank, sharpest }));
}

const number = (value: number): string => value.toPrecision(4);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Tensors that hold less are added up. */
const LEAST_SHARE = 0.01;

export function vectorLines(answer: VectorAnswer, card: ModelCard): string[] {
  const { rank, eigenvalue, residual, lanczosResidual, rayleigh, tensors, curvature, without } = answer;
  const lines = [
    `${rank.end} ${rank.place + 1}, eigenvalue ${number(eigenvalue)}: ||Au - theta u|| = ${residual.toExponential(1)} measured, ${lanczosResidual.toExponential(1)} by Lanczos; u'Au = ${number(rayleigh)}`,
    `  as concentrated as ${Math.round(answer.participation)} equal entries of ${tensors.reduce((sum, { size }) => sum + size, 0)}; squares by tensor:`,
  ];
  const sorted = tensors.toSorted((a, b) => b.mass - a.mass);
  const large = sorted.filter(({ mass }) => mass >= LEAST_SHARE);
  for (const { name, mass, channels, largest } of large)
    lines.push(
      `  ${name.padEnd(28)} ${percent(mass).padStart(7)}  channel ${largest[0].channel} of ${channels}: ${percent(largest[0].mass)}`,
    );
  const rest = sorted.slice(large.length);
  if (rest.length > 0)
    lines.push(
      `  ${`${rest.length} others`.padEnd(28)} ${percent(rest.reduce((sum, { mass }) => sum + mass, 0)).padStart(7)}`,
    );
  if (without !== null) lines.push(`  ${without}`);
  if (curvature !== null) lines.push(...rowLines(curvature, card));
  return lines;
}

function rowLines(curvature: RowCurvature, card: ModelCard): string[] {
  const { rows, count, mean, quantiles, sharpestTenth, sharpest } = curvature;
  const [least, , median, , most] = quantiles.map(number);
  return [
    `  curvature of the ${count} ${rows}: mean ${number(mean)}, least ${least}, median ${median}, most ${most}; the sharpest tenth holds ${percent(sharpestTenth)}`,
    ...sharpest.map(
      (row) => `  ${placeOf(row).padEnd(20)} ${number(row.curvature).padStart(9)}  ${outcomeOf(row, card)}`,
    ),
  ];
}

const placeOf = ({ sample, token }: SharpRow): string =>
  token === null ? `sample ${sample}` : `sample ${sample}, token ${token}`;

function outcomeOf({ loss, label, predicted }: SharpRow, { data: { classNames } }: ModelCard): string {
  const name = (index: number): string => classNames?.[index] ?? `class ${index}`;
  const outcome = label === null || predicted === null ? "" : `, ${name(label)} taken for ${name(predicted)}`;
  return `loss ${number(loss)}${outcome}`;
}
