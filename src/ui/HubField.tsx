/** A model or a data set from the Hugging Face Hub: look up, see the sizes, download. Nothing happens without a click. */
import { type FormEvent, useId, useState } from "react";
import type { HubChoice, HubListing, HubTable } from "../store/hubView.ts";
import { hubField as words } from "../strings/en.ts";
import { bytesText, count } from "./format.ts";
import { Prose } from "./Prose.tsx";
import { useActions, usePage } from "./page.ts";
import { Button } from "./parts.tsx";

export function HubField() {
  const { listing, task, problem, waiting, taken, kept } = usePage((state) => state.hub);
  const { hubLookUp, hubClear } = useActions();
  const [text, setText] = useState("");
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void hubLookUp(text);
  };
  return (
    <details className="hub data">
      <summary>{words.title}</summary>
      <form onSubmit={submit}>
        <label htmlFor={id}>{words.address}</label>
        <div className="hub-line">
          <input
            id={id}
            type="text"
            value={text}
            placeholder={words.placeholder}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" className="button quiet">
            {words.lookUp}
          </button>
        </div>
      </form>
      <p className="help">{words.privacy} </p>
      {task !== null && <HubProgressLine />}
      <div role="alert">{problem !== null && <p className="refusal">{problem.message}</p>}</div>
      {waiting !== null && (
        <p className="calm" role="timer">
          {words.waiting(waiting)}
        </p>
      )}
      {listing !== null && task === null && (
        <Listing key={JSON.stringify(listing.address)} listing={listing} />
      )}
      <p className="calm" role="status">
        {taken.length > 0 && words.here(taken.join(", "))}
      </p>
      {kept !== null && kept > 0 && (
        <p className="calm">
          <Prose
            text={words.kept(bytesText(kept))}
            marks={{
              delete: (text) => (
                <Button look="text" onClick={() => void hubClear()}>
                  {text}
                </Button>
              ),
            }}
          />
        </p>
      )}
    </details>
  );
}

function HubProgressLine() {
  const { task, progress, waiting } = usePage((state) => state.hub);
  const { hubCancel } = useActions();
  // Of a table only some parts are fetched: how many is known when they are there.
  const progressOf = task === "readRows" ? words.progressOfAtMost : words.progressOf;
  return (
    <div className="hub-line">
      {progress !== null && (
        <progress max={progress.total} value={progress.done} aria-label={words.progress} />
      )}
      <span className="calm">
        {progress !== null
          ? progressOf(bytesText(progress.done), bytesText(progress.total))
          : waiting === null && words.asking}
      </span>
      <Button onClick={hubCancel}>{words.cancel}</Button>
    </div>
  );
}

function Listing({ listing }: { readonly listing: HubListing }) {
  return listing.kind === "model" ? (
    <ModelChoices choices={listing.choices} />
  ) : (
    <Tables tables={listing.tables} />
  );
}

function ModelChoices({ choices }: { readonly choices: readonly HubChoice[] }) {
  const { hubDownload } = useActions();
  const [chosen, setChosen] = useState(0);
  const choice = choices[chosen];
  return (
    <>
      {choices.length > 1 && (
        <select
          aria-label={words.weights}
          value={chosen}
          onChange={(event) => setChosen(Number(event.target.value))}
        >
          {choices.map(({ label, total }, i) => (
            <option key={`${label} ${total}`} value={i}>
              {label} ({bytesText(total)})
            </option>
          ))}
        </select>
      )}
      <ul className="hub-files" aria-label={words.files}>
        {choice.files.map(({ path, size }) => (
          <li key={path}>
            <span>{path}</span> <span className="aside">{bytesText(size)}</span>
          </li>
        ))}
      </ul>
      {choice.note !== null && <p className="calm">{choice.note}</p>}
      {choice.refusal !== null ? (
        <p className="refusal">{choice.refusal}</p>
      ) : (
        <Button onClick={() => void hubDownload(choice)}>{words.download(bytesText(choice.total))}</Button>
      )}
    </>
  );
}

/** Rows offered at first: enough for a batch, and little to fetch. */
const ROWS = 512;
const MOST_ROWS = 10_000;

function Tables({ tables }: { readonly tables: readonly HubTable[] }) {
  const { hubReadRows } = useActions();
  const [chosen, setChosen] = useState(0);
  const [start, setStart] = useState(0);
  const [rows, setRows] = useState(ROWS);
  const table = tables[chosen];
  return (
    <>
      <select
        aria-label={words.table}
        value={chosen}
        onChange={(event) => setChosen(Number(event.target.value))}
      >
        {tables.map(({ label, file }, i) => (
          <option key={label} value={i}>
            {label} ({bytesText(file.size)})
          </option>
        ))}
      </select>
      <div className="hub-line">
        <NumberField label={words.firstRow} value={start} least={0} most={1e9} onChange={setStart} />
        <NumberField label={words.rows} value={rows} least={1} most={MOST_ROWS} onChange={setRows} />
        <Button onClick={() => void hubReadRows(table, { start, count: rows })}>{words.readRows}</Button>
      </div>
      <p className="help">
        {words.partly(bytesText(table.file.size), count(start), count(start + rows - 1))}{" "}
      </p>
    </>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
}

function NumberField({ label, value, least, most, onChange }: NumberFieldProps) {
  return (
    <label>
      {label}{" "}
      <input
        type="number"
        min={least}
        max={most}
        value={value}
        onChange={({ target }) => {
          const next = Math.round(target.valueAsNumber);
          if (next >= least && next <= most) onChange(next);
        }}
      />
    </label>
  );
}
