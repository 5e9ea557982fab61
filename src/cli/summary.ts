/** A result as a few lines of text. */

import type { Estimate, Landscape, LandscapeAxis, RitzValue, RunResult } from "../run/protocol.ts";
import { answersTo } from "../run/questions.ts";
import { columnsOf } from "../spectrum/lanczosColumn.ts";
import { ritzError } from "../spectrum/ritz.ts";
import { negativeMass, STEPS_FOR_SHARES } from "../spectrum/spectralMass.ts";
import { vectorLines } from "./vector.ts";

const number = (value: number): string => value.toPrecision(7);

export const estimateText = ({ estimate: value, interval95 }: Estimate): string =>
  interval95 === null
    ? `${number(value)} (one probe: no interval)`
    : `${number(value)}, 95 % interval ${number(interval95[0])} to ${number(interval95[1])}`;

const ritz = ({ value, residual, converged }: RitzValue, largest: number): string =>
  `  ${number(value).padStart(14)}  ± ${ritzError(residual, largest).toExponential(1)}  ${converged ? "converged" : "not converged"}`;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The fraction of negative eigenvalues beyond the rounding of the operator; null for short runs. */
function negativeShare({ spectrum, parameterCount }: RunResult, largest: number): string | null {
  const columns = columnsOf(spectrum);
  if (columns.length === 0 || columns.some((column) => column.alpha.length < STEPS_FOR_SHARES)) return null;
  const tolerance = ritzError(0, largest);
  const { fraction, interval95 } = negativeMass(columns, parameterCount, tolerance);
  const [low, high] = interval95.map(percent);
  return `eigenvalues below -${tolerance.toExponential(0)}: ${percent(fraction)}, 95 % interval ${low} to ${high}`;
}

export function summary(result: RunResult, perLayer: boolean): string {
  const { model, eigenvalues, trace, device, products, seconds } = result;
  const largest = Math.max(0, ...result.spectrum.nodes.flat().map(Math.abs));
  const accuracy = result.accuracy === null ? "" : `accuracy ${(100 * result.accuracy).toFixed(1)} %  `;
  const lines = [
    model.title,
    result.meaning.sentence,
    `loss ${number(result.loss)}  ${accuracy}gradient norm ${number(result.gradientNorm)}`,
  ];
  if (eigenvalues.top.length > 0)
    lines.push("largest eigenvalues", ...eigenvalues.top.map((r) => ritz(r, largest)));
  if (eigenvalues.bottom.length > 0)
    lines.push("smallest eigenvalues", ...eigenvalues.bottom.map((r) => ritz(r, largest)));
  const { densityOnly, nodes } = result.spectrum;
  if (densityOnly !== undefined)
    lines.push(
      `no reorthogonalisation, because the Krylov basis does not fit: density only, no list of eigenvalues (${densityOnly.ghosts} of ${nodes.flat().length} Ritz values are copies)`,
    );
  const { basisInHostMemory, basisInFile } = result.spectrum;
  const places = [
    ["in the computer's memory", basisInHostMemory],
    ["in a file", basisInFile],
  ] as const;
  for (const [place, basis] of places)
    if (basis !== undefined)
      lines.push(
        `the Krylov basis did not fit the GPU: ${Math.ceil(basis.bytes / 1e6)} MB ${place}, read four times a step`,
      );
  if (result.kernels !== undefined)
    lines.push(
      `kernels: ${result.kernels.chosen.length} shapes in measured tilings (table ${result.kernels.digest.slice(0, 12)})`,
    );
  const negative = negativeShare(result, largest);
  if (negative !== null) lines.push(negative);
  if (trace.method === "exact") lines.push(`trace ${number(trace.estimate)} (exact)`);
  else if (trace.samples > 0)
    lines.push(
      `trace ${estimateText(trace)} (${trace.method ?? "hutchinson"}, ${trace.samples} sample${trace.samples === 1 ? "" : "s"})`,
    );
  if (trace.reason !== undefined) lines.push(`  ${trace.reason}`);
  if (perLayer)
    for (const layer of trace.perLayer) lines.push(`  ${layer.name.padEnd(28)} ${estimateText(layer)}`);
  for (const slice of result.slices) {
    const { rank, eigenvalue, steps, loss } = slice;
    lines.push(`loss along ${rank.end} ${rank.place + 1}, eigenvalue ${number(eigenvalue)}`);
    steps.forEach((step, i) => {
      lines.push(`  ${step.toFixed(4).padStart(9)}  ${number(loss[i])}`);
    });
  }
  lines.push(...(result.landscapes ?? []).flatMap(describe));
  for (const answer of answersTo(result, "vector")) lines.push(...vectorLines(answer, model));
  for (const { name, value, bound, passed } of result.checks) {
    lines.push(
      `check ${name}: ${value.toExponential(1)} (bound ${bound.toExponential(0)}) ${passed ? "passed" : "FAILED"}`,
    );
  }
  for (const { name, reason } of result.notChecked ?? []) lines.push(`check ${name}: not made, ${reason}`);
  lines.push(
    `${device.name}${device.software ? " (software)" : ""}, ${products} products, ${seconds.toFixed(1)} s`,
    "",
  );
  return lines.join("\n");
}

function describe({ axes, batchNorm, measured, loss, prediction }: Landscape): string[] {
  const along = axes.map(({ direction, length, steps }) => {
    const range = `from ${number(steps[0])} to ${number(steps[steps.length - 1])}`;
    return `${nameOf(direction)} (length ${number(length)}) ${range}`;
  });
  const known = loss.filter((value) => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)].map(number);
  const lines = [
    `loss along ${along.join(" and ")}, BatchNorm ${batchNorm}: ${least} to ${most} in ${measured} points`,
  ];
  if (prediction !== null) {
    const curvature = prediction.curvature.map((row) => row.map(number).join(" ")).join("; ");
    lines.push(`  slope ${prediction.slope.map(number).join(" ")}, curvature ${curvature}`);
  }
  return lines;
}

function nameOf(direction: LandscapeAxis["direction"]): string {
  switch (direction.kind) {
    case "ritz":
      return `${direction.end} ${direction.place + 1}`;
    case "random":
      return `random ${direction.seed}`;
    case "gradient":
      return "gradient";
    case "checkpoint":
      return direction.file;
    case "vector":
      return direction.name;
  }
}
