/** How errors fall, or orthogonality goes, with every product. */
import { significant } from "../format.ts";
import { Cursor } from "./Cursor.tsx";
import { convergenceGeometry, type Series } from "./convergenceGeometry.ts";
import { frameOf, nearest } from "./frame.ts";
import { useBox } from "./useBox.ts";

interface ConvergenceChartProps {
  readonly series: readonly Series[];
  /** The present step, from 1. */
  readonly at: number;
  /** What a step is called. */
  readonly step: string;
  readonly quantity: string;
  readonly summary: string;
}

const MARGINS = { left: 3.6, right: 0.8, top: 0.6, bottom: 2.9 };

export function ConvergenceChart({ series, at, step, quantity, summary }: ConvergenceChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart convergence-chart">
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const shape = convergenceGeometry(series, at, frame);
    const stops = Array.from({ length: at }, (_, i) => shape.x(i + 1));
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
          {series.map(({ name, look }, i) => (
            <path key={name} className={`series ${look}`} d={shape.paths[i]} />
          ))}
          {shape.points.map(
            (point, i) =>
              point !== null && (
                <circle
                  key={series[i].name}
                  className={`series-end ${series[i].look}`}
                  cx={point[0]}
                  cy={point[1]}
                  r={0.28 * rem}
                />
              ),
          )}
          <text
            className="axis-title"
            x={(frame.left + frame.right) / 2}
            y={height - 0.3 * rem}
            textAnchor="middle"
          >
            {step}
          </text>
          <text
            className="axis-title"
            transform={`translate(${0.8 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            {quantity}
          </text>
        </svg>
        <Cursor
          label={`Read: ${quantity}`}
          frame={frame}
          width={width}
          stops={stops}
          read={(px) => {
            const i = nearest(stops, px);
            const lines = series.flatMap(({ name, values }) => {
              const value = values[i];
              return value === null || value === undefined ? [] : [`${name}: ${significant(value, 2)}`];
            });
            return { at: stops[i], text: [`${step} ${i + 1}`, ...lines].join("\n") };
          }}
        />
      </>
    );
  }
}
