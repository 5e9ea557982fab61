/** The share of eigenvalues up to each value, with the band that holds it everywhere. */
import { useId, useMemo } from "react";
import type { CumulativeView } from "../../store/cumulativeView.ts";
import { Cursor } from "./Cursor.tsx";
import { cumulativeGeometry, cumulativeReading } from "./cumulativeGeometry.ts";
import { DensityFrame } from "./DensityFrame.tsx";
import { frameOf } from "./frame.ts";
import { type Limit, LimitLine } from "./LimitLine.tsx";
import { useBox } from "./useBox.ts";

interface CumulativeChartProps {
  readonly view: CumulativeView;
  readonly summary: string;
  readonly limit: Limit | null;
}

const MARGINS = { left: 3.4, right: 1, top: 0.6, bottom: 3 };
/** Places where the arrow keys stop. */
const STOPS = 100;

export default function CumulativeChart({ view, summary, limit }: CumulativeChartProps) {
  const { ref, box } = useBox();
  const clip = useId();
  const frame = useMemo(() => (box === null ? null : frameOf(box, MARGINS)), [box]);
  const plot = useMemo(() => (frame === null ? null : cumulativeGeometry(view, frame)), [view, frame]);
  return (
    <div ref={ref} className="chart density-chart">
      {box !== null && box.width > 0 && frame !== null && plot !== null && draw(box.rem, frame, plot)}
    </div>
  );

  function draw(
    rem: number,
    { left, right, top, bottom }: NonNullable<typeof frame>,
    { x, ...shape }: NonNullable<typeof plot>,
  ) {
    const [width, height] = [box?.width ?? 0, box?.height ?? 0];
    const [from, to] = view.domain;
    const toU = (px: number) => from + ((px - left) / (right - left)) * (to - from);
    return (
      <>
        <svg width={width} height={height} role="img" aria-label={summary}>
          <clipPath id={clip}>
            <rect x={left} y={top} width={right - left} height={bottom - top} />
          </clipPath>
          <DensityFrame axes={{ ...shape, oneInN: null }} frame={{ left, right, top, bottom }} rem={rem} />
          <g clipPath={`url(#${clip})`}>
            {shape.band !== null && <path className="band" d={shape.band} data-curve="certified" />}
            <path className="line" d={shape.curve} data-curve="shown" />
          </g>
          {limit !== null && (
            <LimitLine limit={limit} view={view} x={x} frame={{ left, right, top, bottom }} rem={rem} low />
          )}
          <text className="axis-title" x={(left + right) / 2} y={height - 0.3 * rem} textAnchor="middle">
            eigenvalue λ
          </text>
          <text
            className="axis-title"
            transform={`translate(${0.8 * rem} ${(top + bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            share of eigenvalues up to λ
          </text>
        </svg>
        <Cursor
          label="Read the cumulative distribution"
          frame={{ left, right, top, bottom }}
          width={width}
          stops={Array.from({ length: STOPS }, (_, i) => left + ((i + 0.5) / STOPS) * (right - left))}
          read={(px) => ({ at: px, text: cumulativeReading(view, toU(px)) })}
        />
      </>
    );
  }
}
