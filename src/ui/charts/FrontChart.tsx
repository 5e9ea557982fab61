/** The front of bit plans: cost against predicted rise, with the chosen plan, plans of one width, and what was measured. */

import { frontChart as words } from "../../strings/en.ts";
import { significant } from "../format.ts";
import { Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Cursor, readingOf } from "./Cursor.tsx";
import { type Frame, nearest, whiskerPath } from "./frame.ts";
import { type FrontFigure, frontGeometry } from "./frontGeometry.ts";
import type { Box } from "./useBox.ts";

interface FrontChartProps {
  readonly figure: FrontFigure;
  /** Title of the cost axis. */
  readonly quantity: string;
  readonly summary: string;
  /** `134 kB` */
  readonly costText: (cost: number) => string;
  /** A budget that is clicked. */
  readonly onPick: (cost: number) => void;
}

const MARGINS = { left: 4.2, right: 0.6, top: 1.5, bottom: 3 };

export function FrontChart({ figure, quantity, summary, costText, onPick }: FrontChartProps) {
  return (
    <ChartFrame className="front-chart" margins={MARGINS}>
      {plot}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, rem } = box;
    const shape = frontGeometry(figure, frame);
    const { chosen } = shape;
    const square = 0.32 * rem;
    const diamond = 0.46 * rem;
    return (
      <>
        <Picture frame={frame} box={box} summary={summary} xTitle={quantity} yTitle={words.yTitle}>
          <Axes frame={frame} rem={rem} xTicks={shape.xTicks} yTicks={shape.yTicks} />
          {shape.floor !== null && (
            <text className="tick" x={frame.left - 0.5 * rem} y={shape.floor} dy="0.32em" textAnchor="end">
              ≤ 0
            </text>
          )}
          <line
            className="guide budget"
            x1={shape.budget}
            x2={shape.budget}
            y1={frame.top}
            y2={frame.bottom}
          />
          <path className="line front" d={shape.path} />
          {shape.uniform.map(({ bits, at: [x, y] }) => (
            <g key={bits} className="uniform">
              <rect x={x - square} y={y - square} width={2 * square} height={2 * square} />
              <text
                className="note"
                x={x}
                y={y - 0.7 * rem}
                textAnchor={x > frame.right - 3 * rem ? "end" : "middle"}
              >
                {words.uniform(bits)}
              </text>
            </g>
          ))}
          {chosen !== null && (
            <g className="plan-mark">
              {chosen.whisker !== null && (
                <path className="whisker" d={whiskerPath(chosen.at[0], chosen.whisker, 3)} />
              )}
              <circle cx={chosen.at[0]} cy={chosen.at[1]} r={0.42 * rem} />
            </g>
          )}
          {shape.measured.map(({ at: [x, y], chosen: own }) => (
            <path
              key={`${x},${y}`}
              className={own ? "measured-plan" : "measured-plan other"}
              d={`M${x},${y - diamond}l${diamond},${diamond}l${-diamond},${diamond}l${-diamond},${-diamond}Z`}
            />
          ))}
        </Picture>
        <Cursor
          label={words.read}
          frame={frame}
          width={width}
          stops={shape.stops}
          read={readingOf(shape.stops, (i) => {
            const { cost, loss } = shape.plans[i];
            return `${costText(cost)}\n${words.predicted(significant(loss, 3))}`;
          })}
          onPick={(px) => onPick(shape.plans[nearest(shape.stops, px)].cost)}
        />
      </>
    );
  }
}
