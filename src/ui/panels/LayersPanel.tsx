/** What the curvature says of each layer, and what to make of it: bits, and what each layer bears. */
import type { RunResult } from "../../store/state.ts";
import { LayerCard } from "../LayerCard.tsx";
import { BitsCard } from "../layers/BitsCard.tsx";
import { PlanCard } from "../layers/PlanCard.tsx";
import { PruneCard } from "../layers/PruneCard.tsx";
import { SelectedLayerCard } from "../layers/SelectedLayerCard.tsx";
import { SensitivityCard } from "../layers/SensitivityCard.tsx";
import { usePlan } from "../layers/usePlan.ts";
import { UnitCard } from "../units/UnitCard.tsx";
import "../styles/layers.css";

export default function LayersPanel({ result }: { readonly result: RunResult }) {
  const view = usePlan(result);
  return (
    <div className="column wide layers-panel">
      <div className="with-aside">
        <LayerCard result={result} />
        <SelectedLayerCard result={result} />
      </div>
      <PlanCard result={result} view={view} />
      <BitsCard result={result} view={view} />
      <SensitivityCard result={result} view={view} />
      <PruneCard result={result} />
      <UnitCard result={result} />
    </div>
  );
}
