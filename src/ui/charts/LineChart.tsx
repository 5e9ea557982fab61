/** A quantity measured along a direction, over what is predicted for it. */
import { useId } from "react";
import type { LandscapeMark } from "../../store/state.ts";
import { Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Clip } from "./Clip.tsx";
import { Cursor, readingOf } from "./Cursor.tsx";
import type { Frame } from "./frame.ts";
import { type Line, lineGeometry } from "./lineGeometry.ts";
import type { Box } from "./useBox.ts";

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
  const clip = useId();
  return (
    <ChartFrame className={className} margins={MARGINS}>
      {plot}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, rem } = box;
    const shape = lineGeometry(line, frame);
    const { stops } = shape;
    return (
      <>
        <Picture frame={frame} box={box} summary={summary} xTitle={titles[0]} yTitle={titles[1]}>
          <Clip id={clip} frame={frame} above={4} />
          <Axes frame={frame} rem={rem} xTicks={shape.xTicks} yTicks={shape.yTicks} />
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
        </Picture>
        <Cursor label={label} frame={frame} width={width} stops={stops} read={readingOf(stops, read)} />
      </>
    );
  }
}
