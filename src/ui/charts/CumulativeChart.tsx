/** The share of eigenvalues up to each value, with the band that holds it everywhere. */
import { useId } from "react";
import type { CumulativeView } from "../../store/cumulativeView.ts";
import { charts, cumulativeChart as words } from "../../strings/en.ts";
import { Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Clip } from "./Clip.tsx";
import { Cursor } from "./Cursor.tsx";
import { cumulativeGeometry, cumulativeReading } from "./cumulativeGeometry.ts";
import { evenStops, type Frame, valueAt } from "./frame.ts";
import { type Limit, LimitLine } from "./LimitLine.tsx";
import type { Box } from "./useBox.ts";

interface CumulativeChartProps {
  readonly view: CumulativeView;
  readonly summary: string;
  readonly limit: Limit | null;
}

const MARGINS = { left: 3.4, right: 1, top: 0.6, bottom: 3 };
/** Places where the arrow keys stop. */
const STOPS = 100;

export default function CumulativeChart({ view, summary, limit }: CumulativeChartProps) {
  const clip = useId();
  return (
    <ChartFrame className="density-chart" margins={MARGINS}>
      {plot}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, rem } = box;
    const { x, xTicks, yTicks, band, curve } = cumulativeGeometry(view, frame);
    return (
      <>
        <Picture {...{ frame, box, summary }} xTitle={charts.eigenvalue} yTitle={words.yTitle}>
          <Clip id={clip} frame={frame} />
          <Axes {...{ frame, rem, xTicks, yTicks }} />
          <g clipPath={`url(#${clip})`}>
            {band !== null && <path className="band" d={band} data-curve="certified" />}
            <path className="line" d={curve} data-curve="shown" />
          </g>
          {limit !== null && <LimitLine {...{ limit, view, x, frame, rem }} low />}
        </Picture>
        <Cursor
          label={words.read}
          frame={frame}
          width={width}
          stops={evenStops(frame, STOPS)}
          read={(px) => ({ at: px, text: cumulativeReading(view, valueAt(frame, view.domain, px)) })}
        />
      </>
    );
  }
}
