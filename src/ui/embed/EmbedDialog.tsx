/** Snippets for the present state: iframe, Quarto, reveal.js, Jupyter, LaTeX. */
import { useState } from "react";
import { FILE_MODEL } from "../../store/controls.ts";
import { exportMenu, embedding as words } from "../../strings/en.ts";
import { ViewChoice } from "../ControlField.tsx";
import { Dialog } from "../Dialog.tsx";
import { fileName } from "../export/download.ts";
import { useActions, usePage } from "../page.ts";
import { Button, Segments } from "../parts.tsx";
import { modelName, runTitle } from "../words.ts";
import { type Snippet, snippets } from "./snippets.ts";

export function EmbedDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={words.title} onClose={onClose}>
      <Snippets />
    </Dialog>
  );
}

function Snippets() {
  const hash = usePage(useActions().link);
  const model = usePage((state) => state.controls.model);
  const result = usePage((state) => state.shown?.result ?? null);
  const view = usePage((state) => state.controls.view);
  const [chosen, setChosen] = useState("HTML");
  if (model === FILE_MODEL || result === null) {
    return <p className="empty">{words.noStoredRun}</p>;
  }
  const all = snippets({
    folder: new URL(".", location.href.split("#")[0]).href,
    hash,
    title: words.figureOf(runTitle(result)),
    file: fileName(modelName(result.model), view, "").slice(0, -1),
  });
  const snippet = all.find(({ name }) => name === chosen) ?? all[0];
  return (
    <>
      <div className="dialog-tools">
        <ViewChoice field="view" lead={words.shows} />
        <Segments
          label={words.kind}
          lead={words.forKind}
          value={snippet.name}
          options={all.map(({ name }) => ({ value: name, label: name }))}
          onChange={setChosen}
        />
      </div>
      <Code snippet={snippet} />
      <p className="calm">{words.frame(modelName(result.model))}</p>
      {/^https:/.test(location.protocol) || <p className="calm">{words.insecure(location.host)}</p>}
    </>
  );
}

function Code({ snippet }: { readonly snippet: Snippet }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(snippet.code);
      setSaid(exportMenu.copied);
    } catch {
      setSaid(words.noClipboard);
    }
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="snippet" aria-label={words.snippetFor(snippet.name)} tabIndex={0}>
        <pre>
          <code>{snippet.code}</code>
        </pre>
      </section>
      <p className="snippet-foot">
        <Button look="primary" onClick={() => void copy()}>
          {words.copy}
        </Button>
        <span className="calm">{snippet.note}</span>
        <output className="calm">{said}</output>
      </p>
    </>
  );
}
