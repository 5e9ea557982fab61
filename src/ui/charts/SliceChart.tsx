/** Measured loss along an eigenvector, over the parabola that its eigenvalue predicts. */
import type { LossSlice } from "../../store/state.ts";
import { Cursor } from "./Cursor.tsx";
import { frameOf, nearest } from "./frame.ts";
import { sliceGeometry, sliceReading } from "./sliceGeometry.ts";
import { useBox } from "./useBox.ts";

interface SliceChartProps {
  readonly slice: LossSlice;
  /** Loss at step 0. */
  readonly loss: number;
  /** `v₁` */
  readonly vector: string;
  readonly summary: string;
}

const MARGINS = { left: 3.2, right: 0.6, top: 0.8, bottom: 2.9 };

export function SliceChart({ slice, loss, vector, summary }: SliceChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart slice-chart">
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const shape = sliceGeometry(slice, loss, frame);
    const { stops } = shape;
    return (
      <>
        <svg width={width} height={height} role="img" aria-label={summary}>
          <defs>
            <clipPath id="slice-clip">
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
          <g clipPath="url(#slice-clip)">
            <path className="parabola" d={shape.parabola} />
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
            step along {vector} (unit length)
          </text>
          <text
            className="axis-title"
            transform={`translate(${0.8 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            loss
          </text>
        </svg>
        <Cursor
          label={`Read the loss along ${vector}`}
          frame={frame}
          width={width}
          stops={stops}
          read={(px) => {
            const i = nearest(stops, px);
            return { at: stops[i], text: sliceReading(slice, loss, i) };
          }}
        />
      </>
    );
  }
}
