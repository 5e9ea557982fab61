/** The spectra of units over the depth of the network: whole range, middle 90 % and median of each. */
import type { UnitRow } from "../../store/unitView.ts";
import { significant } from "../format.ts";
import { Cursor } from "./Cursor.tsx";
import { frameOf, nearest } from "./frame.ts";
import { unitGeometry } from "./unitGeometry.ts";
import { useBox } from "./useBox.ts";

interface UnitChartProps {
  readonly rows: readonly UnitRow[];
  /** Title of the value axis. */
  readonly quantity: string;
  /** Marks the value 1. */
  readonly isometry: boolean;
  readonly summary: string;
}

const MARGINS = { left: 3.6, right: 0.6, top: 0.8, bottom: 4.4 };

export function UnitChart({ rows, quantity, isometry, summary }: UnitChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart unit-chart">
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const shape = unitGeometry(rows, isometry, frame);
    const stops = shape.units.map(({ x }) => x);
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
          <line className="axis" x1={frame.left} x2={frame.right} y1={shape.zero} y2={shape.zero} />
          {shape.one !== null && (
            <line className="isometry" x1={frame.left} x2={frame.right} y1={shape.one} y2={shape.one} />
          )}
          {shape.units.map(({ row, x, width: w, smallest, largest, box: [low, median, high] }) => (
            <g key={row.unit}>
              <path className="whisker" d={`M${x},${smallest}V${largest}`} />
              <rect className="middle" x={x - w / 2} y={high} width={w} height={Math.max(1, low - high)} />
              <path className="median" d={`M${x - w / 2},${median}h${w}`} />
              {[
                { end: row.smallest, y: smallest, key: "smallest" },
                { end: row.largest, y: largest, key: "largest" },
              ].map(({ end, y, key }) => (
                <circle
                  key={key}
                  className={`end ${end.converged ? "settled" : "unsettled"}`}
                  cx={x}
                  cy={y}
                  r={0.24 * rem}
                />
              ))}
              <text
                className="tick name"
                transform={`translate(${x + 0.3 * rem} ${frame.bottom + 0.9 * rem}) rotate(-40)`}
                textAnchor="end"
              >
                {row.unit.length > 12 ? `…${row.unit.slice(-11)}` : row.unit}
              </text>
            </g>
          ))}
          <text
            className="axis-title"
            transform={`translate(${0.8 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            {quantity}
          </text>
        </svg>
        <Cursor
          label="Read the units"
          frame={frame}
          width={width}
          stops={stops}
          read={(px) => {
            const i = nearest(stops, px);
            return { at: stops[i], text: reading(rows[i]) };
          }}
        />
      </>
    );
  }
}

function reading({
  unit,
  rows,
  columns,
  largest,
  smallest,
  quantiles: [low, median, high],
}: UnitRow): string {
  const mark = ({ converged }: { converged: boolean }) => (converged ? "" : " (not converged)");
  return [
    `${unit}, ${rows} × ${columns}`,
    `largest ${significant(largest.value, 3)}${mark(largest)}`,
    `90 % from ${significant(low, 2)} to ${significant(high, 2)}`,
    `median ${significant(median, 2)}`,
    `smallest ${significant(smallest.value, 2)}${mark(smallest)}`,
  ].join("\n");
}
