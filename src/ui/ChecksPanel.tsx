/** May this run be believed? The checks that it made of itself, those that it did not make, and its device. */
import type { RunResult } from "../store/state.ts";
import { checkMeaning } from "./checkWords.ts";
import { GpuButton } from "./device/GpuButton.tsx";
import { scientific } from "./format.ts";

export function ChecksPanel({ result }: { readonly result: RunResult }) {
  const { checks, notChecked = [] } = result;
  const failed = checks.filter((check) => !check.passed).length;
  if (checks.length === 0) return null;
  return (
    <details className="data checks">
      <summary>
        <span className={failed === 0 ? "pill good" : "pill bad"}>
          {failed === 0 ? `all ${checks.length} checks pass` : `${failed} of ${checks.length} checks fail`}
        </span>
        {notChecked.length > 0 && <span className="pill"> {notChecked.length} not made</span>}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="scroll" aria-label="Checks of the run" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Found</th>
              <th scope="col">At most</th>
              <th scope="col">Verdict</th>
              <th scope="col">What it means</th>
            </tr>
          </thead>
          <tbody>
            {checks.map(({ name, value, bound, passed }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{scientific(value)}</td>
                <td>{scientific(bound)}</td>
                <td>
                  <span className={passed ? "pill good" : "pill bad"}>{passed ? "passes" : "fails"}</span>
                </td>
                <td className="says">{checkMeaning(name)}</td>
              </tr>
            ))}
            {notChecked.map(({ name, reason }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td colSpan={2} />
                <td>
                  <span className="pill">not made</span>
                </td>
                <td className="says">
                  {checkMeaning(name)} Not made: {reason}.
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="calm">
          A run that fails a check is hatched, here and in every export. The arithmetic of the GPU was
          measured too: <GpuButton>GPU and its passport</GpuButton>
        </p>
      </section>
    </details>
  );
}
