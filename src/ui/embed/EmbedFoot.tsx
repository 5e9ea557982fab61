/** Recompute, what came of it, and the way to the whole page. */
import { isBusy } from "../../store/runState.ts";
import { runButtons, runStatus, embed as words } from "../../strings/en.ts";
import { useActions, useHidden, usePage, usePageStore } from "../page.ts";
import { Button } from "../parts.tsx";
import { announcement, endingLine, progressLine } from "../words.ts";
import { recompute } from "./recompute.ts";

export function EmbedFoot() {
  const hidden = useHidden("run");
  return (
    <footer className="embed-foot">
      {!hidden && <Recompute />}
      <OpenLink />
    </footer>
  );
}

function Recompute() {
  const store = usePageStore();
  const { pause, resume, cancel } = useActions();
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const device = usePage((state) => state.device);
  const software = device?.kind === "device" && device.device.software;
  const running = run.kind === "running" && !run.cancelling;
  const paused = run.kind === "running" && run.paused;
  const progress = run.kind === "running" ? run.progress : null;
  if (device?.kind === "unavailable") return <p className="calm">{whyNot(device.message)}</p>;
  return (
    <>
      {isBusy(run) ? (
        <>
          <Button off={!running} onClick={() => void (paused ? resume() : pause())}>
            {paused ? runButtons.resume : runButtons.pause}
          </Button>
          <Button off={run.cancelling} onClick={() => void cancel()}>
            {runButtons.cancel}
          </Button>
          <progress
            aria-label={runStatus.progress}
            max={progress?.total || 1}
            value={progress === null ? undefined : progress.done}
          />
        </>
      ) : (
        <Button onClick={() => void recompute(store)} title={words.recomputeHelp}>
          {words.recompute}
        </Button>
      )}
      <output className="hidden">{announcement(run)}</output>
      <p className="calm" aria-hidden={isBusy(run)}>
        {isBusy(run) && progressLine(run)}
        {run.kind === "ended" && endingLine(run)}
        {run.kind === "idle" && origin === "stored" && words.storedRun}
        {software && ` ${words.software}`}
      </p>
    </>
  );
}

/** A frame is as secure as the least secure page around it. */
const whyNot = (message: string): string => (isSecureContext ? words.unavailable(message) : words.insecure);

function OpenLink() {
  const { link } = useActions();
  // The link is the state: read it again whenever that changes.
  const hash = usePage(link);
  return (
    <a
      className="open-link"
      href={new URL(`./${hash}`, document.baseURI.split("#")[0]).href}
      target="_blank"
      rel="noopener"
    >
      {words.open}
    </a>
  );
}
