/** How fast the kernels are in their tilings: measured by a click, kept by the browser, used by later runs. */
import { useState } from "react";
import { isBusy } from "../../store/runState.ts";
import type { TableSummary } from "../../store/state.ts";
import { kernelsCard as words } from "../../strings/en.ts";
import { download } from "../export/download.ts";
import { percent, significant } from "../format.ts";
import { useActions, usePage } from "../page.ts";
import { Button } from "../parts.tsx";
import { progressLine } from "../words.ts";

export function Kernels() {
  const { tuneKernels, forgetKernels, cancel } = useActions();
  const { summary, json, problem } = usePage((state) => state.kernels);
  const run = usePage((state) => state.run);
  const measuring = run.kind === "running" && run.job === "kernels";
  const [asked, setAsked] = useState(false);
  const failed = asked && run.kind === "ended" && "message" in run.ending ? run.ending.message : null;
  const measure = (): void => {
    setAsked(true);
    void tuneKernels();
  };
  return (
    <section className="passport" aria-label={words.title}>
      <h3>{words.title}</h3>
      <p className="calm">{words.lead}</p>
      <p className="calm">
        {measuring ? (
          <Button onClick={() => void cancel()}>{words.cancel}</Button>
        ) : (
          <Button onClick={measure} off={isBusy(run)} title={words.askHint}>
            {words.ask}
          </Button>
        )}{" "}
        {json !== null && !measuring && (
          <>
            <Button onClick={() => download(words.file, json, "application/json")} title={words.exportHint}>
              {words.export}
            </Button>{" "}
            <Button onClick={() => void forgetKernels()} title={words.forgetHint}>
              {words.forget}
            </Button>
          </>
        )}
      </p>
      <div role="status">
        {measuring && <p className="empty">{progressLine(run)}</p>}
        {!measuring && summary !== null && <p className="calm">{sentence(summary)}</p>}
        {!measuring && (problem ?? failed) !== null && <p className="empty">{problem ?? failed}</p>}
      </div>
    </section>
  );
}

const sentence = ({ shapes, others, usualMs, chosenMs }: TableSummary): string =>
  words.result({
    ...{ shapes, others, usual: significant(usualMs, 3), chosen: significant(chosenMs, 3) },
    less: percent(usualMs === 0 ? 0 : 1 - chosenMs / usualMs),
  });
