/** The cumulative distribution at once, and its band when it is computed: in small pieces, so that the page stays awake. */
import { useEffect, useMemo, useState } from "react";
import {
  bandPoints,
  type CertifiedBand,
  type CumulativeView,
  cumulativeView,
} from "../store/cumulativeView.ts";
import type { DensityView } from "../store/densityView.ts";
import type { RunResult } from "../store/state.ts";

/** Milliseconds of work before the page has its turn. */
const PIECE = 12;

export interface Cumulative {
  readonly view: CumulativeView;
  /** The band is under way. */
  readonly pending: boolean;
}

/** Null where no density is given. */
export function useCumulative(result: RunResult, density: DensityView | null): Cumulative | null {
  const [found, setFound] = useState<{ of: DensityView; band: CertifiedBand | null } | null>(null);
  useEffect(() => {
    if (density === null) return;
    const points = bandPoints(result, density);
    let timer = 0;
    const piece = () => {
      const until = performance.now() + PIECE;
      while (performance.now() < until) {
        const step = points.next();
        if (step.done) return setFound({ of: density, band: step.value });
      }
      timer = window.setTimeout(piece);
    };
    timer = window.setTimeout(piece);
    return () => window.clearTimeout(timer);
  }, [result, density]);
  const known = found?.of === density ? found : null;
  return useMemo(
    () =>
      density === null
        ? null
        : { view: cumulativeView(result, density, known?.band ?? null), pending: known === null },
    [result, density, known],
  );
}
