/** Measured loss of several runs, each along its own vector, on common axes. */
import type { LossSlice } from "../../store/state.ts";
import { charts, lossChart as words } from "../../strings/en.ts";
import { significant } from "../format.ts";
import { Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Cursor, readingOf } from "./Cursor.tsx";
import { type Frame, nearest } from "./frame.ts";
import { lossGeometry } from "./lossGeometry.ts";
import type { Box } from "./useBox.ts";

interface LossChartProps {
  readonly slices: readonly LossSlice[];
  readonly letters: readonly string[];
  readonly strokes: readonly string[];
  /** `v₁` */
  readonly vector: string;
  readonly summary: string;
}

const MARGINS = { left: 3.2, right: 0.6, top: 0.8, bottom: 2.9 };

export function LossChart({ slices, letters, strokes, vector, summary }: LossChartProps) {
  return (
    <ChartFrame className="stage-chart" margins={MARGINS}>
      {plot}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, rem } = box;
    const { paths, xTicks, yTicks, stops } = lossGeometry(slices, frame);
    return (
      <>
        <Picture frame={frame} box={box} summary={summary} xTitle={words.xTitle(vector)} yTitle={charts.loss}>
          <Axes frame={frame} rem={rem} xTicks={xTicks} yTicks={yTicks} />
          {paths.map((path, i) => (
            <path key={letters[i]} className={strokes[i]} d={path} data-curve={letters[i]} />
          ))}
        </Picture>
        <Cursor
          label={words.read(vector)}
          frame={frame}
          width={width}
          stops={stops}
          read={readingOf(stops, (place) => {
            const step = slices[0].steps[place];
            const at = (slice: LossSlice) => slice.loss[nearest(slice.steps, step)];
            const lines = slices.map((slice, i) => words.loss(letters[i], significant(at(slice), 4)));
            return [charts.step(significant(step, 3)), ...lines].join("\n");
          })}
        />
      </>
    );
  }
}
