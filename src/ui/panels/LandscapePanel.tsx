/** The loss around the weights. */
import type { RunResult } from "../../store/state.ts";
import { LandscapeCard } from "../landscape/LandscapeCard.tsx";
import { LandscapeForm } from "../landscape/LandscapeForm.tsx";
import "../styles/landscape.css";

export default function LandscapePanel({ result }: { readonly result: RunResult }) {
  return (
    <div className="column wide">
      <LandscapeForm result={result} />
      <LandscapeCard result={result} />
    </div>
  );
}
