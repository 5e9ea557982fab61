/** What the colours of a landscape mean. */
import type { Frame } from "./frame.ts";
import type { Shades } from "./shades.ts";

interface ColourBarProps {
  readonly shades: Shades;
  readonly frame: Frame;
  readonly rem: number;
}

const STEPS = 20;

export function ColourBar({ shades, frame, rem }: ColourBarProps) {
  const x = frame.right + 0.7 * rem;
  const height = Math.min(frame.bottom - frame.top, 20 * rem);
  const top = frame.bottom - height;
  const step = height / STEPS;
  return (
    <g>
      {Array.from({ length: STEPS }, (_, i) => i).map((i) => (
        <rect
          key={i}
          className="cell"
          x={x}
          y={frame.bottom - (i + 1) * step}
          width={0.8 * rem}
          height={step + 0.5}
          fill={shades.colour(shades.at((i + 0.5) / STEPS))}
        />
      ))}
      {shades.ticks.map(({ share, label }) => (
        <text key={share} className="tick" x={x + 1.1 * rem} y={top + (1 - share) * height} dy="0.32em">
          {label}
        </text>
      ))}
    </g>
  );
}
