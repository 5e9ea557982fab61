/** The share of eigenvalues above each value, on two data. */
import type { DataSpectrum } from "../../store/studyData.ts";
import { shareAbove } from "../../store/studyData.ts";
import { charts, aboveChart as words } from "../../strings/en.ts";
import { significant } from "../format.ts";
import { Axes } from "./Axes.tsx";
import { aboveGeometry } from "./aboveGeometry.ts";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Cursor } from "./Cursor.tsx";
import { evenStops, type Frame } from "./frame.ts";
import type { Box } from "./useBox.ts";

interface AboveChartProps {
  readonly data: readonly DataSpectrum[];
  /** Rows of the matrix. */
  readonly size: number;
  readonly summary: string;
}

const MARGINS = { left: 3.9, right: 0.8, top: 0.8, bottom: 2.9 };
/** Places where the arrow keys stop. */
const STOPS = 60;

export function AboveChart({ data, size, summary }: AboveChartProps) {
  return (
    <ChartFrame className="above-chart" margins={MARGINS}>
      {plot}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, rem } = box;
    const shape = aboveGeometry(data, size, frame);
    return (
      <>
        <Picture frame={frame} box={box} summary={summary} xTitle={charts.eigenvalue} yTitle={words.yTitle}>
          <Axes frame={frame} rem={rem} xTicks={shape.xTicks} yTicks={shape.yTicks} />
          {shape.curves.map((curve, i) => (
            <path key={data[i].title} className={i === 0 ? "line" : "line beside-1"} d={curve} />
          ))}
        </Picture>
        <Cursor
          label={words.read}
          frame={frame}
          width={width}
          stops={evenStops(frame, STOPS)}
          read={(px) => ({ at: px, text: reading(data, shape.valueAt(px)) })}
        />
      </>
    );
  }
}

function reading(data: readonly DataSpectrum[], value: number): string {
  const shares = data.map((rows) => {
    const steps = shareAbove(rows);
    // All lie above what is below the first; beyond the last step nothing does.
    const last = steps.findLast(({ at }) => at <= value);
    return last === undefined ? 1 : last.share;
  });
  return [
    `λ = ${significant(value, 3)}`,
    ...shares.map((share, i) => (i === 0 ? words.ofRun : words.ofOther)(significant(100 * share, 2))),
  ].join("\n");
}
