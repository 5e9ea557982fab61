/** The numerics passport with words: what the arithmetic of a device is worth. */
import type { FunctionError, Passport } from "../../store/state.ts";
import { passportTable as words } from "../../strings/en.ts";
import { count, scientific, significant } from "../format.ts";

export function PassportTable({ passport }: { readonly passport: Passport }) {
  const { functions, faults } = passport;
  return (
    <section className="passport" aria-label={words.title}>
      <h3>
        {words.title}{" "}
        <span className={`pill ${faults.length === 0 ? "good" : "bad"}`}>
          {faults.length === 0 ? words.sound : words.faulty}
        </span>
      </h3>
      <p className="calm">{faults.length === 0 ? words.soundAbout : words.faults(faults.join("; "))}</p>
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
      <section className="scroll passport-errors" aria-label={words.table} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {words.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {functions.map((row) => (
              <ErrorRow key={`${row.name} ${row.text} ${row.unit} ${row.used}`} row={row} />
            ))}
          </tbody>
        </table>
      </section>
      {/* A result file may list none. */}
      {functions.length > 0 && <p className="calm">{words.about(count(functions[0].points))}</p>}
    </section>
  );
}

function ErrorRow({ row }: { readonly row: FunctionError }) {
  const { name, text, used, from, to, unit, worst, at, bound, passed } = row;
  const amount = (x: number) => (unit === "ulps" ? words.ulps(significant(x, 2)) : scientific(x));
  const verdict = used ? (passed ? words.holds : words.fails) : passed ? words.notUsed : words.notUsedOff;
  return (
    <tr className={used ? "" : "aside"}>
      <th scope="row">{name}</th>
      <td>{text === "own" ? words.ours : words.builtin}</td>
      <td>{words.range(significant(from, 3), significant(to, 3))} </td>
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

function pathStatement(paths: Passport["paths"]): Statement {
  if (paths === undefined) return [words.paths, words.pathsNotKept, words.pathsOlder];
  if (paths.length === 0) return [words.paths, words.noPaths, words.noPathsAbout];
  return [words.paths, words.pathsOf(paths), words.pathsAbout];
}

function statements(passport: Passport): Statement[] {
  const { subnormals, nonFinite, twoSum, multiplyAdd, repeatable, paths } = passport;
  const flushed = subnormals.operands === "flushed" || subnormals.results === "flushed";
  const given = nonFinite.made ? words.made : words.notMade;
  const compared = nonFinite.seenByComparison ? words.compared : words.notCompared;
  return [
    [
      words.repetition,
      repeatable ? words.sameBits : words.otherBits,
      repeatable ? words.repeatable : words.notRepeatable,
    ],
    [
      words.nonFinite,
      nonFinite.seenByBits ? words.seen : words.notSeen,
      `${given} ${compared} ${nonFinite.hiddenByMaximum ? words.hidden : ""}`,
    ],
    [words.subnormals, flushed ? words.flushed : words.kept, words.subnormalsAbout],
    [
      words.twoSum,
      twoSum.exact ? words.recovered : words.lost,
      twoSum.exact ? words.ordered : words.reordered(count(twoSum.failures), count(twoSum.points)),
    ],
    [
      words.multiplyAdd,
      multiplyAdd.written === "fused" ? words.once : words.twice,
      multiplyAdd.builtin === "fused" ? words.fmaOnce : words.fmaTwice,
    ],
    pathStatement(paths),
  ];
}
