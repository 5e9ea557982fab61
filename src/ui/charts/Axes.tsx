/** Grid, ticks and axis of a chart, without what is drawn on them. */
import type { Tick } from "./densityGeometry.ts";
import type { Frame } from "./frame.ts";

interface AxesProps {
  readonly frame: Frame;
  readonly rem: number;
  readonly xTicks?: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Whether lines lead from the ticks at the left through the plot. */
  readonly grid?: boolean;
  /** Whether the ticks at the left have their numbers; beside a panel that has them they need none. */
  readonly numbered?: boolean;
  /** Height of a dotted line, such as that of the weight of one eigenvalue. */
  readonly guide?: number | null;
  /** Height of the axis, if not at the bottom; null for charts that draw it over their marks, or have none. */
  readonly baseline?: number | null;
}

export function Axes(props: AxesProps) {
  const { frame, rem, xTicks = [], yTicks } = props;
  const { grid = true, numbered = true, guide = null, baseline = frame.bottom } = props;
  return (
    <>
      {yTicks.map((tick) => (
        <g key={tick.label} transform={`translate(0 ${tick.at})`}>
          {grid && <line className="grid" x1={frame.left} x2={frame.right} />}
          {numbered && (
            <text className="tick" x={frame.left - 0.5 * rem} dy="0.32em" textAnchor="end">
              {tick.label}
            </text>
          )}
        </g>
      ))}
      {xTicks.map((tick) => (
        <g key={tick.at} transform={`translate(${tick.at} ${frame.bottom})`}>
          <line className="tick-mark" y2={tick.label === "" ? 3 : 6} />
          {tick.label !== "" && (
            <text className="tick" y={1.35 * rem} textAnchor="middle">
              {tick.label}
            </text>
          )}
        </g>
      ))}
      {guide !== null && <Across className="guide" frame={frame} y={guide} />}
      {baseline !== null && <Across className="axis" frame={frame} y={baseline} />}
    </>
  );
}

interface AcrossProps {
  readonly className: string;
  readonly frame: Frame;
  readonly y: number;
}

/** A line through the whole plot. */
export const Across = ({ className, frame, y }: AcrossProps) => (
  <line className={className} x1={frame.left} x2={frame.right} y1={y} y2={y} />
);
