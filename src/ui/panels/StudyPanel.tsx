/** The study of the PyHessian paper: what BatchNorm and skip connections change. */
import type { RunResult } from "../../store/state.ts";
import { StudyCards } from "../compare/StudyCards.tsx";
import { DataCard } from "../study/DataCard.tsx";
import { SweepCard } from "../study/SweepCard.tsx";

export default function StudyPanel({ result }: { readonly result: RunResult }) {
  return (
    <div className="column wide">
      <StudyCards />
      <SweepCard result={result} />
      <DataCard result={result} />
    </div>
  );
}
