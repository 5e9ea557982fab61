/** What a change of the weights predicts, beside what it measures. */
import type { PredictedRise } from "../../store/bitPlanning.ts";
import type { RunResult } from "../../store/state.ts";
import { layers as words } from "../../strings/en.ts";
import { interval, percent, significant } from "../format.ts";

interface BesideProps {
  readonly result: RunResult;
  readonly rise: PredictedRise;
  /** The interval comes from all probes together. */
  readonly together: boolean;
  /** What adds up. */
  readonly parts: keyof typeof words.beside.parts;
  readonly measured: {
    readonly rise: number;
    readonly loss: number;
    readonly accuracy: number | null;
    readonly firstOrder: number;
    readonly secondOrder: number;
  } | null;
}

export function Beside({ result, rise, together, parts, measured }: BesideProps) {
  return (
    <>
      <table className="beside">
        <thead>
          <tr>
            <th scope="col">
              <span className="hidden">{words.beside.quantity}</span>
            </th>
            <th scope="col">{words.beside.predicted}</th>
            <th scope="col">{words.beside.measured}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{words.beside.rise}</th>
            <td className="value">{significant(rise.estimate, 3)}</td>
            {measured === null ? (
              <td className="aside">{words.beside.notYet}</td>
            ) : (
              <td className="value measured-value">{significant(measured.rise, 3)}</td>
            )}
          </tr>
          <tr>
            <th scope="row">{words.beside.loss}</th>
            <td>{significant(result.loss + rise.estimate, 4)}</td>
            <td className="measured-value">{measured === null ? "" : significant(measured.loss, 4)}</td>
          </tr>
          {result.accuracy !== null && (
            <tr>
              <th scope="row">{words.beside.accuracy}</th>
              <td className="aside">{words.beside.before(percent(result.accuracy))}</td>
              <td className="measured-value">
                {measured === null || measured.accuracy === null ? "" : percent(measured.accuracy)}
              </td>
            </tr>
          )}
        </tbody>
      </table>
      <p className="calm">
        {spreadOf(rise.interval95, together, parts)}
        {measured !== null &&
          ` ${words.beside.orders(significant(measured.firstOrder, 3), significant(measured.secondOrder, 3))}`}
      </p>
    </>
  );
}

function spreadOf(
  bounds: PredictedRise["interval95"],
  together: boolean,
  parts: keyof typeof words.beside.parts,
): string {
  if (bounds === null) return words.beside.oneProbe;
  if (bounds[0] === bounds[1]) return words.beside.exact;
  const spread = interval(bounds);
  return together
    ? words.beside.interval(spread)
    : words.beside.intervalIf(spread, words.beside.parts[parts]);
}
