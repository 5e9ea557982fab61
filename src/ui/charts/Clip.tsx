/** Keeps curves inside the plot. */
import type { Frame } from "./frame.ts";

interface ClipProps {
  readonly id: string;
  readonly frame: Frame;
  /** Pixels over the plot that may be drawn on. */
  readonly above?: number;
}

export const Clip = ({ id, frame: { left, right, top, bottom }, above = 0 }: ClipProps) => (
  <defs>
    <clipPath id={id}>
      <rect x={left} y={top - above} width={right - left} height={bottom - top + above} />
    </clipPath>
  </defs>
);
