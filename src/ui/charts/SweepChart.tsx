/** The largest eigenvalue of random batches against their size: every batch, and the mean of each size. */
import type { SweptSize } from "../../store/studyData.ts";
import { sweepChart as words } from "../../strings/en.ts";
import { significant } from "../format.ts";
import { Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Cursor, readingOf } from "./Cursor.tsx";
import type { Frame } from "./frame.ts";
import { sweepGeometry } from "./sweepGeometry.ts";
import type { Box } from "./useBox.ts";

interface SweepChartProps {
  readonly sizes: readonly SweptSize[];
  readonly planned: readonly number[];
  readonly summary: string;
}

const MARGINS = { left: 3.6, right: 0.6, top: 0.8, bottom: 2.9 };

export function SweepChart({ sizes, planned, summary }: SweepChartProps) {
  return (
    <ChartFrame className="sweep-chart" margins={MARGINS}>
      {plot}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, rem } = box;
    const shape = sweepGeometry(sizes, planned, frame);
    return (
      <>
        <Picture frame={frame} box={box} summary={summary} xTitle={words.xTitle} yTitle={words.yTitle}>
          <Axes frame={frame} rem={rem} xTicks={shape.xTicks} yTicks={shape.yTicks} />
          <path className="line" d={shape.mean} />
          {shape.dots.map(({ at: [cx, cy], converged, key }) => (
            <circle
              key={key}
              className={`batch-dot ${converged ? "settled" : "unsettled"}`}
              cx={cx}
              cy={cy}
              r={0.26 * rem}
            />
          ))}
        </Picture>
        <Cursor
          label={words.read}
          frame={frame}
          width={width}
          stops={shape.stops}
          read={readingOf(shape.stops, (i) => {
            const { batchSize, values, mean, least, most } = sizes[i];
            const spread =
              values.length === 1 ? "" : `\n${words.spread(significant(least, 4), significant(most, 4))}`;
            return `${words.batches(batchSize, values.length)}\n${words.mean(significant(mean, 4))}${spread}`;
          })}
        />
      </>
    );
  }
}
