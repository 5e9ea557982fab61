/** What a change of the weights predicts, beside what it measures. */
import type { PredictedRise } from "../../store/bitPlanning.ts";
import type { RunResult } from "../../store/state.ts";
import { interval, percent, significant } from "../format.ts";

interface BesideProps {
  readonly result: RunResult;
  readonly rise: PredictedRise;
  /** The interval comes from all probes together. */
  readonly together: boolean;
  /** `layers`: what adds up. */
  readonly parts: string;
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
              <span className="hidden">Quantity</span>
            </th>
            <th scope="col">predicted</th>
            <th scope="col">measured</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Rise of the loss</th>
            <td className="value">{significant(rise.estimate, 3)}</td>
            {measured === null ? (
              <td className="aside">not yet</td>
            ) : (
              <td className="value measured-value">{significant(measured.rise, 3)}</td>
            )}
          </tr>
          <tr>
            <th scope="row">Loss</th>
            <td>{significant(result.loss + rise.estimate, 4)}</td>
            <td className="measured-value">{measured === null ? "" : significant(measured.loss, 4)}</td>
          </tr>
          {result.accuracy !== null && (
            <tr>
              <th scope="row">Accuracy</th>
              <td className="aside">{percent(result.accuracy)} before</td>
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
          ` Slope and curvature along the very change of the weights: ${significant(measured.firstOrder, 3)} and ${significant(measured.secondOrder, 3)}.`}
      </p>
    </>
  );
}

function spreadOf(bounds: PredictedRise["interval95"], together: boolean, parts: string): string {
  if (bounds === null) return "One trace probe says nothing of the spread of the prediction.";
  if (bounds[0] === bounds[1]) return "Predicted by exact traces: no sampling error.";
  return `95 % interval of the predicted rise: ${interval(bounds)}${together ? "" : `, if all ${parts} err the same way`}.`;
}
