/** A model or a data set from the Hugging Face Hub: look up, see the sizes, download. Nothing happens without a click. */
import { type FormEvent, useId, useState } from "react";
import type { HubChoice, HubListing, HubTable } from "../store/hubView.ts";
import { bytesText, count } from "./format.ts";
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
      <summary>From the Hugging Face Hub</summary>
      <form onSubmit={submit}>
        <label htmlFor={id}>Hugging Face model or dataset</label>
        <div className="hub-line">
          <input
            id={id}
            type="text"
            value={text}
            placeholder="org/model or datasets/org/name"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" className="button quiet">
            Look up
          </button>
        </div>
      </form>
      <p className="help">
        Look up contacts huggingface.co, a download also its file servers (*.hf.co), and nothing else. They
        see your address and what you ask for; your files stay here.
      </p>
      {task !== null && <HubProgressLine />}
      <div role="alert">{problem !== null && <p className="refusal">{problem.message}</p>}</div>
      {waiting !== null && (
        <p className="calm" role="timer">
          Goes on by itself in {waiting} s.
        </p>
      )}
      {listing !== null && task === null && (
        <Listing key={JSON.stringify(listing.address)} listing={listing} />
      )}
      <p className="calm" role="status">
        {taken.length > 0 && `Here: ${taken.join(", ")}`}
      </p>
      {kept !== null && kept > 0 && (
        <p className="calm">
          This browser keeps {bytesText(kept)} of downloads.{" "}
          <Button look="text" onClick={() => void hubClear()}>
            delete them
          </Button>
        </p>
      )}
    </details>
  );
}

function HubProgressLine() {
  const { task, progress, waiting } = usePage((state) => state.hub);
  const { hubCancel } = useActions();
  // Of a table only some parts are fetched: how many is known when they are there.
  const bound = task === "readRows" ? "at most " : "";
  return (
    <div className="hub-line">
      {progress !== null && <progress max={progress.total} value={progress.done} aria-label="Download" />}
      <span className="calm">
        {progress !== null
          ? `${bytesText(progress.done)} of ${bound}${bytesText(progress.total)}`
          : waiting === null && "Asking the Hub"}
      </span>
      <Button onClick={hubCancel}>Cancel</Button>
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
          aria-label="Weights"
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
      <ul className="hub-files" aria-label="Files">
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
        <Button onClick={() => void hubDownload(choice)}>Download {bytesText(choice.total)}</Button>
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
      <select aria-label="Table" value={chosen} onChange={(event) => setChosen(Number(event.target.value))}>
        {tables.map(({ label, file }, i) => (
          <option key={label} value={i}>
            {label} ({bytesText(file.size)})
          </option>
        ))}
      </select>
      <div className="hub-line">
        <NumberField label="First row" value={start} least={0} most={1e9} onChange={setStart} />
        <NumberField label="Rows" value={rows} least={1} most={MOST_ROWS} onChange={setRows} />
        <Button onClick={() => void hubReadRows(table, { start, count: rows })}>Read rows</Button>
      </div>
      <p className="help">
        Of {bytesText(table.file.size)} only the parts with rows {count(start)} to {count(start + rows - 1)}{" "}
        are fetched.
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
