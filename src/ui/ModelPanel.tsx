/** Which model: the choice, what it is, and the way to bring one's own. */
import { chosenCard, isChosenShown } from "../store/chosen.ts";
import { controls, FILE_MODEL } from "../store/controls.ts";
import type { ModelCard, RunResult } from "../store/state.ts";
import { modelPanel as words } from "../strings/en.ts";
import { BatchLook, BatchRows } from "./BatchFacts.tsx";
import { DropZone } from "./DropZone.tsx";
import { count } from "./format.ts";
import { HubField } from "./HubField.tsx";
import { ParametersPanel } from "./ParametersPanel.tsx";
import { useActions, useHidden, usePage } from "./page.ts";
import { Card } from "./parts.tsx";
import { modelName } from "./words.ts";

export function ModelPanel() {
  const chosen = usePage((state) => state.controls.model);
  const catalogue = usePage((state) => state.catalogue);
  const fileCard = usePage((state) => state.upload.card);
  const shown = usePage((state) => state.shown?.result ?? null);
  const card = usePage(chosenCard);
  const { set } = useActions();
  const description = catalogue.find((model) => model.id === chosen)?.description;
  const matches = usePage(isChosenShown);
  // Who may not choose brings no other model either.
  const fixed = useHidden("model");
  const inCatalogue = catalogue.some((model) => model.id === chosen);
  return (
    <Card title={words.title}>
      {!fixed && (
        <select
          className="model-choice"
          aria-label={controls.model.label}
          title={controls.model.help}
          value={chosen}
          onChange={(event) => set("model", event.target.value)}
        >
          {catalogue.map((model) => (
            <option key={model.id} value={model.id}>
              {model.title}
            </option>
          ))}
          {!inCatalogue && chosen !== FILE_MODEL && (
            <option value={chosen}>{shown?.model.title ?? chosen}</option>
          )}
          {fileCard !== null && <option value={FILE_MODEL}>{modelName(fileCard)}</option>}
        </select>
      )}
      {card !== null && <Facts card={card} result={matches ? shown : null} />}
      {card === null && description !== undefined && <p className="calm">{description}</p>}
      {shown !== null && !matches && <p className="calm apart">{words.stale(modelName(shown.model))} </p>}
      {!fixed && (
        <>
          <DropZone />
          <HubField />
        </>
      )}
    </Card>
  );
}

/** Data may name fewer classes than the model has. */
const classesText = (names: readonly string[], classes: number): string =>
  names.length < classes ? words.someClasses(names.join(", "), names.length, classes) : names.join(", ");

function Facts({ card, result }: { readonly card: ModelCard; readonly result: RunResult | null }) {
  return (
    <>
      <p className="architecture">{card.architecture}</p>
      <dl className="facts">
        <dt>{words.parameters}</dt>
        <dd>{count(card.parameterCount)}</dd>
        <dt>{words.data}</dt>
        <dd>{card.data.split === "unknown" ? card.data.source : card.data.split}</dd>
        <dt>{card.input === "input_ids" ? words.sentences : words.samples}</dt>
        <dd>{count(card.data.available)}</dd>
        {card.data.classNames !== null && (
          <>
            <dt>{words.classes}</dt>
            <dd className="one-line" title={classesText(card.data.classNames, card.classes)}>
              {classesText(card.data.classNames, card.classes)}
            </dd>
          </>
        )}
        <BatchRows card={card} result={result} />
      </dl>
      <BatchLook card={card} />
      <ParametersPanel card={card} />
      {card.warnings.map((warning) => (
        <p key={warning} className="warning">
          {warning}
        </p>
      ))}
    </>
  );
}
