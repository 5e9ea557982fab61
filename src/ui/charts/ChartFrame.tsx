/** The box of a chart, as large as its room, with its picture. */
import { type ReactNode, useMemo } from "react";
import { type Frame, frameOf, type Margins } from "./frame.ts";
import { type Box, useBox } from "./useBox.ts";

interface ChartFrameProps {
  /** What stylesheets and tests find it by. */
  readonly className: string;
  /** Where they depend on the room, a function of it. */
  readonly margins: Margins | ((box: Box) => Margins);
  /** The picture, and what reads it. Not called before there is room. */
  readonly children: (frame: Frame, box: Box) => ReactNode;
}

export function ChartFrame({ className, margins, children }: ChartFrameProps) {
  const { ref, box } = useBox();
  const frame = useMemo(
    () => (box === null ? null : frameOf(box, typeof margins === "function" ? margins(box) : margins)),
    [box, margins],
  );
  return (
    <div ref={ref} className={`chart ${className}`}>
      {box !== null && frame !== null && box.width > 0 && children(frame, box)}
    </div>
  );
}

interface PictureProps {
  readonly frame: Frame;
  readonly box: Box;
  /** What the picture says, for those who do not see it. */
  readonly summary: string;
  readonly xTitle?: string;
  readonly yTitle?: string;
  readonly children: ReactNode;
}

/** An image with the titles of its axes. */
export function Picture({ frame, box, summary, xTitle, yTitle, children }: PictureProps) {
  const { width, height, rem } = box;
  return (
    <svg width={width} height={height} role="img" aria-label={summary}>
      {children}
      {xTitle !== undefined && (
        <AxisTitle x={(frame.left + frame.right) / 2} y={height - 0.3 * rem}>
          {xTitle}
        </AxisTitle>
      )}
      {yTitle !== undefined && (
        <AxisTitle x={0.8 * rem} y={(frame.top + frame.bottom) / 2} upwards>
          {yTitle}
        </AxisTitle>
      )}
    </svg>
  );
}

interface AxisTitleProps {
  /** Of the middle of the words. */
  readonly x: number;
  readonly y: number;
  readonly upwards?: boolean;
  readonly children: string;
}

export function AxisTitle({ x, y, upwards = false, children }: AxisTitleProps) {
  const place = upwards ? { transform: `translate(${x} ${y}) rotate(-90)` } : { x, y };
  return (
    <text className="axis-title" {...place} textAnchor="middle">
      {children}
    </text>
  );
}
