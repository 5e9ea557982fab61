/** What the lines of a landscape are. */
import type { LandscapeValue } from "../../store/landscapes.ts";

interface LegendProps {
  readonly plane: boolean;
  readonly surface: boolean;
  readonly predicted: boolean;
  readonly value: LandscapeValue;
}

export function Legend({ plane, surface, predicted, value }: LegendProps) {
  if (surface)
    return (
      <p className="legend">
        <span className="key">
          drag, or use the arrow keys, to turn the surface; the ring marks the weights
        </span>
      </p>
    );
  return (
    <p className="legend">
      <span className="key">
        <i className={plane ? "swatch iso-line" : "swatch measured"} aria-hidden="true" />
        {plane ? `lines of equal ${value}, measured` : "measured"}
        {value === "residual" && ": loss minus L + g·d + ½ d·Hd"}
      </span>
      {predicted && (
        <span className="key">
          <i className={plane ? "swatch iso-predicted" : "swatch parabola"} aria-hidden="true" />
          as slope and curvature at the weights predict
        </span>
      )}
    </p>
  );
}
