/** The extreme eigenvalues with their residuals, and the trace with its interval. */
import { rankedEigenvalues } from "../store/ranks.ts";
import type { RunResult } from "../store/state.ts";
import { eigenvalueCard as words } from "../strings/en.ts";
import { eigenvalueSymbol, interval, plusMinus, residualText, within } from "./format.ts";
import { useActions, usePage } from "./page.ts";
import { Card } from "./parts.tsx";
import { densityOnlyText } from "./words.ts";

export function EigenvalueCard({ result }: { readonly result: RunResult }) {
  const { trace } = result;
  const densityOnly = densityOnlyText(result);
  return (
    <Card
      title={words.title}
      note={densityOnly === null ? words.note : words.densityOnly}
      className="eigenvalues"
    >
      {densityOnly === null ? <EigenvalueTable result={result} /> : <p className="calm">{densityOnly}</p>}
      <div className="trace">
        <h3>{words.trace}</h3>
        <p className="figure">
          {plusMinus(trace.estimate, trace.method === "exact" ? null : trace.standardError)}
        </p>
        <p className="calm">
          {trace.method === "exact"
            ? words.exact
            : trace.interval95 === null
              ? words.oneSample
              : words.interval(interval(trace.interval95), trace.samples)}
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
            <span className="hidden">{words.eigenvalue}</span>
          </th>
          <th scope="col">λ</th>
          <th scope="col" title={words.errorTitle}>
            {words.error}
          </th>
          <th scope="col">
            <span className="hidden">{words.convergence}</span>
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
                  title={words.measure}
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
                {ritz.converged ? words.converged : words.notYet}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
