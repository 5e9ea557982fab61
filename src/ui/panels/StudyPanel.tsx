/** The study of the PyHessian paper: what BatchNorm and skip connections change. */
import type { RunResult } from "../../store/state.ts";
import { StudyCards } from "../compare/StudyCards.tsx";

export default function StudyPanel(_: { readonly result: RunResult }) {
  return (
    <div className="column wide">
      <StudyCards />
    </div>
  );
}
