/** What the fields of a result must agree on, so that every figure of it can be drawn. */
import type { Refuse } from "../../model/errors.ts";
import type { Answered, Landscape, LossSlice, RunResult } from "../protocol.ts";

/** The weights of a probe sum to 1 but for rounding. */
const ROUNDING = 1e-6;

export function checkAgreement(result: RunResult, refuse: Refuse): void {
  const { spectrum, eigenvalues, trace, slices, landscapes = [], model, parameterCount } = result;
  if (parameterCount > model.parameterCount)
    refuse("parameterCount", `at most the ${model.parameterCount} of the model`, String(parameterCount));
  checkSpectrum(spectrum, refuse);
  for (const end of ["top", "bottom"] as const) {
    for (const [i, { probe, index }] of eigenvalues[end].entries()) {
      const most = spectrum.nodes[probe]?.length ?? 0;
      if (index >= most)
        refuse(`eigenvalues.${end}[${i}]`, "a place among spectrum.nodes", `probe ${probe}, index ${index}`);
    }
  }
  if (Number.isNaN(trace.estimate) && trace.samples > 0) refuse("trace.estimate", "a finite number", "null");
  for (const [i, slice] of slices.entries()) checkSlice(slice, `slices[${i}]`, refuse);
  for (const [i, landscape] of landscapes.entries()) checkLandscape(landscape, `landscapes[${i}]`, refuse);
  for (const [i, answered] of (result.answers ?? []).entries())
    checkAnswer(answered, `answers[${i}].answer`, refuse);
}

/** Every quadrature of an answer, wherever it stands in it, and what else its drawing relies on. */
function checkAnswer({ kind, answer }: Answered, at: string, refuse: Refuse): void {
  if (kind === "layerSpectra") {
    for (const [i, { density }] of answer.layers.entries()) {
      const where = `${at}.layers[${i}].density`;
      if (density !== null)
        checkQuadrature(density.nodes, density.weights, [`${where}.nodes`, `${where}.weights`], refuse);
    }
  }
  if (kind === "jacobian" || kind === "activations")
    for (const [i, unit] of answer.units.entries()) checkRows(unit, `${at}.units[${i}]`, refuse);
  if (kind === "distributions") {
    checkRows(answer.first, `${at}.first`, refuse);
    if (answer.second !== null) checkRows(answer.second, `${at}.second`, refuse);
  }
  if (kind === "prune") {
    for (const [i, layer] of answer.layers.entries()) {
      const { shape, axis, meanTrace, interval95, squaredNorm, rise } = layer;
      for (const [name, values] of Object.entries({ meanTrace, interval95, squaredNorm, rise })) {
        if (values !== null && values.length !== shape[axis])
          refuse(
            `${at}.layers[${i}].${name}`,
            `${shape[axis]} entries, one for each channel`,
            `${values.length}`,
          );
      }
    }
  }
}

function checkRows(
  { nodes, weights }: Pick<RunResult["spectrum"], "nodes" | "weights">,
  at: string,
  refuse: Refuse,
): void {
  if (weights.length !== nodes.length)
    refuse(`${at}.weights`, `as many rows as nodes, ${nodes.length}`, String(weights.length));
  for (const [i, row] of nodes.entries())
    checkQuadrature(row, weights[i], [`${at}.nodes[${i}]`, `${at}.weights[${i}]`], refuse);
}

function checkSpectrum({ nodes, weights, alpha, beta }: RunResult["spectrum"], refuse: Refuse): void {
  for (const [name, rows] of Object.entries({ weights, alpha, beta })) {
    if (rows.length !== nodes.length)
      refuse(`spectrum.${name}`, `as many rows as spectrum.nodes, ${nodes.length}`, String(rows.length));
  }
  for (const [i, row] of nodes.entries()) {
    checkQuadrature(row, weights[i], [`spectrum.nodes[${i}]`, `spectrum.weights[${i}]`], refuse);
    // Files of other programs may do without the tridiagonal matrices.
    for (const [name, rows] of Object.entries({ alpha, beta })) {
      if (rows[i].length !== 0 && rows[i].length !== row.length)
        refuse(`spectrum.${name}[${i}]`, `${row.length} numbers, or none`, String(rows[i].length));
    }
  }
}

function checkQuadrature(
  nodes: readonly number[],
  weights: readonly number[],
  [atNodes, atWeights]: readonly [string, string],
  refuse: Refuse,
): void {
  if (nodes.length === 0) refuse(atNodes, "at least one Ritz value", "none");
  checkAscending(nodes, atNodes, refuse);
  if (weights.length !== nodes.length)
    refuse(atWeights, `${nodes.length} numbers, one for each Ritz value`, String(weights.length));
  if (weights.some((weight) => weight < 0)) refuse(atWeights, "weights from 0 on", "a negative one");
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!(Math.abs(sum - 1) <= ROUNDING)) refuse(atWeights, "weights that sum to 1", `a sum of ${sum}`);
}

function checkSlice({ steps, loss }: LossSlice, at: string, refuse: Refuse): void {
  checkAscending(steps, `${at}.steps`, refuse);
  if (loss.length !== steps.length)
    refuse(`${at}.loss`, `${steps.length} numbers, one for each step`, String(loss.length));
  if (!loss.some(Number.isFinite)) refuse(`${at}.loss`, "at least one finite number", "none");
}

function checkLandscape(landscape: Landscape, at: string, refuse: Refuse): void {
  const { axes, loss, accuracy, prediction, marks, measured } = landscape;
  for (const [i, { steps }] of axes.entries()) checkAscending(steps, `${at}.axes[${i}].steps`, refuse);
  const points = axes.reduce((product, { steps }) => product * steps.length, 1);
  for (const [name, values] of Object.entries({ loss, accuracy })) {
    if (values.length !== points)
      refuse(`${at}.${name}`, `${points} values, one for each point`, String(values.length));
  }
  if (measured > points) refuse(`${at}.measured`, `at most the ${points} points`, String(measured));
  if (!loss.some((value) => value !== null)) refuse(`${at}.loss`, "at least one measured point", "none");
  const sizes = [
    [`${at}.prediction.slope`, prediction?.slope],
    [`${at}.prediction.curvature`, prediction?.curvature],
    ...(prediction?.curvature ?? []).map((row, i) => [`${at}.prediction.curvature[${i}]`, row] as const),
    ...marks.map((mark, i) => [`${at}.marks[${i}].at`, mark.at] as const),
  ] as const;
  for (const [where, values] of sizes) {
    if (values !== undefined && values.length !== axes.length)
      refuse(where, `${axes.length} values, one for each axis`, String(values.length));
  }
}

function checkAscending(values: readonly number[], at: string, refuse: Refuse): void {
  const place = values.findIndex((value, i) => i > 0 && value < values[i - 1]);
  if (place > 0) refuse(at, "numbers in ascending order", `${values[place]} after ${values[place - 1]}`);
}
