/** What to measure, and the buttons that measure it. */
import { useMemo, useState } from "react";
import { chosenCard } from "../store/chosen.ts";
import { runSettingKeys } from "../store/controls.ts";
import { controlsOf } from "../store/runSettings.ts";
import { tensorPatterns } from "../store/tensorPatterns.ts";
import { measure as words } from "../strings/en.ts";
import { ChoiceField, ListField, NumberField, TensorsField } from "./ControlField.tsx";
import { useActions, usePage } from "./page.ts";
import { Button, Card } from "./parts.tsx";
import { RunButtons } from "./RunButtons.tsx";
import { RunStatus } from "./RunStatus.tsx";

export function MeasureCard() {
  const [help, setHelp] = useState("");
  const wanted = usePage((state) => state.controls);
  const shown = usePage((state) => state.shown?.result.settings);
  // Nothing is known of a model whose stored run has not come yet: it may have BatchNorm.
  const batchNorm = usePage((state) => chosenCard(state)?.hasBatchNorm ?? true);
  const card = usePage(chosenCard);
  const groups = useMemo(() => tensorPatterns(card?.tensors.map(({ name }) => name) ?? []), [card]);
  const { adoptSettings } = useActions();
  const { draw, steps, probes, traceProbes } = wanted;
  const then = shown === undefined ? wanted : controlsOf(shown);
  const differs = runSettingKeys.some((key) => then[key] !== wanted[key]);
  const products = steps * probes + Math.max(0, traceProbes - probes);
  return (
    <Card title={words.title} className="measure">
      <form className="fields" onSubmit={(event) => event.preventDefault()}>
        {batchNorm && <ChoiceField field="bn" onHelp={setHelp} />}
        <ChoiceField field="draw" onHelp={setHelp} />
        <ListField field="operator" onHelp={setHelp} />
        <TensorsField field="params" placeholder={words.allTensors} groups={groups} onHelp={setHelp} />
        <NumberField field="batchSize" onHelp={setHelp} />
        <NumberField field={draw === "random" ? "dataSeed" : "start"} onHelp={setHelp} />
        <NumberField field="microBatch" onHelp={setHelp} />
        <NumberField field="steps" onHelp={setHelp} />
        <NumberField field="probes" onHelp={setHelp} />
        <NumberField field="traceProbes" onHelp={setHelp} />
        <NumberField field="seed" onHelp={setHelp} />
        <NumberField field="weightDecay" onHelp={setHelp} />
      </form>
      <p className="help" aria-live="polite">
        {help !== "" ? (
          help
        ) : (
          <>
            {words.products(products)}{" "}
            {differs && (
              <Button look="text" onClick={adoptSettings}>
                {words.adopt}
              </Button>
            )}
          </>
        )}
      </p>
      <div className="run-dock">
        <RunButtons />
        <RunStatus />
      </div>
    </Card>
  );
}
