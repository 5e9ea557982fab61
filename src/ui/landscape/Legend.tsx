/** What the lines of a landscape are. */
import type { LandscapeValue } from "../../store/landscapes.ts";
import { figures, panelFigures, landscape as words } from "../../strings/en.ts";

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
        <span className="key">{words.legend.turn}</span>
      </p>
    );
  return (
    <p className="legend">
      <span className="key">
        <i className={plane ? "swatch iso-line" : "swatch measured"} aria-hidden="true" />
        {plane ? panelFigures.equalLines(panelFigures.landscape[value]) : figures.measured}
        {value === "residual" && words.legend.residual}
      </span>
      {predicted && (
        <span className="key">
          <i className={plane ? "swatch iso-predicted" : "swatch parabola"} aria-hidden="true" />
          {words.legend.predicted}
        </span>
      )}
    </p>
  );
}
