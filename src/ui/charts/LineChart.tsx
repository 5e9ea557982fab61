/** A quantity measured along a direction, over what is predicted for it. */
import { useId } from "react";
import type { LandscapeMark } from "../../store/state.ts";
import { Cursor } from "./Cursor.tsx";
import { frameOf, nearest } from "./frame.ts";
import { type Line, lineGeometry } from "./lineGeometry.ts";
import { useBox } from "./useBox.ts";

interface LineChartProps {
  readonly line: Line;
  /** Of the axes. */
  readonly titles: readonly [string, string];
  readonly label: string;
  readonly summary: string;
  readonly read: (i: number) => string;
  readonly marks?: readonly LandscapeMark[];
  readonly className?: string;
}

const MARGINS = { left: 3.2, right: 0.6, top: 0.8, bottom: 2.9 };

export function LineChart({
  line,
  titles,
  label,
  summary,
  read,
  marks = [],
  className = "",
}: LineChartProps) {
  const { ref, box } = useBox();
  const clip = useId();
  return (
    <div ref={ref} className={`chart ${className}`}>
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const shape = lineGeometry(line, frame);
    const { stops } = shape;
    return (
      <>
        <svg width={width} height={height} role="img" aria-label={summary}>
          <defs>
            <clipPath id={clip}>
              <rect
                x={frame.left}
                y={frame.top - 4}
                width={frame.right - frame.left}
                height={frame.bottom - frame.top + 4}
              />
            </clipPath>
          </defs>
          {shape.yTicks.map((tick) => (
            <g key={tick.label} transform={`translate(0 ${tick.at})`}>
              <line className="grid" x1={frame.left} x2={frame.right} />
              <text className="tick" x={frame.left - 0.5 * rem} dy="0.32em" textAnchor="end">
                {tick.label}
              </text>
            </g>
          ))}
          {shape.xTicks.map((tick) => (
            <g key={tick.label} transform={`translate(${tick.at} ${frame.bottom})`}>
              <line className="tick-mark" y2={6} />
              <text className="tick" y={1.35 * rem} textAnchor="middle">
                {tick.label}
              </text>
            </g>
          ))}
          <line className="axis" x1={frame.left} x2={frame.right} y1={frame.bottom} y2={frame.bottom} />
          {marks.map(({ label: name, at }) => (
            <g key={name}>
              <line
                className="guide"
                x1={shape.x(at[0])}
                x2={shape.x(at[0])}
                y1={frame.top}
                y2={frame.bottom}
              />
              <text className="note" x={shape.x(at[0])} y={frame.top + 0.6 * rem} dx={5}>
                {name}
              </text>
            </g>
          ))}
          <g clipPath={`url(#${clip})`}>
            {shape.predicted !== "" && <path className="parabola" d={shape.predicted} />}
            <path className="measured" d={shape.measured} />
            {shape.points.map(([cx, cy]) => (
              <circle key={cx} className="measured-point" cx={cx} cy={cy} r={0.18 * rem} />
            ))}
          </g>
          <text
            className="axis-title"
            x={(frame.left + frame.right) / 2}
            y={height - 0.3 * rem}
            textAnchor="middle"
          >
            {titles[0]}
          </text>
          <text
            className="axis-title"
            transform={`translate(${0.8 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            {titles[1]}
          </text>
        </svg>
        <Cursor
          label={label}
          frame={frame}
          width={width}
          stops={stops}
          read={(px) => {
            const i = nearest(stops, px);
            return { at: stops[i], text: read(i) };
          }}
        />
      </>
    );
  }
}
