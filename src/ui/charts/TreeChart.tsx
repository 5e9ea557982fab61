/** How Ritz values spread and settle: one row of dots for each Lanczos step, the latest at the bottom. */
import type { DensityView } from "../../store/densityView.ts";
import type { LanczosState } from "../../store/lesson/lanczos.ts";
import { treeChart as words } from "../../strings/en.ts";
import { Axes } from "./Axes.tsx";
import { ChartFrame, Picture } from "./ChartFrame.tsx";
import { Cursor, readingOf } from "./Cursor.tsx";
import { xTicks } from "./densityGeometry.ts";
import type { Frame } from "./frame.ts";
import { treeGeometry, treeReading } from "./treeGeometry.ts";
import type { Box } from "./useBox.ts";

interface TreeChartProps {
  readonly view: DensityView;
  readonly states: readonly LanczosState[];
  /** The present step, from 1. */
  readonly at: number;
  readonly summary: string;
}

/** Those of the density chart at the sides, so that the two stand on one axis. */
const MARGINS = { left: 3.4, right: 1, top: 0.4, bottom: 2.9 };

export function TreeChart({ view, states, at, summary }: TreeChartProps) {
  return (
    <ChartFrame className="tree-chart" margins={MARGINS}>
      {plot}
    </ChartFrame>
  );

  function plot(frame: Frame, box: Box) {
    const { width, rem } = box;
    const shape = treeGeometry(view, states, at, frame, 0.19 * rem);
    const [low, high] = view.domain;
    const x = (u: number) => frame.left + ((u - low) / (high - low)) * (frame.right - frame.left);
    const present = states[at - 1];
    return (
      <>
        <Picture frame={frame} box={box} summary={summary} xTitle={words.xTitle} yTitle={words.yTitle}>
          <path className="goal" d={shape.goals} />
          <line className="guide" x1={frame.left} x2={frame.right} y1={shape.row} y2={shape.row} />
          <path className="dot open" d={shape.dots.open} />
          <path className="dot settled" d={shape.dots.settled} />
          <path className="dot front" d={shape.front} />
          <path className="dot ghost" d={shape.dots.ghost} />
          <Axes frame={frame} rem={rem} xTicks={xTicks(view, x, frame)} yTicks={shape.yTicks} grid={false} />
        </Picture>
        <Cursor
          label={words.read}
          frame={frame}
          width={width}
          stops={shape.stops}
          read={readingOf(shape.stops, (node) => treeReading(present, node))}
        />
      </>
    );
  }
}
