/** Traces of the parts of several networks: a mark with its interval for each run, with the run's letter. */
import type { ComparedRow } from "../../store/comparison.ts";
import { interval, significant } from "../format.ts";
import { Cursor } from "./Cursor.tsx";
import { frameOf, nearest } from "./frame.ts";
import { stageGeometry } from "./stageGeometry.ts";
import { useBox } from "./useBox.ts";

interface StageChartProps {
  readonly rows: readonly ComparedRow[];
  /** Of each run. */
  readonly letters: readonly string[];
  readonly strokes: readonly string[];
  readonly summary: string;
}

const MARGINS = { left: 4, right: 0.5, top: 1.2, bottom: 1.9 };

export function StageChart({ rows, letters, strokes, summary }: StageChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart stage-chart">
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const { marks, groups, zero, yTicks, pitch, spacing } = stageGeometry(rows, frame);
    const stops = marks.map((mark) => mark.x);
    return (
      <>
        <svg width={width} height={height} role="img" aria-label={summary}>
          {yTicks.map((tick) => (
            <g key={tick.label} transform={`translate(0 ${tick.at})`}>
              <line className="grid" x1={frame.left} x2={frame.right} />
              <text className="tick" x={frame.left - 0.5 * rem} dy="0.32em" textAnchor="end">
                {tick.label}
              </text>
            </g>
          ))}
          <line className="axis" x1={frame.left} x2={frame.right} y1={zero} y2={zero} />
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
          <text
            className="axis-title"
            transform={`translate(${0.8 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            trace
          </text>
        </svg>
        {stops.length > 0 && (
          <Cursor
            label="Read the traces"
            frame={frame}
            width={width}
            stops={stops}
            read={(px) => {
              const mark = marks[nearest(stops, px)];
              const quantity = rows[mark.stage].quantities[mark.run];
              const estimated = quantity?.kind === "95 %" ? quantity.interval : null;
              const spread = estimated === null ? "" : `\n95 % interval ${interval(estimated)}`;
              return {
                at: mark.x,
                text: `${letters[mark.run]}: ${rows[mark.stage].name}\ntrace ${significant(quantity?.value ?? 0, 3)}${spread}`,
              };
            }}
          />
        )}
      </>
    );
  }
}

/** As much of a name as there is room for, its end above all, where names tell apart: characters. */
const shortened = (name: string, room: number): string =>
  name.length <= room ? name : `…${name.slice(-Math.max(1, Math.floor(room) - 1))}`;
