/** What the parameters are: a bar with a piece per part of the network, and every tensor in a dialog. */
import { useId, useRef, useState } from "react";
import type { ModelCard } from "../store/state.ts";
import { dialog as dialogWords, tensorDialog as words } from "../strings/en.ts";
import { count, percent } from "./format.ts";
import { largestGroups, type ParameterGroup, parameterGroups } from "./parameterGroups.ts";
import { Button } from "./parts.tsx";
import { TrainedTable } from "./TrainedTable.tsx";
import { modelName } from "./words.ts";

/** Parts that the card names. */
const NAMED = 3;
const NO_BREAK = "\u00a0";

export function ParametersPanel({ card }: { readonly card: ModelCard }) {
  const groups = parameterGroups(card);
  const largest = largestGroups(groups, NAMED);
  return (
    <div className="parameters">
      {groups.length > 1 && (
        <>
          <div className="shares" aria-hidden="true">
            {groups.map(({ name, share }) => (
              <span
                key={name}
                className={largest.some((group) => group.name === name) ? "named" : ""}
                style={{ flexGrow: share }}
                title={`${name}: ${percent(share)}`}
              />
            ))}
          </div>
          <p className="calm">
            {largest.map(({ name, share }) => `${name} ${percent(share).replace(" ", NO_BREAK)}`).join(" · ")}
          </p>
        </>
      )}
      <TensorDialog card={card} groups={groups} />
    </div>
  );
}

interface TensorDialogProps {
  readonly card: ModelCard;
  readonly groups: readonly ParameterGroup[];
}

function TensorDialog({ card, groups }: TensorDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const title = useId();
  return (
    <>
      <Button
        look="text"
        onClick={() => {
          setOpen(true);
          dialog.current?.showModal();
        }}
      >
        {words.open(card.tensors.length)}
      </Button>
      <dialog ref={dialog} aria-labelledby={title} onClose={() => setOpen(false)}>
        <header className="card-head">
          <h2 id={title}>{words.title(modelName(card))}</h2>
          <p className="card-note">{words.note(count(card.parameterCount), card.tensors.length)} </p>
          <form method="dialog" className="card-tools">
            <button type="submit" className="button quiet">
              {dialogWords.close}
            </button>
          </form>
        </header>
        {open && card.candidates === undefined && <TensorTable groups={groups} />}
        {open && card.candidates !== undefined && (
          <TrainedTable candidates={card.candidates} onDone={() => dialog.current?.close()} />
        )}
      </dialog>
    </>
  );
}

function TensorTable({ groups }: { readonly groups: readonly ParameterGroup[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="scroll tall" aria-label={words.table} tabIndex={0}>
      <table className="tensors">
        <thead>
          <tr>
            {words.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group.name}>
            <tr className="group">
              <th scope="rowgroup">{group.name}</th>
              <td>{words.group(group.tensors.length)}</td>
              <td>{count(group.size)}</td>
              <td>{percent(group.share)}</td>
            </tr>
            {group.tensors.map(({ name, shape, size }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{shape.join(" × ")}</td>
                <td>{count(size)}</td>
                <td />
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}
