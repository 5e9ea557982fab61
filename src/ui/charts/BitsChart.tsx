/** Bits of each layer in a plan, in the order of the network. */

import { bitsChart as words } from "../../strings/en.ts";
import { Across, Axes } from "./Axes.tsx";
import { type BitBar, bitsGeometry } from "./bitsGeometry.ts";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Cursor, readingOf } from "./Cursor.tsx";
import { type Frame, nearest } from "./frame.ts";
import type { Box } from "./useBox.ts";

interface BitsChartProps {
  readonly bars: readonly BitBar[];
  readonly summary: string;
  readonly selected: string;
  readonly onPick: (name: string) => void;
}

const MARGINS = { left: 2.2, right: 0.4, top: 1.3, bottom: 1.6 };

export function BitsChart({ bars, summary, selected, onPick }: BitsChartProps) {
  return (
    <ChartFrame className="bits-chart" margins={MARGINS}>
      {(frame, box) => bars.length > 0 && plot(frame, box)}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, height, rem } = box;
    const shape = bitsGeometry(bars, frame);
    const stops = shape.bars.map(({ x, width: w }) => x + w / 2);
    return (
      <>
        <Picture frame={frame} box={box} summary={summary}>
          <Axes frame={frame} rem={rem} yTicks={shape.yTicks} baseline={null} />
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
          <Across className="axis" frame={frame} y={frame.bottom} />
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
        </Picture>
        <Cursor
          label={words.read}
          frame={frame}
          width={width}
          stops={stops}
          read={readingOf(stops, (i) => `${bars[i].name}\n${words.bits(bars[i].bits)}${bars[i].note}`)}
          onPick={(px) => onPick(bars[nearest(stops, px)].name)}
        />
      </>
    );
  }
}
