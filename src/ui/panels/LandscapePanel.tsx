/** The loss around the weights. */
import type { RunResult } from "../../store/state.ts";
import { PlaneCard } from "../PlaneCard.tsx";

export default function LandscapePanel({ result }: { readonly result: RunResult }) {
  return (
    <div className="column wide">
      <PlaneCard result={result} />
    </div>
  );
}
