/** Density of eigenvalues, with the Ritz values as stems of the height of their weights. */
import { useMemo } from "react";
import { type DensityView, positionOf } from "../../store/densityView.ts";
import { densityChart as words } from "../../strings/en.ts";
import { Across, Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Clip } from "./Clip.tsx";
import { Cursor } from "./Cursor.tsx";
import { densityGeometry, densityReading } from "./densityGeometry.ts";
import { type Frame, nearest, valueAt } from "./frame.ts";
import { type Limit, LimitLine } from "./LimitLine.tsx";
import type { Box } from "./useBox.ts";

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
  return (
    <ChartFrame className="density-chart" margins={MARGINS}>
      {(frame, box) => <Plot {...props} frame={frame} box={box} />}
    </ChartFrame>
  );
}

interface PlotProps extends DensityChartProps {
  readonly frame: Frame;
  readonly box: Box;
}

function Plot(props: PlotProps) {
  const { limit = null } = props;
  const { view, yAxis, summary, selected, pickable, onPick, beside, frame, box } = props;
  const { width, rem } = box;
  const plot = useMemo(() => densityGeometry(view, frame, yAxis, 0.15 * rem), [view, frame, yAxis, rem]);
  const stops = useMemo(() => view.stems.map((stem) => plot.x(stem.u)), [view, plot]);
  const chosen = view.stems.find((stem) => stem.theta === selected?.theta && stem.probe === selected.probe);
  return (
    <>
      <Picture frame={frame} box={box} summary={summary} xTitle={plot.title} yTitle={words.yTitle}>
        <Clip id="density-clip" frame={frame} />
        <Axes frame={frame} rem={rem} xTicks={plot.xTicks} yTicks={plot.yTicks} baseline={null} />
        <g clipPath="url(#density-clip)">
          {plot.oneInN !== null && <Across className="guide" frame={frame} y={plot.oneInN} />}
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
            {words.oneInN}
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
        <Across className="axis" frame={frame} y={frame.bottom} />
      </Picture>
      <Cursor
        label={words.read}
        frame={frame}
        width={width}
        stops={stops}
        read={(px) => ({
          at: px,
          text: densityReading(view, valueAt(frame, view.domain, px), nearest(stops, px), beside),
        })}
        onPick={(px) => {
          const distance = (theta: number) => Math.abs(plot.x(positionOf(view, theta)) - px);
          const [closest] = [...pickable].sort((a, b) => distance(a.theta) - distance(b.theta));
          if (closest !== undefined && distance(closest.theta) < 1.5 * rem) onPick(closest.name);
        }}
      />
    </>
  );
}
