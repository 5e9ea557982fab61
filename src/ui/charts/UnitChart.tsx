/** The spectra of units over the depth of the network: whole range, middle 90 % and median of each. */
import type { UnitRow } from "../../store/unitView.ts";
import { unitChart as words } from "../../strings/en.ts";
import { significant } from "../format.ts";
import { Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Cursor, readingOf } from "./Cursor.tsx";
import type { Frame } from "./frame.ts";
import { unitGeometry } from "./unitGeometry.ts";
import type { Box } from "./useBox.ts";

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
  return (
    <ChartFrame className="unit-chart" margins={MARGINS}>
      {plot}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, rem } = box;
    const shape = unitGeometry(rows, isometry, frame);
    const stops = shape.units.map(({ x }) => x);
    return (
      <>
        <Picture frame={frame} box={box} summary={summary} yTitle={quantity}>
          <Axes frame={frame} rem={rem} yTicks={shape.yTicks} baseline={shape.zero} />
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
        </Picture>
        <Cursor
          label={words.read}
          frame={frame}
          width={width}
          stops={stops}
          read={readingOf(stops, (i) => reading(rows[i]))}
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
  const end = ({ value, converged }: UnitRow["largest"], digits: number) => {
    const text = significant(value, digits);
    return converged ? text : words.notConverged(text);
  };
  return [
    `${unit}, ${rows} × ${columns}`,
    words.largest(end(largest, 3)),
    words.middle(significant(low, 2), significant(high, 2)),
    words.median(significant(median, 2)),
    words.smallest(end(smallest, 2)),
  ].join("\n");
}
