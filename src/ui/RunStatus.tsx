/** Progress, the way a run ended, and what stands in the way of one. */
import { isBusy } from "../store/runState.ts";
import { runStatus as words } from "../strings/en.ts";
import { LossesLine } from "./LossesLine.tsx";
import { usePage } from "./page.ts";
import { WebgpuHelp } from "./WebgpuHelp.tsx";
import { announcement, endingLine, progressLine } from "./words.ts";

export function RunStatus() {
  const run = usePage((state) => state.run);
  const device = usePage((state) => state.device);
  const progress = run.kind === "running" ? run.progress : null;
  const wrong = run.kind === "ended" && !["done", "cancelled"].includes(run.ending.kind);
  const unavailable = device?.kind === "unavailable";
  return (
    <div className="run-status">
      <output className="hidden">{wrong ? "" : announcement(run)}</output>
      {isBusy(run) && (
        <div className="progress">
          <progress
            aria-label={words.progress}
            max={progress?.total || 1}
            value={progress === null ? undefined : progress.done}
          />
          <p>{progressLine(run)}</p>
        </div>
      )}
      {run.kind === "ended" && !wrong && <p className="calm">{endingLine(run)}</p>}
      {run.kind === "ended" && wrong && !(unavailable && run.ending.kind === "unavailable") && (
        <p className="alert" role="alert">
          {endingLine(run)}
        </p>
      )}
      <LossesLine />
      {unavailable && <WebgpuHelp message={device.message} />}
      {device?.kind === "device" && device.device.software && (
        <p className="calm">{words.software(device.device.name)} </p>
      )}
    </div>
  );
}
