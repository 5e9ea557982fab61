/** The checks that every run makes of itself. */
import type { Check } from "../store/state.ts";
import { scientific } from "./format.ts";

export function ChecksPanel({ checks }: { readonly checks: readonly Check[] }) {
  const failed = checks.filter((check) => !check.passed).length;
  if (checks.length === 0) return null;
  return (
    <details className="data checks">
      <summary>
        <span className={failed === 0 ? "pill good" : "pill bad"}>
          {failed === 0 ? `all ${checks.length} checks pass` : `${failed} of ${checks.length} checks fail`}
        </span>
      </summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col">Found</th>
            <th scope="col">At most</th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {checks.map((check) => (
            <tr key={check.name}>
              <td>{check.name}</td>
              <td>{scientific(check.value)}</td>
              <td>{scientific(check.bound)}</td>
              <td>{check.passed ? "passes" : "fails"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
