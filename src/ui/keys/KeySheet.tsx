/** All keys, by place, in a dialog; and the switch for those whose voice or habit types letters by chance. */
import { useEffect, useId, useRef } from "react";
import { ViewChoice } from "../ControlField.tsx";
import { Button } from "../parts.tsx";
import { KEYS, keyName, PLACES, type Place } from "./table.ts";

export function KeySheet({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a dialog closes by Escape by itself; this is the click beside it
    <dialog
      ref={dialog}
      className="dialog key-sheet"
      aria-labelledby={title}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div className="dialog-body">
        <div className="card-head">
          <h2 id={title}>Keys</h2>
          <div className="card-tools">
            <ViewChoice field="shortcuts" lead="keys" />
            <Button onClick={close}>Close</Button>
          </div>
        </div>
        <div className="key-places">
          {(Object.keys(PLACES) as Place[]).toReversed().map((place) => (
            <KeyList key={place} place={place} />
          ))}
        </div>
        <p className="calm">
          Tab goes through everything in the order of the page. No key acts while you type in a field.
        </p>
      </div>
    </dialog>
  );
}

function KeyList({ place }: { readonly place: Place }) {
  return (
    <section>
      <h3>{PLACES[place]}</h3>
      <dl className="key-list">
        {KEYS[place].map(({ command, keys, does }) => (
          <div key={command}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{keyName(key)}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
