/** The commands that look at units: what they ask, and their answers as tables. */

import type {
  ActivationsAnswer,
  JacobianAnswer,
  JacobianRequest,
  ModelCard,
  SingularValue,
} from "../run/protocol.ts";
import { type Arguments, UsageError, wholeNumber } from "./arguments.ts";
import { estimateText } from "./summary.ts";
import { aligned } from "./table.ts";

const SAMPLES = 8;
const STEPS = 40;

/** @param flag that names the units. Throws UsageError. */
export function unitRequest(args: Arguments, flag: "unit" | "activations"): JacobianRequest {
  const text = args.get(flag);
  const names = text === undefined || text === "all" ? [] : text.split(",");
  if (names.includes("")) throw new UsageError(`--${flag}: expected names with commas between, or all.`);
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

/** A line per unit: the extremes over its matrices. */
export function jacobianSummary(answer: JacobianAnswer, card: Pick<ModelCard, "title">): string {
  const rows = answer.units.map((unit) => [
    unit.unit,
    `${unit.rows} x ${unit.columns}`,
    ...extremes(unit),
    estimateText(unit.meanSquare),
  ]);
  const header = ["unit", "matrix", "largest", "smallest", "mean square of singular values"];
  return table(answer, card, "Jacobian of each unit", [header, ...rows]);
}

export function activationsSummary(answer: ActivationsAnswer, card: Pick<ModelCard, "title">): string {
  const rows = answer.units.map((unit) => [
    unit.unit,
    `${unit.size} x ${unit.size}`,
    ...extremes(unit),
    estimateText(unit.trace),
  ]);
  const header = ["unit", "matrix", "largest", "smallest", "mean trace"];
  return table(answer, card, "Hessian of a sample's own loss in what each unit gives", [header, ...rows]);
}

function table(
  { request, samples, coupled, products, units }: JacobianAnswer | ActivationsAnswer,
  { title }: Pick<ModelCard, "title">,
  what: string,
  rows: readonly (readonly string[])[],
): string {
  const { steps, probes } = request;
  const lines = [
    title,
    coupled
      ? `${what}, one matrix for a batch of ${samples} samples (its mean loss)`
      : `${what}, one matrix for each of ${samples} samples; largest and smallest of all`,
    `${steps} steps, ${probes} start vector${probes === 1 ? "" : "s"} a matrix, ${products} products`,
    ...aligned(rows),
  ];
  const ends = units.flatMap(({ largest, smallest }) => [...largest, ...smallest]);
  if (ends.some(({ converged }) => !converged))
    lines.push(
      "~ not converged: the true largest value is no smaller, the true smallest no larger; take more --steps",
    );
  return `${lines.join("\n")}\n`;
}

interface Ends {
  readonly largest: readonly SingularValue[];
  readonly smallest: readonly SingularValue[];
}

const extremes = ({ largest, smallest }: Ends): string[] => [
  shown(largest.reduce((a, b) => (b.value > a.value ? b : a))),
  shown(smallest.reduce((a, b) => (b.value < a.value ? b : a))),
];

const shown = ({ value, converged }: SingularValue): string =>
  `${converged ? "" : "~"}${value.toPrecision(5)}`;
