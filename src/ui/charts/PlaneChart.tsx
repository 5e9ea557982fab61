/** A quantity over the plane of two directions, with lines of equal value: measured and predicted. */
import type { Field } from "../../store/landscapes.ts";
import type { LandscapeMark } from "../../store/state.ts";
import { charts, controlWords, planeChart as words } from "../../strings/en.ts";
import { Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { ColourBar } from "./ColourBar.tsx";
import type { Frame } from "./frame.ts";
import { GridCursor } from "./GridCursor.tsx";
import { planeGeometry } from "./planeGeometry.ts";
import type { Shades } from "./shades.ts";
import type { Box } from "./useBox.ts";

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
  return (
    <ChartFrame className="plane-chart" margins={MARGINS}>
      {plot}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, rem } = box;
    const shape = planeGeometry(field, shades, frame);
    const arm = 0.4 * rem;
    const onRight = (x: number): boolean => x > (frame.left + frame.right) / 2;
    const placed = marks.length > 0 ? marks : [{ label: words.weights, at: [0, 0] }];
    return (
      <>
        <Picture
          frame={frame}
          box={box}
          summary={summary}
          xTitle={charts.stepAlong(names[0])}
          yTitle={charts.stepAlong(names[1])}
        >
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
          <Axes
            frame={frame}
            rem={rem}
            xTicks={shape.xTicks}
            yTicks={shape.yTicks}
            grid={false}
            baseline={null}
          />
          <ColourBar shades={shades} frame={frame} rem={rem} />
        </Picture>
        <GridCursor
          label={words.read(controlWords.landscapeValue.options[field.value], names[0], names[1])}
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
