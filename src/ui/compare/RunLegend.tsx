/** Which stroke and letter is which run. */
import { RunSample } from "../RunSample.tsx";
import type { ComparedRun } from "./strokes.ts";

export function RunLegend({ runs }: { readonly runs: readonly ComparedRun[] }) {
  return (
    <p className="legend">
      {runs.map(({ letter, title, beside }) => (
        <span key={letter} className="key">
          <RunSample beside={beside} />
          {letter}: {title}
        </span>
      ))}
    </p>
  );
}
