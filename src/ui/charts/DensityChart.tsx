/** Density of eigenvalues, with the Ritz values as stems of the height of their weights. */
import { useMemo } from "react";
import { type DensityView, positionOf } from "../../store/densityView.ts";
import { Cursor } from "./Cursor.tsx";
import { densityGeometry, densityReading } from "./densityGeometry.ts";
import { frameOf, nearest } from "./frame.ts";
import { type Limit, LimitLine } from "./LimitLine.tsx";
import { useBox } from "./useBox.ts";

interface DensityChartProps {
  readonly view: DensityView;
  readonly yAxis: "log" | "linear";
  readonly summary: string;
  /** The selected eigenvalue and the probe whose Ritz value it is; null where none is. */
  readonly selected: { readonly theta: number; readonly probe: number; readonly symbol: string } | null;
  /** A value that is marked on the axis. */
  readonly limit?: Limit | null;
  /** The eigenvalues that a click may select. */
  readonly pickable: readonly { readonly name: string; readonly theta: number }[];
  readonly onPick: (name: string) => void;
  /** Letters of the runs beside the shown one. */
  readonly beside: readonly string[];
}

/** The curves beside the shown one, as figures and tests find them. */
export const besideName = (i: number): string => (i === 0 ? "overlay" : `overlay-${i + 1}`);

const MARGINS = { left: 3.4, right: 1, top: 0.6, bottom: 3 };

export function DensityChart(props: DensityChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart density-chart">
      {box !== null && box.width > 0 && (
        <Plot {...props} width={box.width} height={box.height} rem={box.rem} />
      )}
    </div>
  );
}

interface PlotProps extends DensityChartProps {
  readonly width: number;
  readonly height: number;
  readonly rem: number;
}

function Plot(props: PlotProps) {
  const { limit = null } = props;
  const { view, yAxis, summary, selected, pickable, onPick, beside, width, height, rem } = props;
  const frame = useMemo(() => frameOf({ width, height, rem }, MARGINS), [width, height, rem]);
  const plot = useMemo(() => densityGeometry(view, frame, yAxis, 0.15 * rem), [view, frame, yAxis, rem]);
  const stops = useMemo(() => view.stems.map((stem) => plot.x(stem.u)), [view, plot]);
  const chosen = view.stems.find((stem) => stem.theta === selected?.theta && stem.probe === selected.probe);
  const toU = (px: number) =>
    view.domain[0] + ((px - frame.left) / (frame.right - frame.left)) * (view.domain[1] - view.domain[0]);
  const middle = (frame.top + frame.bottom) / 2;
  return (
    <>
      <svg width={width} height={height} role="img" aria-label={summary}>
        <defs>
          <clipPath id="density-clip">
            <rect
              x={frame.left}
              y={frame.top}
              width={frame.right - frame.left}
              height={frame.bottom - frame.top}
            />
          </clipPath>
        </defs>
        {plot.yTicks.map((tick) => (
          <g key={tick.label} transform={`translate(0 ${tick.at})`}>
            <line className="grid" x1={frame.left} x2={frame.right} />
            <text className="tick" x={frame.left - 0.5 * rem} dy="0.32em" textAnchor="end">
              {tick.label}
            </text>
          </g>
        ))}
        {plot.xTicks.map((tick) => (
          <g key={tick.at} transform={`translate(${tick.at} ${frame.bottom})`}>
            <line className="tick-mark" y2={tick.label === "" ? 3 : 6} />
            {tick.label !== "" && (
              <text className="tick" y={1.35 * rem} textAnchor="middle">
                {tick.label}
              </text>
            )}
          </g>
        ))}
        <g clipPath="url(#density-clip)">
          {plot.oneInN !== null && (
            <line className="guide" x1={frame.left} x2={frame.right} y1={plot.oneInN} y2={plot.oneInN} />
          )}
          {plot.band !== null && <path className="band" d={plot.band} />}
          <path className="stems" d={plot.stems} />
          <path className="heads" d={plot.heads} />
          {plot.beside.map((path, i) => (
            <path
              key={besideName(i)}
              className={`line beside-${i + 1}`}
              d={path}
              data-curve={besideName(i)}
            />
          ))}
          {plot.negative !== null && (
            <path className="line negative" d={plot.negative} data-curve="negative" />
          )}
          <path className="line" d={plot.curve} data-curve="shown" />
          {chosen !== undefined && (
            <g className="selected" transform={`translate(${plot.x(chosen.u)} 0)`}>
              <line y1={frame.bottom} y2={plot.y(chosen.weight)} />
              <circle cy={plot.y(chosen.weight)} r={0.32 * rem} />
            </g>
          )}
        </g>
        {plot.oneInN !== null && (
          <text className="note" x={frame.left + 0.3 * rem} y={plot.oneInN - 0.3 * rem}>
            1/n, one eigenvalue
          </text>
        )}
        {limit !== null && <LimitLine limit={limit} view={view} x={plot.x} frame={frame} rem={rem} />}
        {chosen !== undefined && (
          <text
            className="selected-label"
            x={plot.x(chosen.u)}
            y={Math.min(plot.y(chosen.weight), frame.bottom) - 0.65 * rem}
            textAnchor="middle"
          >
            {selected?.symbol}
          </text>
        )}
        <line className="axis" x1={frame.left} x2={frame.right} y1={frame.bottom} y2={frame.bottom} />
        <text
          className="axis-title"
          x={(frame.left + frame.right) / 2}
          y={height - 0.3 * rem}
          textAnchor="middle"
        >
          {plot.title}
        </text>
        <text
          className="axis-title"
          transform={`translate(${0.8 * rem} ${middle}) rotate(-90)`}
          textAnchor="middle"
        >
          density, weight of a stem
        </text>
      </svg>
      <Cursor
        label="Read the density"
        frame={frame}
        width={width}
        stops={stops}
        read={(px) => {
          return { at: px, text: densityReading(view, toU(px), nearest(stops, px), beside) };
        }}
        onPick={(px) => {
          const distance = (theta: number) => Math.abs(plot.x(positionOf(view, theta)) - px);
          const [closest] = [...pickable].sort((a, b) => distance(a.theta) - distance(b.theta));
          if (closest !== undefined && distance(closest.theta) < 1.5 * rem) onPick(closest.name);
        }}
      />
    </>
  );
}
