/** What a bit plan chooses from, and what it may cost. */
import { useId, useMemo, useState } from "react";
import { controls } from "../../store/controls.ts";
import { WIDTHS, widthsOf } from "../../store/planRequests.ts";
import type { RunResult } from "../../store/state.ts";
import { tensorPatterns } from "../../store/tensorPatterns.ts";
import { cells, layers as words } from "../../strings/en.ts";
import { NumberField, TensorsField, ViewChoice } from "../ControlField.tsx";
import { useActions, useHidden, usePage } from "../page.ts";

export function PlanSettings({ result }: { readonly result: RunResult }) {
  const { planCost, planScale } = usePage((state) => state.controls);
  const [help, setHelp] = useState("");
  const groups = useMemo(() => tensorPatterns(result.model.tensors.map(({ name }) => name)), [result.model]);
  return (
    <form className="plan-settings" onSubmit={(event) => event.preventDefault()}>
      <ViewChoice field="planCost" lead={words.plan.budget} />
      <WidthChoice />
      <ViewChoice field="planScheme" lead={words.settings.levels} />
      <ViewChoice field="planScale" lead={words.settings.scale} />
      {planScale === "group" && <NumberField field="planGroup" onHelp={setHelp} />}
      {planCost === "bops" && <NumberField field="planActivations" onHelp={setHelp} />}
      {planCost === "latency" && <LatencyFile />}
      <TensorsField field="planTied" placeholder={cells.none} groups={groups} onHelp={setHelp} />
      {help !== "" && <p className="help">{help}</p>}
    </form>
  );
}

/** Check boxes side by side; the last ticked one stays. */
function WidthChoice() {
  const widths = usePage((state) => widthsOf(state.controls).join());
  const { set } = useActions();
  const chosen = widths.split(",").map(Number);
  const { label, help } = controls.planBits;
  if (useHidden("planBits")) return null;
  return (
    <fieldset className="segments" title={help}>
      <legend className="hidden">{label}</legend>
      <span className="lead" aria-hidden="true">
        {words.settings.bits}
      </span>
      {WIDTHS.map((width) => (
        <label key={width}>
          <input
            type="checkbox"
            checked={chosen.includes(width)}
            onChange={(event) => {
              const next = WIDTHS.filter((other) =>
                other === width ? event.target.checked : chosen.includes(other),
              );
              if (next.length > 0) set("planBits", next.join());
            }}
          />
          <span>{width}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The reader's own times: they never leave the page. */
function LatencyFile() {
  const { file, times, refusal } = usePage((state) => state.latencies);
  const { readLatencies } = useActions();
  const id = useId();
  return (
    <div className="latency-file">
      <label htmlFor={id}>{words.settings.times}</label>
      <input
        id={id}
        type="file"
        accept=".csv,.json"
        onChange={async (event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen !== undefined)
            await readLatencies({ name: chosen.name, bytes: new Uint8Array(await chosen.arrayBuffer()) });
        }}
      />
      {refusal !== null && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
      {refusal === null && file !== "" && (
        <p className="calm">{words.settings.timesOf(file, times.length)}</p>
      )}
    </div>
  );
}
