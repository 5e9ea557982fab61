/** Measured loss of several runs, each along its own vector, on common axes. */
import type { LossSlice } from "../../store/state.ts";
import { significant } from "../format.ts";
import { Cursor } from "./Cursor.tsx";
import { frameOf, nearest } from "./frame.ts";
import { lossGeometry } from "./lossGeometry.ts";
import { useBox } from "./useBox.ts";

interface LossChartProps {
  readonly slices: readonly LossSlice[];
  readonly letters: readonly string[];
  readonly strokes: readonly string[];
  /** `v₁` */
  readonly vector: string;
  readonly summary: string;
}

const MARGINS = { left: 3.2, right: 0.6, top: 0.8, bottom: 2.9 };

export function LossChart({ slices, letters, strokes, vector, summary }: LossChartProps) {
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
    const { paths, xTicks, yTicks, stops } = lossGeometry(slices, frame);
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
          {xTicks.map((tick) => (
            <g key={tick.label} transform={`translate(${tick.at} ${frame.bottom})`}>
              <line className="tick-mark" y2={6} />
              <text className="tick" y={1.35 * rem} textAnchor="middle">
                {tick.label}
              </text>
            </g>
          ))}
          <line className="axis" x1={frame.left} x2={frame.right} y1={frame.bottom} y2={frame.bottom} />
          {paths.map((path, i) => (
            <path key={letters[i]} className={strokes[i]} d={path} data-curve={letters[i]} />
          ))}
          <text
            className="axis-title"
            x={(frame.left + frame.right) / 2}
            y={height - 0.3 * rem}
            textAnchor="middle"
          >
            step along {vector} of each run (unit length)
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
          label={`Read the losses along ${vector}`}
          frame={frame}
          width={width}
          stops={stops}
          read={(px) => {
            const place = nearest(stops, px);
            const step = slices[0].steps[place];
            const at = (slice: LossSlice) => slice.loss[nearest(slice.steps, step)];
            const lines = slices.map((slice, i) => `${letters[i]}: loss ${significant(at(slice), 4)}`);
            return { at: stops[place], text: [`step ${significant(step, 3)}`, ...lines].join("\n") };
          }}
        />
      </>
    );
  }
}
