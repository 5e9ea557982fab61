/** Densities of several runs on common axes, each with its own colour and dashes. */
import { useId, useMemo } from "react";
import { type DensityCurve, type DensityView, densityAt, eigenvalueAt } from "../../store/densityView.ts";
import { charts, compareChart as words } from "../../strings/en.ts";
import { scientific, significant } from "../format.ts";
import { Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Clip } from "./Clip.tsx";
import { Cursor } from "./Cursor.tsx";
import { densityAxes } from "./densityGeometry.ts";
import { evenStops, type Frame, valueAt } from "./frame.ts";
import type { Box } from "./useBox.ts";

export interface ComparedCurve {
  /** `A` to `D`. */
  readonly letter: string;
  /** Class of the line: `line`, `line beside-1`. */
  readonly stroke: string;
  readonly curve: DensityCurve;
}

interface CompareChartProps {
  /** Axes that hold all curves. */
  readonly view: DensityView;
  readonly curves: readonly ComparedCurve[];
  readonly yAxis: "log" | "linear";
  readonly summary: string;
}

const MARGINS = { left: 3.4, right: 1, top: 0.6, bottom: 3 };
/** Places where the arrow keys stop. */
const STOPS = 200;

export function CompareChart(props: CompareChartProps) {
  return (
    <ChartFrame className="compare-chart" margins={MARGINS}>
      {(frame, box) => <Plot {...props} frame={frame} box={box} />}
    </ChartFrame>
  );
}

interface PlotProps extends CompareChartProps {
  readonly frame: Frame;
  readonly box: Box;
}

function Plot({ view, curves, yAxis, summary, frame, box }: PlotProps) {
  const clip = useId();
  const axes = useMemo(() => densityAxes(view, frame, yAxis), [view, frame, yAxis]);
  const paths = useMemo(() => curves.map(({ curve }) => axes.outline(curve)), [curves, axes]);
  const { xTicks, yTicks, oneInN, title } = axes;
  return (
    <>
      <Picture {...{ frame, box, summary }} xTitle={title} yTitle={charts.density}>
        <Clip id={clip} frame={frame} />
        <Axes {...{ frame, xTicks, yTicks }} rem={box.rem} guide={oneInN} />
        <g clipPath={`url(#${clip})`}>
          {curves.map(({ letter, stroke }, i) => (
            <path key={letter} className={stroke} d={paths[i]} data-curve={letter} />
          ))}
        </g>
      </Picture>
      <Cursor
        label={words.read}
        frame={frame}
        width={box.width}
        stops={evenStops(frame, STOPS)}
        read={(px) => ({ at: px, text: reading(view, curves, valueAt(frame, view.domain, px)) })}
      />
    </>
  );
}

const reading = (view: DensityView, curves: readonly ComparedCurve[], u: number): string =>
  [
    `λ = ${significant(eigenvalueAt(view, u), 4)}`,
    ...curves.map(({ letter, curve }) => words.density(letter, scientific(densityAt(curve, u)))),
  ].join("\n");
