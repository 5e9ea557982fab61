/** The columns that the table of layers lacks, and how to get them. */

import { subsetsRequest, topsRequest } from "../../store/layerSpectra.ts";
import type { LayerRow } from "../../store/layerTable.ts";
import { pruneRequest } from "../../store/pruning.ts";
import { isBusy } from "../../store/runState.ts";
import type { RunResult } from "../../store/state.ts";
import { layers as words } from "../../strings/en.ts";
import { useActions, usePage } from "../page.ts";
import { Button } from "../parts.tsx";

interface Measure {
  /** `largest eigenvalues`: what a stored run may lack. */
  readonly what: string;
  readonly label: string;
  readonly title: string;
  readonly ask: () => void;
}

export function Unmeasured({
  result,
  rows,
}: {
  readonly result: RunResult;
  readonly rows: readonly LayerRow[];
}) {
  const values = usePage((state) => state.controls);
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const { ask, predictPlan } = useActions();
  const missing: Measure[] = [];
  if (rows.some(({ options }) => options.length === 0))
    missing.push({
      ...words.unmeasured.options,
      ask: () => void predictPlan(),
    });
  if (rows.some(({ top }) => top === null))
    missing.push({
      ...words.unmeasured.tops(topsRequest.steps),
      ask: () => void ask({ kind: "layerSpectra", request: topsRequest }),
    });
  if (rows.every(({ channelRise }) => channelRise === null))
    missing.push({
      ...words.unmeasured.channels,
      ask: () => void ask({ kind: "prune", request: pruneRequest(result, values, false) }),
    });
  const subsets = subsetsRequest(result);
  if (subsets !== null && rows.some((row) => row.subsets === null))
    missing.push({
      ...words.unmeasured.subsets(subsets.subsets, subsets.steps),
      ask: () => void ask({ kind: "subsetEigenvalues", request: subsets }),
    });
  if (missing.length === 0) return null;
  if (origin !== "live") {
    return (
      <p className="calm unmeasured">
        {words.unmeasured.missing(missing.map(({ what }) => what).join("; "))}{" "}
        {origin === "stored" ? words.unmeasured.stored : words.unmeasured.again}
      </p>
    );
  }
  return (
    <p className="plan-buttons unmeasured">
      <span className="calm">{words.unmeasured.measure}</span>
      {missing.map(({ label, title, ask: measure }) => (
        <Button key={label} off={isBusy(run)} title={title} onClick={measure}>
          {label}
        </Button>
      ))}
    </p>
  );
}
