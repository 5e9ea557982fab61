/** The extreme eigenvalues with their residuals, and the trace with its interval. */
import { rankedEigenvalues } from "../store/ranks.ts";
import type { RunResult } from "../store/state.ts";
import { eigenvalueSymbol, interval, plusMinus, residualText, within } from "./format.ts";
import { useActions, usePage } from "./page.ts";
import { Card } from "./parts.tsx";
import { densityOnlyText, plural } from "./words.ts";

export function EigenvalueCard({ result }: { readonly result: RunResult }) {
  const { trace } = result;
  const densityOnly = densityOnlyText(result);
  return (
    <Card
      title="Extreme eigenvalues"
      note={densityOnly === null ? "true to ± error" : "density only"}
      className="eigenvalues"
    >
      {densityOnly === null ? <EigenvalueTable result={result} /> : <p className="calm">{densityOnly}</p>}
      <div className="trace">
        <h3>Trace</h3>
        <p className="figure">
          {plusMinus(trace.estimate, trace.method === "exact" ? null : trace.standardError)}
        </p>
        <p className="calm">
          {trace.method === "exact"
            ? "Exact, as a sum over samples and classes"
            : trace.interval95 === null
              ? "One sample says nothing of the spread."
              : `95 % interval ${interval(trace.interval95)}, ${plural(trace.samples, "probe")}`}
        </p>
      </div>
    </Card>
  );
}

function EigenvalueTable({ result }: { readonly result: RunResult }) {
  const selected = usePage((state) => state.controls.selected);
  const { select } = useActions();
  const rows = rankedEigenvalues(result);
  return (
    <table className="eigen">
      <thead>
        <tr>
          <th scope="col">
            <span className="hidden">Eigenvalue</span>
          </th>
          <th scope="col">λ</th>
          <th scope="col" title="The Ritz residual, or the rounding of float32 where that is larger">
            ± error
          </th>
          <th scope="col">
            <span className="hidden">Converged</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, rank, ritz, error }, i) => {
          const first = rank.end === "bottom" && rows[i - 1]?.rank.end === "top";
          const classes = `${name === selected ? "chosen" : ""} ${first ? "turn" : ""}`;
          return (
            <tr key={name} className={classes} onClick={() => void select(rank)}>
              <th scope="row">
                <button
                  type="button"
                  aria-pressed={name === selected}
                  title="Measure the loss along its vector"
                  onClick={(event) => {
                    event.stopPropagation();
                    void select(rank);
                  }}
                >
                  {eigenvalueSymbol(rank.end, rank.place)}
                </button>
              </th>
              <td className="value">{within(ritz.value, error)}</td>
              <td>{residualText(error)}</td>
              <td className={ritz.converged ? "converged" : "open"}>
                {ritz.converged ? "converged" : "not yet"}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
