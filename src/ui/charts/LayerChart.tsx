/** Trace of each tensor's own block, in the order of the network, with its 95 % interval. */

import { charts, layerChart as words } from "../../strings/en.ts";
import { interval, significant } from "../format.ts";
import { Across, Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Cursor, readingOf } from "./Cursor.tsx";
import { type Frame, nearest, whiskerPath } from "./frame.ts";
import { type LayerBar, layerGeometry } from "./layerGeometry.ts";
import type { Box } from "./useBox.ts";

interface LayerChartProps {
  readonly bars: readonly LayerBar[];
  /** Title of the value axis. */
  readonly quantity: string;
  readonly summary: string;
  /** Name of the tensor that is looked at. */
  readonly selected?: string;
  readonly onPick?: (name: string) => void;
}

const MARGINS = { left: 4, right: 0.4, top: 0.6, bottom: 1.6 };
/** Room for slanted names under the bars, in rem. */
const NAMES = 4.6;

export function LayerChart({ bars, quantity, summary, selected, onPick }: LayerChartProps) {
  const named = ({ width, rem }: Box): boolean => (width - 4.4 * rem) / bars.length >= 1.25 * rem;
  return (
    <ChartFrame
      className="layer-chart"
      margins={(box) => (named(box) ? { ...MARGINS, bottom: NAMES } : MARGINS)}
    >
      {(frame, box) => bars.length > 0 && plot(frame, box)}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, height, rem } = box;
    const shape = layerGeometry(bars, frame);
    const centre = (i: number) => shape.bars[i].x + shape.bars[i].width / 2;
    const stops = bars.map((_, i) => centre(i));
    return (
      <>
        <Picture frame={frame} box={box} summary={summary} yTitle={quantity}>
          <Axes frame={frame} rem={rem} yTicks={shape.yTicks} baseline={null} />
          {shape.bars.map(({ bar, x, y, width: w, height: h, whisker }, i) => (
            <g key={bar.name}>
              <rect
                className={`bar ${bar.kind}${bar.value < 0 ? " negative" : ""}${bar.name === selected ? " chosen" : ""}`}
                x={x}
                y={y}
                width={w}
                height={h}
              />
              {whisker !== null && <path className="whisker" d={whiskerPath(centre(i), whisker, 2.5)} />}
              {named(box) && (
                <text
                  className="tick name"
                  transform={`translate(${centre(i) + 0.3 * rem} ${frame.bottom + 0.8 * rem}) rotate(-40)`}
                  textAnchor="end"
                >
                  {bar.short}
                </text>
              )}
            </g>
          ))}
          <Across className="axis" frame={frame} y={shape.zero} />
          {shape.groups.map((group) => (
            <g key={group.name}>
              {group.to - group.from > (0.45 * group.name.length + 0.4) * rem && (
                <>
                  <line
                    className="axis"
                    x1={group.from}
                    x2={group.to}
                    y1={height - 1.25 * rem}
                    y2={height - 1.25 * rem}
                  />
                  <text
                    className="tick"
                    x={(group.from + group.to) / 2}
                    y={height - 0.25 * rem}
                    textAnchor="middle"
                  >
                    {group.name}
                  </text>
                </>
              )}
            </g>
          ))}
        </Picture>
        <Cursor
          label={words.read}
          frame={frame}
          width={width}
          stops={stops}
          read={readingOf(stops, (i) => {
            const { bar } = shape.bars[i];
            const spread = bar.interval === null ? "" : `\n${charts.interval(interval(bar.interval))}`;
            return `${bar.name}\n${words.value(quantity, significant(bar.value, 3))}${spread}`;
          })}
          {...(onPick === undefined ? {} : { onPick: (px: number) => onPick(bars[nearest(stops, px)].name) })}
        />
      </>
    );
  }
}
