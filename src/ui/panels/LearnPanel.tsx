/** How eigenvalues are found, step by step. */
import type { RunResult } from "../../store/state.ts";
import { LanczosLesson } from "../lesson/LanczosLesson.tsx";
import { PowerLesson } from "../lesson/PowerLesson.tsx";
import { usePage } from "../page.ts";
import { TourLinks } from "../tours/TourLinks.tsx";
import "../styles/lesson.css";

export default function LearnPanel({ result }: { readonly result: RunResult }) {
  const lesson = usePage((state) => state.controls.lesson);
  return (
    <div className="column wide">
      <TourLinks />
      {lesson === "lanczos" ? <LanczosLesson result={result} /> : <PowerLesson result={result} />}
    </div>
  );
}
