/** The columns that the table of layers lacks, and how to get them. */

import { subsetsRequest, topsRequest } from "../../store/layerSpectra.ts";
import type { LayerRow } from "../../store/layerTable.ts";
import { pruneRequest } from "../../store/pruning.ts";
import { isBusy } from "../../store/runState.ts";
import type { RunResult } from "../../store/state.ts";
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
      what: "multiply-accumulates and rounding errors",
      label: "Rise of the loss at each width",
      title:
        "Rounds the weights and takes the traces: no matrix-vector product, or as many as an exact trace is worth",
      ask: () => void predictPlan(),
    });
  if (rows.some(({ top }) => top === null))
    missing.push({
      what: "largest eigenvalues of the blocks",
      label: "Largest eigenvalue of each block",
      title: `HAWQ-V1: at most ${topsRequest.steps} products a layer, several layers at a time`,
      ask: () => void ask({ kind: "layerSpectra", request: topsRequest }),
    });
  if (rows.every(({ channelRise }) => channelRise === null))
    missing.push({
      what: "traces of the channels",
      label: "Rise without a channel",
      title: "HAP: traces of the output channels, exact where a closed sum gives them",
      ask: () => void ask({ kind: "prune", request: pruneRequest(result, values, false) }),
    });
  const subsets = subsetsRequest(result);
  if (subsets !== null && rows.some((row) => row.subsets === null))
    missing.push({
      what: "eigenvalues on subsets of the batch",
      label: `Largest eigenvalues on ${subsets.subsets} subsets`,
      title: `Q-BERT: at most ${subsets.steps} products a layer and subset, several layers at a time`,
      ask: () => void ask({ kind: "subsetEigenvalues", request: subsets }),
    });
  if (missing.length === 0) return null;
  if (origin !== "live") {
    return (
      <p className="calm unmeasured">
        Not measured: {missing.map(({ what }) => what).join("; ")}.{" "}
        {origin === "stored"
          ? "Run the network here to measure them."
          : "Run the network again to measure them."}
      </p>
    );
  }
  return (
    <p className="plan-buttons unmeasured">
      <span className="calm">Measure</span>
      {missing.map(({ label, title, ask: measure }) => (
        <Button key={label} off={isBusy(run)} title={title} onClick={measure}>
          {label}
        </Button>
      ))}
    </p>
  );
}
