/** The share of eigenvalues above each value, on two data. */
import type { DataSpectrum } from "../../store/studyData.ts";
import { shareAbove } from "../../store/studyData.ts";
import { significant } from "../format.ts";
import { aboveGeometry } from "./aboveGeometry.ts";
import { Cursor } from "./Cursor.tsx";
import { frameOf } from "./frame.ts";
import { useBox } from "./useBox.ts";

interface AboveChartProps {
  readonly data: readonly DataSpectrum[];
  /** Rows of the matrix. */
  readonly size: number;
  readonly summary: string;
}

const MARGINS = { left: 3.9, right: 0.8, top: 0.8, bottom: 2.9 };
/** Places where the arrow keys stop. */
const STOPS = 60;

export function AboveChart({ data, size, summary }: AboveChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart above-chart">
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const shape = aboveGeometry(data, size, frame);
    const span = frame.right - frame.left;
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
          {shape.curves.map((curve, i) => (
            <path key={data[i].title} className={i === 0 ? "line" : "line beside-1"} d={curve} />
          ))}
          <text
            className="axis-title"
            x={(frame.left + frame.right) / 2}
            y={height - 0.3 * rem}
            textAnchor="middle"
          >
            eigenvalue λ
          </text>
          <text
            className="axis-title"
            transform={`translate(${0.8 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            share above λ
          </text>
        </svg>
        <Cursor
          label="Read the two data"
          frame={frame}
          width={width}
          stops={Array.from({ length: STOPS }, (_, i) => frame.left + ((i + 0.5) / STOPS) * span)}
          read={(px) => ({ at: px, text: reading(data, shape.valueAt(px)) })}
        />
      </>
    );
  }
}

function reading(data: readonly DataSpectrum[], value: number): string {
  const shares = data.map((rows) => {
    const steps = shareAbove(rows);
    // All lie above what is below the first; beyond the last step nothing does.
    const last = steps.findLast(({ at }) => at <= value);
    return last === undefined ? 1 : last.share;
  });
  return [
    `λ = ${significant(value, 3)}`,
    ...shares.map((share, i) => `${i === 0 ? "run" : "other"}: ${significant(100 * share, 2)} % above`),
  ].join("\n");
}
