/** May this run be believed? The checks that it made of itself, those that it did not make, and its device. */
import type { RunResult } from "../store/state.ts";
import { checksPanel as words } from "../strings/en.ts";
import { checkMeaning } from "./checkWords.ts";
import { GpuButton } from "./device/GpuButton.tsx";
import { scientific } from "./format.ts";
import { Prose } from "./Prose.tsx";

export function ChecksPanel({ result }: { readonly result: RunResult }) {
  const { checks, notChecked = [] } = result;
  const failed = checks.filter((check) => !check.passed).length;
  if (checks.length === 0) return null;
  return (
    <details className="data checks">
      <summary>
        <span className={failed === 0 ? "pill good" : "pill bad"}>
          {failed === 0 ? words.allPass(checks.length) : words.someFail(failed, checks.length)}
        </span>
        {notChecked.length > 0 && <span className="pill"> {words.someNotMade(notChecked.length)}</span>}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="scroll" aria-label={words.table} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.check}</th>
              <th scope="col">{words.found}</th>
              <th scope="col">{words.atMost}</th>
              <th scope="col">{words.verdict}</th>
              <th scope="col">{words.meaning}</th>
            </tr>
          </thead>
          <tbody>
            {checks.map(({ name, value, bound, passed }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{scientific(value)}</td>
                <td>{scientific(bound)}</td>
                <td>
                  <span className={passed ? "pill good" : "pill bad"}>
                    {passed ? words.passes : words.fails}
                  </span>
                </td>
                <td className="says">{checkMeaning(name)}</td>
              </tr>
            ))}
            {notChecked.map(({ name, reason }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td colSpan={2} />
                <td>
                  <span className="pill">{words.notMade}</span>
                </td>
                <td className="says">
                  {checkMeaning(name)} {words.why(reason)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="calm">
          <Prose text={words.about} marks={{ gpu: (text) => <GpuButton>{text}</GpuButton> }} />{" "}
        </p>
      </section>
    </details>
  );
}
