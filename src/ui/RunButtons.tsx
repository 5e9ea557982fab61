/** Run, pause, resume, cancel, extend. All stay in place; those of no use now are off. */
import { isBusy } from "../store/runState.ts";
import { runButtons as words } from "../strings/en.ts";
import { useActions, useHidden, usePage } from "./page.ts";
import { Button } from "./parts.tsx";

/** What one press of the extending buttons adds. */
const MORE = { steps: 20, probes: 1 };

export function RunButtons() {
  const run = usePage((state) => state.run);
  const live = usePage((state) => state.shown?.origin === "live");
  const unavailable = usePage((state) => state.device?.kind === "unavailable");
  const unread = usePage((state) => state.upload.reading);
  const actions = useActions();
  const busy = isBusy(run);
  const running = run.kind === "running" && !run.cancelling;
  const paused = run.kind === "running" && run.paused;
  const extendable = live && !busy;
  if (useHidden("run")) return null;
  return (
    <div className="run-buttons">
      <Button look="primary" off={busy || unavailable || unread} onClick={() => void actions.run()}>
        {words.run}
      </Button>
      <Button off={!running} onClick={() => void (paused ? actions.resume() : actions.pause())}>
        {paused ? words.resume : words.pause}
      </Button>
      <Button off={!busy || run.cancelling} onClick={() => void actions.cancel()}>
        {words.cancel}
      </Button>
      <Button off={!extendable} onClick={() => void actions.extend({ steps: MORE.steps, probes: 0 })}>
        {words.moreSteps(MORE.steps)}
      </Button>
      <Button off={!extendable} onClick={() => void actions.extend({ steps: 0, probes: MORE.probes })}>
        {words.moreProbes(MORE.probes)}
      </Button>
    </div>
  );
}
