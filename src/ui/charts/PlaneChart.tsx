/** Measured loss over the plane of two eigenvectors, with lines of equal loss: measured and predicted. */
import type { PlanePoint } from "../../store/plane.ts";
import { percent, significant } from "../format.ts";
import { frameOf } from "./frame.ts";
import { planeGeometry } from "./planeGeometry.ts";
import { useBox } from "./useBox.ts";

interface PlaneChartProps {
  readonly points: readonly PlanePoint[];
  /** `v₁`, `v₂` */
  readonly vectors: readonly [string, string];
  readonly summary: string;
}

const MARGINS = { left: 3.2, right: 4.4, top: 0.8, bottom: 2.9 };

export function PlaneChart({ points, vectors, summary }: PlaneChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart slice-chart plane-chart">
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const { width, height, rem } = box;
    const frame = frameOf(box, MARGINS);
    const shape = planeGeometry(points, frame);
    if (shape === null) return null;
    const [cx, cy] = shape.centre;
    const arm = 0.4 * rem;
    const bar = { x: frame.right + 0.7 * rem, step: (frame.bottom - frame.top) / shape.scale.length };
    return (
      <svg width={width} height={height} role="img" aria-label={summary}>
        {shape.cells.map(({ point, measured, ...cell }) => (
          <rect key={`${point.a},${point.b}`} className={measured ? "cell" : "cell guessed"} {...cell}>
            <title>{reading(point)}</title>
          </rect>
        ))}
        <path className="iso predicted" d={shape.predicted} />
        <path className="iso under" d={shape.lines} />
        <path className="iso" d={shape.lines} />
        <path className="centre" d={`M${cx - arm},${cy}h${2 * arm}M${cx},${cy - arm}v${2 * arm}`} />
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
        {shape.scale.map(({ loss, fill }, i) => {
          const y = frame.bottom - (i + 1) * bar.step;
          return (
            <g key={fill}>
              <rect x={bar.x} y={y} width={0.8 * rem} height={bar.step} fill={fill} />
              <text className="tick" x={bar.x + 1.1 * rem} y={y + bar.step / 2} dy="0.32em">
                {loss}
              </text>
            </g>
          );
        })}
        <text
          className="axis-title"
          x={(frame.left + frame.right) / 2}
          y={height - 0.3 * rem}
          textAnchor="middle"
        >
          step along {vectors[0]}
        </text>
        <text
          className="axis-title"
          transform={`translate(${0.8 * rem} ${(frame.top + frame.bottom) / 2}) rotate(-90)`}
          textAnchor="middle"
        >
          step along {vectors[1]}
        </text>
      </svg>
    );
  }
}

function reading({ a, b, loss, accuracy, predicted }: PlanePoint): string {
  const lines = [
    `steps ${significant(a, 3)}, ${significant(b, 3)}`,
    loss === null ? "not measured" : `measured ${significant(loss, 4)}`,
    predicted === null ? null : `predicted ${significant(predicted, 4)}`,
    accuracy === null ? null : `accuracy ${percent(accuracy)}`,
  ];
  return lines.filter((line) => line !== null).join("\n");
}
