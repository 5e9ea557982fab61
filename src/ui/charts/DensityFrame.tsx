/** Grid, ticks and axis of a density, without its curves. */
import type { DensityAxes } from "./densityGeometry.ts";
import type { Frame } from "./frame.ts";

interface DensityFrameProps {
  readonly axes: Pick<DensityAxes, "xTicks" | "yTicks" | "oneInN">;
  readonly frame: Frame;
  readonly rem: number;
  /** Whether the ticks of the density have their numbers; beside a panel that has them they need none. */
  readonly numbered?: boolean;
}

export function DensityFrame({ axes, frame, rem, numbered = true }: DensityFrameProps) {
  return (
    <>
      {axes.yTicks.map((tick) => (
        <g key={tick.label} transform={`translate(0 ${tick.at})`}>
          <line className="grid" x1={frame.left} x2={frame.right} />
          {numbered && (
            <text className="tick" x={frame.left - 0.5 * rem} dy="0.32em" textAnchor="end">
              {tick.label}
            </text>
          )}
        </g>
      ))}
      {axes.xTicks.map((tick) => (
        <g key={tick.at} transform={`translate(${tick.at} ${frame.bottom})`}>
          <line className="tick-mark" y2={tick.label === "" ? 3 : 6} />
          {tick.label !== "" && (
            <text className="tick" y={1.35 * rem} textAnchor="middle">
              {tick.label}
            </text>
          )}
        </g>
      ))}
      {axes.oneInN !== null && (
        <line className="guide" x1={frame.left} x2={frame.right} y1={axes.oneInN} y2={axes.oneInN} />
      )}
      <line className="axis" x1={frame.left} x2={frame.right} y1={frame.bottom} y2={frame.bottom} />
    </>
  );
}
