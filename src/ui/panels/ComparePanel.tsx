/** Two to four runs on common axes, and the list that they come from. */
import { useDeferredValue, useMemo } from "react";
import type { RunResult } from "../../store/state.ts";
import { AroundCards } from "../compare/AroundCards.tsx";
import { CompareCard } from "../compare/CompareCard.tsx";
import { RunListCard } from "../compare/RunListCard.tsx";
import { StageCard } from "../compare/StageCard.tsx";
import { drawnRuns } from "../compare/strokes.ts";
import { Doubted } from "../doubt.tsx";
import { useCompared } from "../page.ts";

/** A list of runs is no figure. */
const NONE: readonly RunResult[] = [];

export default function ComparePanel(_: { readonly result: RunResult }) {
  const compared = useCompared();
  // A live run sends its steps faster than four of them are compared.
  const runs = useDeferredValue(useMemo(() => drawnRuns(compared), [compared]));
  const results = useMemo(() => runs.map((run) => run.result), [runs]);
  return (
    <div className="column wide">
      <Doubted results={results}>
        <CompareCard runs={runs} />
      </Doubted>
      <Doubted results={NONE}>
        <RunListCard />
      </Doubted>
      {runs.length > 1 && (
        <Doubted results={results}>
          <StageCard runs={runs} name="comparison" />
          <AroundCards runs={runs} name="comparison" />
        </Doubted>
      )}
    </div>
  );
}
