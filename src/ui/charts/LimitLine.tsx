/** A value on the axis of eigenvalues beyond which something happens: 2/η. */
import { type DensityView, positionOf } from "../../store/densityView.ts";
import type { Frame } from "./frame.ts";

export interface Limit {
  readonly theta: number;
  /** Its name, and what it means, which stands behind the name where there is room. */
  readonly label: string;
  readonly meaning: string;
}

interface LimitLineProps {
  readonly limit: Limit;
  readonly view: Pick<DensityView, "axis" | "domain">;
  readonly x: (u: number) => number;
  readonly frame: Frame;
  readonly rem: number;
  /** Where its words stand: where the curve is not. */
  readonly low?: boolean;
}

/** Nothing where it lies beyond the axis: the words beside the figure say where it is. */
export function LimitLine({ limit, view, x, frame, rem, low = false }: LimitLineProps) {
  const u = positionOf(view, limit.theta);
  if (u < view.domain[0] || u > view.domain[1]) return null;
  const at = x(u);
  const left = at > (frame.left + frame.right) / 2;
  return (
    <g className="limit">
      <line x1={at} x2={at} y1={frame.top} y2={frame.bottom} />
      <text
        x={at + (left ? -0.4 : 0.4) * rem}
        y={low ? frame.bottom - 0.6 * rem : frame.top + 0.9 * rem}
        textAnchor={left ? "end" : "start"}
      >
        {frame.right - frame.left > 32 * rem ? `${limit.label}, ${limit.meaning}` : limit.label}
      </text>
    </g>
  );
}
