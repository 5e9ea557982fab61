/** Trace of each tensor's own block, in the order of the network, with its 95 % interval. */
import { interval, significant } from "../format.ts";
import { Cursor } from "./Cursor.tsx";
import { frameOf, nearest } from "./frame.ts";
import { type LayerBar, layerGeometry } from "./layerGeometry.ts";
import { useBox } from "./useBox.ts";

interface LayerChartProps {
  readonly bars: readonly LayerBar[];
  /** Title of the value axis. */
  readonly quantity: string;
  readonly summary: string;
  /** Name of the tensor that is looked at. */
  readonly selected?: string;
  readonly onPick?: (name: string) => void;
}

/** Room for slanted names under the bars, in rem. */
const NAMES = 4.6;

export function LayerChart({ bars, quantity, summary, selected, onPick }: LayerChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart layer-chart">
      {box !== null && box.width > 0 && bars.length > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const margins = { left: 4, right: 0.4, top: 0.6, bottom: 1.6 };
    const named = (width - 4.4 * rem) / bars.length >= 1.25 * rem;
    const frame = frameOf(box, named ? { ...margins, bottom: NAMES } : margins);
    const shape = layerGeometry(bars, frame);
    const centre = (i: number) => shape.bars[i].x + shape.bars[i].width / 2;
    const stops = bars.map((_, i) => centre(i));
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
          {shape.bars.map(({ bar, x, y, width: w, height: h, whisker }, i) => (
            <g key={bar.name}>
              <rect
                className={`bar ${bar.kind}${bar.value < 0 ? " negative" : ""}${bar.name === selected ? " chosen" : ""}`}
                x={x}
                y={y}
                width={w}
                height={h}
              />
              {whisker !== null && (
                <path
                  className="whisker"
                  d={`M${centre(i)},${whisker[0]}V${whisker[1]}M${centre(i) - 2.5},${whisker[0]}h5M${centre(i) - 2.5},${whisker[1]}h5`}
                />
              )}
              {named && (
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
          <line className="axis" x1={frame.left} x2={frame.right} y1={shape.zero} y2={shape.zero} />
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
          <text
            className="axis-title"
            transform={`translate(${0.8 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            {quantity}
          </text>
        </svg>
        <Cursor
          label="Read the layers"
          frame={frame}
          width={width}
          stops={stops}
          read={(px) => {
            const i = nearest(stops, px);
            const { bar } = shape.bars[i];
            const spread = bar.interval === null ? "" : `\n95 % interval ${interval(bar.interval)}`;
            return { at: stops[i], text: `${bar.name}\n${quantity} ${significant(bar.value, 3)}${spread}` };
          }}
          {...(onPick === undefined ? {} : { onPick: (px: number) => onPick(bars[nearest(stops, px)].name) })}
        />
      </>
    );
  }
}
