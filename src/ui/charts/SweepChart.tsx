/** The largest eigenvalue of random batches against their size: every batch, and the mean of each size. */
import type { SweptSize } from "../../store/studyData.ts";
import { significant } from "../format.ts";
import { Cursor } from "./Cursor.tsx";
import { frameOf, nearest } from "./frame.ts";
import { sweepGeometry } from "./sweepGeometry.ts";
import { useBox } from "./useBox.ts";

interface SweepChartProps {
  readonly sizes: readonly SweptSize[];
  readonly planned: readonly number[];
  readonly summary: string;
}

const MARGINS = { left: 3.6, right: 0.6, top: 0.8, bottom: 2.9 };

export function SweepChart({ sizes, planned, summary }: SweepChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart sweep-chart">
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const shape = sweepGeometry(sizes, planned, frame);
    return (
      <>
        <svg width={width} height={height} role="img" aria-label={summary}>
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
          <path className="line" d={shape.mean} />
          {shape.dots.map(({ at: [cx, cy], converged, key }) => (
            <circle
              key={key}
              className={`batch-dot ${converged ? "settled" : "unsettled"}`}
              cx={cx}
              cy={cy}
              r={0.26 * rem}
            />
          ))}
          <text
            className="axis-title"
            x={(frame.left + frame.right) / 2}
            y={height - 0.3 * rem}
            textAnchor="middle"
          >
            samples of a batch
          </text>
          <text
            className="axis-title"
            transform={`translate(${0.8 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            largest eigenvalue
          </text>
        </svg>
        <Cursor
          label="Read the batch sizes"
          frame={frame}
          width={width}
          stops={shape.stops}
          read={(px) => {
            const i = nearest(shape.stops, px);
            const { batchSize, values, mean, least, most } = sizes[i];
            const spread =
              values.length === 1 ? "" : `\nfrom ${significant(least, 4)} to ${significant(most, 4)}`;
            const text = `${batchSize} samples, ${values.length} ${values.length === 1 ? "batch" : "batches"}\nmean ${significant(mean, 4)}${spread}`;
            return { at: shape.stops[i], text };
          }}
        />
      </>
    );
  }
}
