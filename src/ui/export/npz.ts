/** The numbers of a run as one npz file for numpy: float64, rows of unlike length filled up with NaN. */
import { writeNpz } from "../../model/npzWrite.ts";
import type { RunResult } from "../../store/state.ts";

type Rows = readonly (readonly number[])[];
interface Filled {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/**
 * nodes, weights, alpha, beta [probes, steps]; eigenvalues, residuals [top and bottom]; trace [1 + tensors, 4]: estimate,
 * standard error and 95 % interval, the total first, then the tensors in the order of the result file; slices, where
 * there are some: slice_steps, slice_loss [slices, points].
 * @param doubt why the numbers cannot be trusted, as the text `doubt`; null where they can
 */
export function runNpz(result: RunResult, doubt: string | null): Uint8Array<ArrayBuffer> {
  const { spectrum, eigenvalues, trace, slices } = result;
  const ritz = [...eigenvalues.top, ...eigenvalues.bottom];
  const traces = [trace, ...trace.perLayer].map(({ estimate, standardError, interval95 }) => [
    estimate,
    standardError ?? Number.NaN,
    ...(interval95 ?? [Number.NaN, Number.NaN]),
  ]);
  return new Uint8Array(
    writeNpz({
      nodes: filled(spectrum.nodes),
      weights: filled(spectrum.weights),
      alpha: filled(spectrum.alpha),
      beta: filled(spectrum.beta),
      eigenvalues: column(ritz.map(({ value }) => value)),
      residuals: column(ritz.map(({ residual }) => residual)),
      trace: filled(traces),
      ...(slices.length === 0
        ? {}
        : {
            slice_steps: filled(slices.map(({ steps }) => steps)),
            slice_loss: filled(slices.map(({ loss }) => loss)),
          }),
      ...(doubt === null ? {} : { doubt }),
    }),
  );
}

const column = (values: readonly number[]): Filled => ({
  data: Float64Array.from(values),
  shape: [values.length],
});

function filled(rows: Rows): Filled {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const data = new Float64Array(rows.length * width).fill(Number.NaN);
  rows.forEach((row, i) => {
    data.set(row, i * width);
  });
  return { data, shape: [rows.length, width] };
}
