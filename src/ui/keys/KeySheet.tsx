/** All keys, by place, in a dialog; and the switch for those whose voice or habit types letters by chance. */
import { ViewChoice } from "../ControlField.tsx";
import { Dialog } from "../Dialog.tsx";
import { KEYS, keyName, PLACES, type Place } from "./table.ts";

export function KeySheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div className="dialog-tools">
        <ViewChoice field="shortcuts" lead="keys" />
      </div>
      <div className="key-places">
        {(Object.keys(PLACES) as Place[]).toReversed().map((place) => (
          <KeyList key={place} place={place} />
        ))}
      </div>
      <p className="calm">
        Tab goes through everything in the order of the page. No key acts while you type in a field.
      </p>
    </Dialog>
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
