/** How Ritz values spread and settle: one row of dots for each Lanczos step, the latest at the bottom. */
import type { DensityView } from "../../store/densityView.ts";
import type { LanczosState } from "../../store/lesson/lanczos.ts";
import { Cursor } from "./Cursor.tsx";
import { xTicks } from "./densityGeometry.ts";
import { frameOf, nearest } from "./frame.ts";
import { treeGeometry, treeReading } from "./treeGeometry.ts";
import { useBox } from "./useBox.ts";

interface TreeChartProps {
  readonly view: DensityView;
  readonly states: readonly LanczosState[];
  /** The present step, from 1. */
  readonly at: number;
  readonly summary: string;
}

/** Those of the density chart at the sides, so that the two stand on one axis. */
const MARGINS = { left: 3.4, right: 1, top: 0.4, bottom: 2.9 };

export function TreeChart({ view, states, at, summary }: TreeChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart tree-chart">
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const shape = treeGeometry(view, states, at, frame, 0.19 * rem);
    const [low, high] = view.domain;
    const x = (u: number) => frame.left + ((u - low) / (high - low)) * (frame.right - frame.left);
    const present = states[at - 1];
    return (
      <>
        <svg width={width} height={height} role="img" aria-label={summary}>
          <path className="goal" d={shape.goals} />
          <line className="guide" x1={frame.left} x2={frame.right} y1={shape.row} y2={shape.row} />
          <path className="dot open" d={shape.dots.open} />
          <path className="dot settled" d={shape.dots.settled} />
          <path className="dot front" d={shape.front} />
          <path className="dot ghost" d={shape.dots.ghost} />
          {shape.yTicks.map((tick) => (
            <text
              key={tick.label}
              className="tick"
              x={frame.left - 0.5 * rem}
              y={tick.at}
              dy="0.32em"
              textAnchor="end"
            >
              {tick.label}
            </text>
          ))}
          {xTicks(view, x, frame).map((tick) => (
            <g key={tick.at} transform={`translate(${tick.at} ${frame.bottom})`}>
              <line className="tick-mark" y2={tick.label === "" ? 3 : 6} />
              {tick.label !== "" && (
                <text className="tick" y={1.35 * rem} textAnchor="middle">
                  {tick.label}
                </text>
              )}
            </g>
          ))}
          <line className="axis" x1={frame.left} x2={frame.right} y1={frame.bottom} y2={frame.bottom} />
          <text
            className="axis-title"
            x={(frame.left + frame.right) / 2}
            y={height - 0.25 * rem}
            textAnchor="middle"
          >
            Ritz value
          </text>
          <text
            className="axis-title"
            transform={`translate(${0.8 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            Lanczos step
          </text>
        </svg>
        <Cursor
          label="Read the Ritz values of this step"
          frame={frame}
          width={width}
          stops={shape.stops}
          read={(px) => {
            const node = nearest(shape.stops, px);
            return { at: shape.stops[node], text: treeReading(present, node) };
          }}
        />
      </>
    );
  }
}
