/** Traces of the parts of several networks: a mark with its interval for each run, with the run's letter. */
import type { ComparedRow } from "../../store/comparison.ts";
import { charts, stageChart as words } from "../../strings/en.ts";
import { interval, significant } from "../format.ts";
import { Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Cursor, readingOf } from "./Cursor.tsx";
import type { Frame } from "./frame.ts";
import { stageGeometry } from "./stageGeometry.ts";
import type { Box } from "./useBox.ts";

interface StageChartProps {
  readonly rows: readonly ComparedRow[];
  /** Of each run. */
  readonly letters: readonly string[];
  readonly strokes: readonly string[];
  readonly summary: string;
}

const MARGINS = { left: 4, right: 0.5, top: 1.2, bottom: 1.9 };

export function StageChart({ rows, letters, strokes, summary }: StageChartProps) {
  return (
    <ChartFrame className="stage-chart" margins={MARGINS}>
      {plot}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, rem } = box;
    const { marks, groups, zero, yTicks, pitch, spacing } = stageGeometry(rows, frame);
    const stops = marks.map((mark) => mark.x);
    return (
      <>
        <Picture frame={frame} box={box} summary={summary} yTitle={charts.trace}>
          <Axes frame={frame} rem={rem} yTicks={yTicks} baseline={zero} />
          {marks.map(({ run, stage, x, y, whisker }) => (
            <g key={`${stage} ${run}`}>
              {whisker !== null && (
                <path
                  className={strokes[run]}
                  d={`M${x},${whisker[0]}V${whisker[1]}`}
                  data-curve={letters[run]}
                />
              )}
              <circle className={`mark-point ${strokes[run]}`} cx={x} cy={y} r={0.28 * rem} />
              {spacing > 1.25 * rem && (
                <text className="mark-letter" x={x + 0.45 * rem} y={y} dy="0.32em">
                  {letters[run]}
                </text>
              )}
            </g>
          ))}
          {groups.map(({ name, middle }) => (
            <text key={name} className="tick" x={middle} y={frame.bottom + 1.35 * rem} textAnchor="middle">
              {shortened(name, pitch / (0.44 * rem))}
            </text>
          ))}
        </Picture>
        {stops.length > 0 && (
          <Cursor
            label={words.read}
            frame={frame}
            width={width}
            stops={stops}
            read={readingOf(stops, (i) => {
              const mark = marks[i];
              const quantity = rows[mark.stage].quantities[mark.run];
              const estimated = quantity?.kind === "95 %" ? quantity.interval : null;
              const spread = estimated === null ? "" : `\n${charts.interval(interval(estimated))}`;
              return `${letters[mark.run]}: ${rows[mark.stage].name}\n${words.trace(significant(quantity?.value ?? 0, 3))}${spread}`;
            })}
          />
        )}
      </>
    );
  }
}

/** As much of a name as there is room for, its end above all, where names tell apart: characters. */
const shortened = (name: string, room: number): string =>
  name.length <= room ? name : `…${name.slice(-Math.max(1, Math.floor(room) - 1))}`;
