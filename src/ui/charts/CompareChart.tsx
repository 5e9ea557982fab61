/** Densities of several runs on common axes, each with its own colour and dashes. */
import { useId, useMemo } from "react";
import { type DensityCurve, type DensityView, densityAt, eigenvalueAt } from "../../store/densityView.ts";
import { scientific, significant } from "../format.ts";
import { Cursor } from "./Cursor.tsx";
import { DensityFrame } from "./DensityFrame.tsx";
import { densityAxes } from "./densityGeometry.ts";
import { frameOf } from "./frame.ts";
import { useBox } from "./useBox.ts";

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

export function CompareChart({ view, curves, yAxis, summary }: CompareChartProps) {
  const { ref, box } = useBox();
  const clip = useId();
  const frame = useMemo(() => (box === null ? null : frameOf(box, MARGINS)), [box]);
  const axes = useMemo(() => (frame === null ? null : densityAxes(view, frame, yAxis)), [view, frame, yAxis]);
  const paths = useMemo(() => curves.map(({ curve }) => axes?.outline(curve) ?? ""), [curves, axes]);
  const drawn = box !== null && box.width > 0 && frame !== null && axes !== null;
  const toU = (px: number) =>
    frame === null
      ? 0
      : view.domain[0] + ((px - frame.left) / (frame.right - frame.left)) * (view.domain[1] - view.domain[0]);
  return (
    <div ref={ref} className="chart compare-chart">
      {drawn && (
        <>
          <svg width={box.width} height={box.height} role="img" aria-label={summary}>
            <defs>
              <clipPath id={clip}>
                <rect
                  x={frame.left}
                  y={frame.top}
                  width={frame.right - frame.left}
                  height={frame.bottom - frame.top}
                />
              </clipPath>
            </defs>
            <DensityFrame axes={axes} frame={frame} rem={box.rem} />
            <g clipPath={`url(#${clip})`}>
              {curves.map(({ letter, stroke }, i) => (
                <path key={letter} className={stroke} d={paths[i]} data-curve={letter} />
              ))}
            </g>
            <text
              className="axis-title"
              x={(frame.left + frame.right) / 2}
              y={box.height - 0.3 * box.rem}
              textAnchor="middle"
            >
              {axes.title}
            </text>
            <text
              className="axis-title"
              transform={`translate(${0.8 * box.rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
              textAnchor="middle"
            >
              density
            </text>
          </svg>
          <Cursor
            label="Read the densities"
            frame={frame}
            width={box.width}
            stops={Array.from(
              { length: STOPS },
              (_, i) => frame.left + ((i + 0.5) / STOPS) * (frame.right - frame.left),
            )}
            read={(px) => ({ at: px, text: reading(view, curves, toU(px)) })}
          />
        </>
      )}
    </div>
  );
}

const reading = (view: DensityView, curves: readonly ComparedCurve[], u: number): string =>
  [
    `λ = ${significant(eigenvalueAt(view, u), 4)}`,
    ...curves.map(({ letter, curve }) => `${letter}: density ${scientific(densityAt(curve, u))}`),
  ].join("\n");
