/** All keys, by place, in a dialog; and the switch for those whose voice or habit types letters by chance. */
import { controls } from "../../store/controls.ts";
import { keySheet as words } from "../../strings/en.ts";
import { ViewChoice } from "../ControlField.tsx";
import { Dialog } from "../Dialog.tsx";
import { type Command, KEYS, PLACES, type Place } from "./table.ts";

const DOES: { readonly [P in Place]: Readonly<Record<Command<P>, string>> } = {
  ...words.does,
  page: {
    ...words.does.page,
    panel: words.shows(controls.panel.options.map(({ label }) => label).join(", ")),
  },
};

const NAMES: Readonly<Record<string, string>> = {
  " ": words.names.space,
  ArrowRight: "→",
  ArrowLeft: "←",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Home: words.names.home,
  End: words.names.end,
  Enter: words.names.enter,
  Escape: words.names.escape,
  PageUp: words.names.pageUp,
  PageDown: words.names.pageDown,
};

/** A key as keyboards print it. */
export const keyName = (key: string): string => NAMES[key] ?? key;

export function KeySheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={words.title} onClose={onClose}>
      <div className="dialog-tools">
        <ViewChoice field="shortcuts" lead={words.lead} />
      </div>
      <div className="key-places">
        {PLACES.toReversed().map((place) => (
          <KeyList key={place} place={place} />
        ))}
      </div>
      <p className="calm">{words.about}</p>
    </Dialog>
  );
}

function KeyList({ place }: { readonly place: Place }) {
  const does: Readonly<Record<string, string>> = DOES[place];
  return (
    <section>
      <h3>{words.places[place]}</h3>
      <dl className="key-list">
        {KEYS[place].map(({ command, keys }) => (
          <div key={command}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{keyName(key)}</kbd>
              ))}
            </dt>
            <dd>{does[command]}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
