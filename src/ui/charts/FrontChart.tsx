/** The front of bit plans: cost against predicted rise, with the chosen plan, plans of one width, and what was measured. */
import { significant } from "../format.ts";
import { Cursor } from "./Cursor.tsx";
import { frameOf, nearest } from "./frame.ts";
import { type FrontFigure, frontGeometry } from "./frontGeometry.ts";
import { useBox } from "./useBox.ts";

interface FrontChartProps {
  readonly figure: FrontFigure;
  /** Title of the cost axis. */
  readonly quantity: string;
  readonly summary: string;
  /** `134 kB` */
  readonly costText: (cost: number) => string;
  /** A budget that is clicked. */
  readonly onPick: (cost: number) => void;
}

const MARGINS = { left: 4.2, right: 0.6, top: 1.5, bottom: 3 };

export function FrontChart({ figure, quantity, summary, costText, onPick }: FrontChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart front-chart">
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const shape = frontGeometry(figure, frame);
    const { chosen } = shape;
    const square = 0.32 * rem;
    const diamond = 0.46 * rem;
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
          {shape.floor !== null && (
            <text className="tick" x={frame.left - 0.5 * rem} y={shape.floor} dy="0.32em" textAnchor="end">
              ≤ 0
            </text>
          )}
          <line className="axis" x1={frame.left} x2={frame.right} y1={frame.bottom} y2={frame.bottom} />
          {shape.xTicks.map((tick) => (
            <g key={tick.label} transform={`translate(${tick.at} ${frame.bottom})`}>
              <line className="tick-mark" y2={5} />
              <text className="tick" y={1.35 * rem} textAnchor="middle">
                {tick.label}
              </text>
            </g>
          ))}
          <line
            className="guide budget"
            x1={shape.budget}
            x2={shape.budget}
            y1={frame.top}
            y2={frame.bottom}
          />
          <path className="line front" d={shape.path} />
          {shape.uniform.map(({ bits, at: [x, y] }) => (
            <g key={bits} className="uniform">
              <rect x={x - square} y={y - square} width={2 * square} height={2 * square} />
              <text
                className="note"
                x={x}
                y={y - 0.7 * rem}
                textAnchor={x > frame.right - 3 * rem ? "end" : "middle"}
              >
                all {bits} bits
              </text>
            </g>
          ))}
          {chosen !== null && (
            <g className="plan-mark">
              {chosen.whisker !== null && (
                <path
                  className="whisker"
                  d={`M${chosen.at[0]},${chosen.whisker[0]}V${chosen.whisker[1]}M${chosen.at[0] - 3},${chosen.whisker[0]}h6M${chosen.at[0] - 3},${chosen.whisker[1]}h6`}
                />
              )}
              <circle cx={chosen.at[0]} cy={chosen.at[1]} r={0.42 * rem} />
            </g>
          )}
          {shape.measured.map(({ at: [x, y], chosen: own }) => (
            <path
              key={`${x},${y}`}
              className={own ? "measured-plan" : "measured-plan other"}
              d={`M${x},${y - diamond}l${diamond},${diamond}l${-diamond},${diamond}l${-diamond},${-diamond}Z`}
            />
          ))}
          <text
            className="axis-title"
            x={(frame.left + frame.right) / 2}
            y={height - 0.3 * rem}
            textAnchor="middle"
          >
            {quantity}
          </text>
          <text
            className="axis-title"
            transform={`translate(${0.8 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            rise of the loss
          </text>
        </svg>
        <Cursor
          label="Read the front"
          frame={frame}
          width={width}
          stops={shape.stops}
          read={(px) => {
            const i = nearest(shape.stops, px);
            const { cost, loss } = shape.plans[i];
            return { at: shape.stops[i], text: `${costText(cost)}\npredicted rise ${significant(loss, 3)}` };
          }}
          onPick={(px) => onPick(shape.plans[nearest(shape.stops, px)].cost)}
        />
      </>
    );
  }
}
