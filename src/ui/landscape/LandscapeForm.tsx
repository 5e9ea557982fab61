/** What to measure of the landscape, and the button that measures it. */
import { useState } from "react";
import { axesOf, landscapeRequest } from "../../store/landscapes.ts";
import { isBusy } from "../../store/runState.ts";
import type { RunResult } from "../../store/state.ts";
import { runButtons, landscape as words } from "../../strings/en.ts";
import { ListField, NumberField } from "../ControlField.tsx";
import { count } from "../format.ts";
import { useActions, useHidden, usePage } from "../page.ts";
import { Button, Card } from "../parts.tsx";
import { progressLine } from "../words.ts";
import { DirectionField } from "./DirectionField.tsx";

export function LandscapeForm({ result }: { readonly result: RunResult }) {
  const [help, setHelp] = useState("");
  const wanted = usePage((state) => state.controls);
  const axes = axesOf(wanted);
  const random = axes.some((axis) => wanted[axis] === "random");
  return (
    <Card title={words.form.title} className="landscape-form">
      <form className="fields" onSubmit={(event) => event.preventDefault()}>
        <ListField field="landscapeShape" onHelp={setHelp} />
        {axes.map((axis) => (
          <DirectionField key={axis} axis={axis} result={result} onHelp={setHelp} />
        ))}
        <NumberField field="landscapeRadius" onHelp={setHelp} />
        <NumberField field="landscapePoints" onHelp={setHelp} />
        {random && <NumberField field="landscapeSeed" onHelp={setHelp} />}
        {random && <ListField field="oneDimensional" onHelp={setHelp} />}
        {result.model.hasBatchNorm && <ListField field="landscapeNorm" onHelp={setHelp} />}
      </form>
      <Measuring result={result} help={help} />
    </Card>
  );
}

/** The button, and beside it what is going on or what stands in the way. */
function Measuring({ result, help }: { readonly result: RunResult; readonly help: string }) {
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const wanted = usePage((state) => state.controls);
  const checkpoints = usePage((state) => state.checkpoints);
  const actions = useActions();
  const hidden = useHidden("run");
  const asked = landscapeRequest(wanted, result, checkpoints);
  const points = wanted.landscapePoints;
  const axes = axesOf(wanted).length;
  const measuring = run.kind === "running" && run.job === "landscape";
  const obstacle = !asked.ok
    ? asked.problem
    : origin === "live"
      ? null
      : origin === "stored"
        ? words.form.stored
        : words.form.goneOn;
  const said = measuring
    ? progressLine(run)
    : help !== ""
      ? help
      : (obstacle ?? words.form.cost(count(points ** axes), axes));
  return (
    <div className="landscape-go">
      {!hidden &&
        (measuring ? (
          <Button look="primary" off={run.cancelling} onClick={() => void actions.cancel()}>
            {runButtons.cancel}
          </Button>
        ) : (
          <Button
            look="primary"
            off={obstacle !== null || isBusy(run)}
            onClick={() => void actions.landscape()}
          >
            {words.form.measure(axes === 1 ? `${points}` : `${points} × ${points}`)}
          </Button>
        ))}
      <p className="calm" aria-live="polite">
        {said}
      </p>
    </div>
  );
}
