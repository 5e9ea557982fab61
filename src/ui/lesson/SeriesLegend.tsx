import type { Series } from "../charts/convergenceGeometry.ts";

/** Names beside a piece of each line, dashes and all. */
export function SeriesLegend({ series }: { readonly series: readonly Series[] }) {
  return (
    <p className="legend">
      {series.map(({ name, look }) => (
        <span className="key" key={name}>
          <svg className="sample" viewBox="0 0 26 8" aria-hidden="true">
            <path className={`series ${look}`} d="M0 4h26" />
          </svg>
          {name}
        </span>
      ))}
    </p>
  );
}
