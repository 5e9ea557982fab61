/** Why a measurement of the layers is not there, and the button or the words that get it. */
import type { ReactNode } from "react";
import { isBusy, type Job } from "../../store/runState.ts";
import { asking as words } from "../../strings/en.ts";
import { usePage } from "../page.ts";
import { Button } from "../parts.tsx";

interface AskingProps {
  readonly job: Job;
  /** `rounding errors`: what the stored run does not hold. */
  readonly what: string;
  readonly label: string;
  readonly onAsk: () => void;
  /** What it costs. */
  readonly children: ReactNode;
}

export function Asking({ job, what, label, onAsk, children }: AskingProps) {
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  if (isBusy(run)) {
    const own = run.kind === "running" && run.job === job;
    return <p className="empty">{own ? words.measuring : words.later}</p>;
  }
  if (origin !== "live") {
    return <p className="empty">{origin === "stored" ? words.stored(what) : words.goneOn(what)}</p>;
  }
  return (
    <div className="empty">
      <Button onClick={onAsk}>{label}</Button>
      <p className="calm">{children}</p>
    </div>
  );
}
