/** Lines across the plot of a run whose checks failed, so that nobody takes it for sound. */
import type { Frame } from "./frame.ts";

interface HatchProps {
  /** Of the pattern: one of its own for each chart of the page. */
  readonly id: string;
  readonly frame: Frame;
}

export function Hatch({ id, frame }: HatchProps) {
  return (
    <>
      <pattern id={id} width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line className="hatch" x1="0" x2="0" y1="0" y2="8" />
      </pattern>
      <rect
        x={frame.left}
        y={frame.top}
        width={frame.right - frame.left}
        height={frame.bottom - frame.top}
        fill={`url(#${id})`}
      />
    </>
  );
}
