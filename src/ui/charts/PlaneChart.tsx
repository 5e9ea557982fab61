/** A quantity over the plane of two directions, with lines of equal value: measured and predicted. */
import type { Field } from "../../store/landscapes.ts";
import type { LandscapeMark } from "../../store/state.ts";
import { ColourBar } from "./ColourBar.tsx";
import { frameOf } from "./frame.ts";
import { GridCursor } from "./GridCursor.tsx";
import { planeGeometry } from "./planeGeometry.ts";
import type { Shades } from "./shades.ts";
import { useBox } from "./useBox.ts";

interface PlaneChartProps {
  readonly field: Field;
  readonly shades: Shades;
  readonly marks: readonly LandscapeMark[];
  /** `v₁`, `v₂` */
  readonly names: readonly string[];
  readonly summary: string;
  /** Lines that say what stands at a place. */
  readonly read: (place: number) => string;
}

const MARGINS = { left: 3.6, right: 4.6, top: 0.8, bottom: 2.9 };

export function PlaneChart({ field, shades, marks, names, summary, read }: PlaneChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart plane-chart">
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const shape = planeGeometry(field, shades, frame);
    const arm = 0.4 * rem;
    const onRight = (x: number): boolean => x > (frame.left + frame.right) / 2;
    const placed = marks.length > 0 ? marks : [{ label: "weights", at: [0, 0] }];
    return (
      <>
        <svg width={width} height={height} role="img" aria-label={summary}>
          {shape.cells.map(({ fill, measured, d }) => (
            <path
              key={`${fill}${measured}`}
              className={measured ? "cell" : "cell guessed"}
              fill={fill}
              d={d}
            />
          ))}
          <path className="iso predicted" d={shape.predicted} />
          <path className="iso under" d={shape.lines} />
          <path className="iso" d={shape.lines} />
          {placed.map(({ label, at }) => {
            const [x, y] = shape.at(at[0], at[1]);
            if (x < frame.left || x > frame.right || y < frame.top || y > frame.bottom) return null;
            return (
              <g key={label}>
                <path className="centre under" d={`M${x - arm},${y}h${2 * arm}M${x},${y - arm}v${2 * arm}`} />
                <path className="centre" d={`M${x - arm},${y}h${2 * arm}M${x},${y - arm}v${2 * arm}`} />
                {marks.length > 0 && (
                  <text
                    className="mark-label"
                    x={x + (onRight(x) ? -0.6 : 0.6) * rem}
                    y={y - 0.5 * rem}
                    textAnchor={onRight(x) ? "end" : "start"}
                  >
                    {label}
                  </text>
                )}
              </g>
            );
          })}
          {shape.xTicks.map((tick) => (
            <g key={tick.label} transform={`translate(${tick.at} ${frame.bottom})`}>
              <line className="tick-mark" y2={6} />
              <text className="tick" y={1.35 * rem} textAnchor="middle">
                {tick.label}
              </text>
            </g>
          ))}
          {shape.yTicks.map((tick) => (
            <text
              key={tick.label}
              className="tick"
              x={frame.left - 0.5 * rem}
              y={tick.at}
              dy="0.32em"
              textAnchor="end"
            >
              {tick.label}
            </text>
          ))}
          <ColourBar shades={shades} frame={frame} rem={rem} />
          <text
            className="axis-title"
            x={(frame.left + frame.right) / 2}
            y={height - 0.3 * rem}
            textAnchor="middle"
          >
            step along {names[0]}
          </text>
          <text
            className="axis-title"
            transform={`translate(${0.9 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            step along {names[1]}
          </text>
        </svg>
        <GridCursor
          label={`Read the ${field.value} over ${names.join(" and ")}`}
          frame={frame}
          width={width}
          xs={shape.xs}
          ys={shape.ys}
          read={(i, j) => read(i * shape.ys.length + j)}
        />
      </>
    );
  }
}
