/** The density in the middle, the numbers and the slice on the right. */
import type { RunResult } from "../../store/state.ts";
import { DensityCard } from "../DensityCard.tsx";
import { EigenvalueCard } from "../EigenvalueCard.tsx";
import { LayerCard } from "../LayerCard.tsx";
import { SliceCard } from "../SliceCard.tsx";

export function SpectrumPanel({ result }: { readonly result: RunResult }) {
  return (
    <>
      <div className="column figure-column">
        <DensityCard result={result} />
        <LayerCard result={result} link />
      </div>
      <div className="column numbers">
        <EigenvalueCard result={result} />
        <SliceCard result={result} />
      </div>
    </>
  );
}
