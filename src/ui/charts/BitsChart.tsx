/** Bits of each layer in a plan, in the order of the network. */

import { type BitBar, bitsGeometry } from "./bitsGeometry.ts";
import { Cursor } from "./Cursor.tsx";
import { frameOf, nearest } from "./frame.ts";
import { useBox } from "./useBox.ts";

interface BitsChartProps {
  readonly bars: readonly BitBar[];
  readonly summary: string;
  readonly selected: string;
  readonly onPick: (name: string) => void;
}

const MARGINS = { left: 2.2, right: 0.4, top: 1.3, bottom: 1.6 };

export function BitsChart({ bars, summary, selected, onPick }: BitsChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart bits-chart">
      {box !== null && box.width > 0 && bars.length > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const shape = bitsGeometry(bars, frame);
    const stops = shape.bars.map(({ x, width: w }) => x + w / 2);
    const name = (px: number) => bars[nearest(stops, px)];
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
          {shape.bars.map(({ bar, x, y, width: w, height: h }, i) => (
            <g key={bar.name}>
              <rect
                className={bar.name === selected ? "bar chosen" : "bar"}
                x={x}
                y={y}
                width={w}
                height={h}
              />
              {w > 0.6 * rem && (
                <text className="tick" x={stops[i]} y={y - 0.3 * rem} textAnchor="middle">
                  {bar.bits}
                </text>
              )}
            </g>
          ))}
          <line className="axis" x1={frame.left} x2={frame.right} y1={frame.bottom} y2={frame.bottom} />
          {shape.groups.map(({ name: group, from, to }) => (
            <g key={`${group} ${from}`}>
              {to - from > (0.45 * group.length + 0.4) * rem && (
                <text className="tick" x={(from + to) / 2} y={height - 0.35 * rem} textAnchor="middle">
                  {group}
                </text>
              )}
              <line className="axis" x1={from} x2={to} y1={height - 1.35 * rem} y2={height - 1.35 * rem} />
            </g>
          ))}
        </svg>
        <Cursor
          label="Read the bits"
          frame={frame}
          width={width}
          stops={stops}
          read={(px) => {
            const bar = name(px);
            return { at: stops[nearest(stops, px)], text: `${bar.name}\n${bar.bits} bits${bar.note}` };
          }}
          onPick={(px) => onPick(name(px).name)}
        />
      </>
    );
  }
}
