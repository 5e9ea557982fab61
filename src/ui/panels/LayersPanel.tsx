/** What the curvature says of each layer. */
import type { RunResult } from "../../store/state.ts";
import { LayerCard } from "../LayerCard.tsx";

export default function LayersPanel({ result }: { readonly result: RunResult }) {
  return (
    <div className="column wide">
      <LayerCard result={result} />
    </div>
  );
}
