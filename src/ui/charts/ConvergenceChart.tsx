/** How errors fall, or orthogonality goes, with every product. */

import { convergenceChart as words } from "../../strings/en.ts";
import { significant } from "../format.ts";
import { Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Cursor, readingOf } from "./Cursor.tsx";
import { convergenceGeometry, type Series } from "./convergenceGeometry.ts";
import type { Frame } from "./frame.ts";
import type { Box } from "./useBox.ts";

interface ConvergenceChartProps {
  readonly series: readonly Series[];
  /** The present step, from 1. */
  readonly at: number;
  /** What a step is called. */
  readonly step: string;
  readonly quantity: string;
  readonly summary: string;
}

const MARGINS = { left: 3.6, right: 0.8, top: 0.6, bottom: 2.9 };

export function ConvergenceChart({ series, at, step, quantity, summary }: ConvergenceChartProps) {
  return (
    <ChartFrame className="convergence-chart" margins={MARGINS}>
      {plot}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, rem } = box;
    const shape = convergenceGeometry(series, at, frame);
    const stops = Array.from({ length: at }, (_, i) => shape.x(i + 1));
    return (
      <>
        <Picture frame={frame} box={box} summary={summary} xTitle={step} yTitle={quantity}>
          <Axes frame={frame} rem={rem} xTicks={shape.xTicks} yTicks={shape.yTicks} />
          {series.map(({ name, look }, i) => (
            <path key={name} className={`series ${look}`} d={shape.paths[i]} />
          ))}
          {shape.points.map(
            (point, i) =>
              point !== null && (
                <circle
                  key={series[i].name}
                  className={`series-end ${series[i].look}`}
                  cx={point[0]}
                  cy={point[1]}
                  r={0.28 * rem}
                />
              ),
          )}
        </Picture>
        <Cursor
          label={words.read(quantity)}
          frame={frame}
          width={width}
          stops={stops}
          read={readingOf(stops, (i) => {
            const lines = series.flatMap(({ name, values }) => {
              const value = values[i];
              return value === null || value === undefined ? [] : [`${name}: ${significant(value, 2)}`];
            });
            return [`${step} ${i + 1}`, ...lines].join("\n");
          })}
        />
      </>
    );
  }
}
