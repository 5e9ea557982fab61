/** A density per run, side by side on common axes, with that of the first run behind the others. */
import { useId, useMemo } from "react";
import type { DensityView } from "../../store/densityView.ts";
import { charts } from "../../strings/en.ts";
import { Axes } from "./Axes.tsx";
import { AxisTitle } from "./ChartFrame.tsx";
import { Clip } from "./Clip.tsx";
import type { ComparedCurve } from "./CompareChart.tsx";
import { type DensityAxes, densityAxes } from "./densityGeometry.ts";
import type { Frame } from "./frame.ts";
import { type Box, useBox } from "./useBox.ts";

export interface PanelCurve extends ComparedCurve {
  readonly title: string;
}

interface DensityPanelsProps {
  readonly view: DensityView;
  readonly curves: readonly PanelCurve[];
  readonly yAxis: "log" | "linear";
  readonly summary: string;
}

/** Narrower charts put their panels below each other: rem. */
const NARROW = 40;
const MARGINS = { left: 3.4, right: 1.8, top: 1.9, bottom: 3, gap: 2 };

export function DensityPanels({ view, curves, yAxis, summary }: DensityPanelsProps) {
  const { ref, box } = useBox();
  const clip = useId();
  const panels = useMemo(
    () =>
      box === null || box.width === 0
        ? []
        : framesOf(box, curves.length).map((frame) => ({ frame, axes: densityAxes(view, frame, yAxis) })),
    [view, curves.length, box, yAxis],
  );
  return (
    <div ref={ref} className="chart density-panels">
      {box !== null && panels.length === curves.length && (
        <svg width={box.width} height={box.height} role="img" aria-label={summary}>
          {panels.map(({ frame, axes }, i) => (
            <Panel
              key={curves[i].letter}
              {...{ frame, axes, rem: box.rem, clip: `${clip}-${i}` }}
              curve={curves[i]}
              behind={i === 0 ? null : axes.outline(curves[0].curve)}
              numbered={i === 0 || frame.left === panels[0].frame.left}
            />
          ))}
          <AxisTitle x={0.8 * box.rem} y={box.height / 2} upwards>
            {charts.density}
          </AxisTitle>
        </svg>
      )}
    </div>
  );
}

interface PanelProps {
  readonly frame: Frame;
  readonly axes: DensityAxes;
  readonly rem: number;
  readonly clip: string;
  readonly curve: PanelCurve;
  readonly behind: string | null;
  readonly numbered: boolean;
}

function Panel({ frame, axes, rem, clip, curve, behind, numbered }: PanelProps) {
  const { xTicks, yTicks, oneInN } = axes;
  return (
    <g>
      <Clip id={clip} frame={frame} />
      <text className="panel-title" x={frame.left} y={frame.top - 0.7 * rem}>
        {curve.letter}: {curve.title}
      </text>
      <Axes {...{ frame, rem, xTicks, yTicks, numbered }} guide={oneInN} />
      <g clipPath={`url(#${clip})`}>
        {behind !== null && <path className="behind" d={behind} />}
        <path className={curve.stroke} d={axes.outline(curve.curve)} data-curve={curve.letter} />
      </g>
      <AxisTitle x={(frame.left + frame.right) / 2} y={frame.bottom + 2.6 * rem}>
        {axes.title}
      </AxisTitle>
    </g>
  );
}

function framesOf({ width, height, rem }: Box, panels: number): Frame[] {
  const [left, right, top] = [MARGINS.left * rem, width - MARGINS.right * rem, MARGINS.top * rem];
  if (width < NARROW * rem) {
    const each = height / panels;
    return Array.from({ length: panels }, (_, i) => ({
      ...{ left, right: Math.max(left + 1, right) },
      top: i * each + top,
      bottom: Math.max(i * each + top + 1, (i + 1) * each - MARGINS.bottom * rem),
    }));
  }
  const gap = MARGINS.gap * rem;
  const each = (right - left - (panels - 1) * gap) / panels;
  return Array.from({ length: panels }, (_, i) => ({
    left: left + i * (each + gap),
    right: left + i * (each + gap) + each,
    top,
    bottom: Math.max(top + 1, height - MARGINS.bottom * rem),
  }));
}
