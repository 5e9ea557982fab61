/** The numerics passport with words: what the arithmetic of a device is worth. */
import type { FunctionError, Passport } from "../../store/state.ts";
import { count, scientific, significant } from "../format.ts";

export function PassportTable({ passport }: { readonly passport: Passport }) {
  const { functions, faults } = passport;
  return (
    <section className="passport" aria-label="Numerics passport">
      <h3>
        Numerics passport{" "}
        <span className={`pill ${faults.length === 0 ? "good" : "bad"}`}>
          {faults.length === 0 ? "sound" : "with faults"}
        </span>
      </h3>
      <p className="calm">
        {faults.length === 0
          ? "Measured on this device: every function that the kernels call holds its bound. Each result carries this table."
          : `${faults.join("; ")}. Runs on this device are drawn hatched.`}
      </p>
      <dl className="device-facts">
        {statements(passport).map(([name, word, meaning]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong>{word}</strong> <small>{meaning}</small>
            </dd>
          </div>
        ))}
      </dl>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="scroll passport-errors" aria-label="Largest errors" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Function</th>
              <th scope="col">Of</th>
              <th scope="col">Between</th>
              <th scope="col">Largest error</th>
              <th scope="col">At most</th>
              <th scope="col">At</th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {functions.map((row) => (
              <ErrorRow key={`${row.name} ${row.text}`} row={row} />
            ))}
          </tbody>
        </table>
      </section>
      <p className="calm">
        Errors against float64 at {count(functions[0].points)} operands each, in units in the last place
        (ulps) or absolute. Builtins of WGSL that are not good enough stand beside ours for comparison; no
        kernel calls them.
      </p>
    </section>
  );
}

function ErrorRow({ row }: { readonly row: FunctionError }) {
  const { name, text, used, from, to, unit, worst, at, bound, passed } = row;
  const amount = (x: number) => (unit === "ulps" ? `${significant(x, 2)} ulps` : scientific(x));
  const verdict = used ? (passed ? "holds" : "fails") : passed ? "not used" : "not used, off";
  return (
    <tr className={used ? "" : "aside"}>
      <th scope="row">{name}</th>
      <td>{text === "own" ? "ours" : "WGSL"}</td>
      <td>
        {significant(from, 3)} to {significant(to, 3)}
      </td>
      <td>{amount(worst)}</td>
      <td>{amount(bound)}</td>
      <td>{at.map((x) => significant(x, 3)).join(", ")}</td>
      <td>
        <span className={`pill ${used ? (passed ? "good" : "bad") : ""}`}>{verdict}</span>
      </td>
    </tr>
  );
}

type Statement = readonly [name: string, word: string, meaning: string];

function statements({ subnormals, nonFinite, twoSum, multiplyAdd, repeatable }: Passport): Statement[] {
  const flushed = subnormals.operands === "flushed" || subnormals.results === "flushed";
  return [
    [
      "The same kernel twice",
      repeatable ? "same bits" : "other bits",
      repeatable
        ? "A run can be repeated bit for bit."
        : "Runs on this device cannot be repeated bit for bit.",
    ],
    [
      "NaN and infinity",
      nonFinite.seenByBits ? "seen by their bits" : "not seen",
      `${nonFinite.made ? "Overflow and undefined results give them." : "Overflow and undefined results do not give them."} ${
        nonFinite.seenByComparison
          ? "Comparing a number with itself finds NaN too."
          : "Comparing a number with itself does not find NaN here, so the bits are looked at."
      } ${nonFinite.hiddenByMaximum ? "A maximum with zero turns NaN into zero: a ReLU hides it." : ""}`,
    ],
    [
      "Numbers below 1.2·10⁻³⁸",
      flushed ? "flushed to zero" : "kept",
      "They matter to no spectrum; said for completeness.",
    ],
    [
      "Rounding errors of sums",
      twoSum.exact ? "recovered exactly" : "lost",
      twoSum.exact
        ? "The compiler keeps the order of additions (TwoSum)."
        : `The compiler reorders additions: TwoSum failed for ${count(twoSum.failures)} of ${count(twoSum.points)} pairs. No kernel relies on it.`,
    ],
    [
      "x·x + z",
      multiplyAdd.written === "fused" ? "rounded once" : "rounded twice",
      multiplyAdd.builtin === "fused" ? "The builtin fma rounds once." : "The builtin fma rounds twice here.",
    ],
  ];
}
