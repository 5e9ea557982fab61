/** All runs that can be compared: those stored beside the bundled models, and the list that this browser keeps. */
import { useEffect, useRef, useState } from "react";
import { canKeep } from "../../store/kept.ts";
import { LAST, type ListedRun } from "../../store/listView.ts";
import { isBusy } from "../../store/runState.ts";
import type { BundledModel } from "../../store/stored.ts";
import { runList as words } from "../../strings/en.ts";
import { filesOf, readFiles } from "../dropFiles.ts";
import { bytesText } from "../format.ts";
import { useActions, usePage } from "../page.ts";
import { Button, Card } from "../parts.tsx";
import { runTitle } from "../words.ts";
import { DamagedRuns } from "./DamagedRuns.tsx";

export function RunListCard() {
  const catalogue = usePage((state) => state.catalogue);
  const list = usePage((state) => state.list);
  const { readList } = useActions();
  useEffect(() => void readList(), [readList]);
  const bytes = list.runs.reduce((sum, run) => sum + run.bytes, 0);
  return (
    <Card
      title={words.title}
      note={list.runs.length === 0 ? words.upToFour : words.inList(list.runs.length, bytesText(bytes))}
      className="runs"
      tools={<ListTools runs={list.runs} />}
    >
      {list.problem !== null && (
        <p className="warning" role="status">
          {words.notKept(list.problem)}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="scroll run-list" aria-label={words.label} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.compare}</th>
              <th scope="col">{words.run}</th>
              <th scope="col">{words.from}</th>
              <th scope="col">{words.size}</th>
              <th scope="col">
                <span className="hidden">{words.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {list.runs.map((run) => (
              <ListedRow key={run.id} run={run} />
            ))}
            {catalogue.map((model) => (
              <StoredRow key={model.id} model={model} />
            ))}
          </tbody>
        </table>
      </section>
      <DamagedRuns />
      <p className="calm">{words.keeping}</p>
    </Card>
  );
}

function ListTools({ runs }: { readonly runs: readonly ListedRun[] }) {
  const shown = usePage((state) => state.shown);
  const { saveShown } = useActions();
  const saved = runs.some((run) => run.result === shown?.result && run.id !== LAST);
  return (
    <>
      <Button off={shown === null || saved} onClick={() => void saveShown()}>
        {saved ? words.saved : words.save}
      </Button>
      <ImportButton />
      {runs.length > 0 && <Button onClick={() => void exportRuns(runs)}>{words.exportList}</Button>}
    </>
  );
}

/** Result files by a dialog; they may be dropped anywhere on the page as well. */
function ImportButton() {
  const dialog = useRef<HTMLInputElement>(null);
  const [refusals, setRefusals] = useState<readonly string[]>([]);
  const { importResults } = useActions();
  const take = async (list: FileList | null) => {
    const { files, refusals: unread } = await readFiles(filesOf(list));
    setRefusals([...unread, ...(await importResults(files))]);
  };
  return (
    <>
      <input
        ref={dialog}
        type="file"
        multiple
        accept=".json"
        className="hidden"
        tabIndex={-1}
        aria-label={words.files}
        onChange={(event) => {
          if (event.target.files?.length) void take(event.target.files);
          event.target.value = "";
        }}
      />
      <Button onClick={() => dialog.current?.click()}>{words.importResult}</Button>
      <div role="alert" className="refusals">
        {refusals.map((refusal) => (
          <p key={refusal} className="refusal">
            {refusal}
          </p>
        ))}
      </div>
    </>
  );
}

const exporting = () => import("../export/index.ts");

async function exportRuns(runs: readonly ListedRun[]): Promise<void> {
  const { download, fileName } = await exporting();
  const content = {
    ...{ schema: "eigenscope-runs", version: 1 },
    runs: runs.map((run) => ({ name: nameOf(run), at: run.at, result: run.result })),
  };
  download(fileName("eigenscope", "runs", "json"), JSON.stringify(content));
}

async function exportRun(run: ListedRun): Promise<void> {
  const { download, fileName } = await exporting();
  download(fileName(nameOf(run), "run", "json"), JSON.stringify(run.result, null, 1));
}

const nameOf = (run: ListedRun): string => run.name || runTitle(run.result);

function ListedRow({ run }: { readonly run: ListedRun }) {
  const shown = usePage((state) => state.shown?.result === run.result);
  const busy = usePage((state) => isBusy(state.run));
  const { showListed, deleteRun } = useActions();
  const [sure, setSure] = useState(false);
  const name = nameOf(run);
  return (
    <tr className={shown ? "chosen" : ""}>
      <CompareCell id={run.id} name={name} />
      <td className="run-name">
        <NameField run={run} />
        <small>{runTitle(run.result)}</small>
      </td>
      <td>
        {words.origin[run.from]}
        <small>{new Date(run.at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}</small>
      </td>
      <td>{bytesText(run.bytes)}</td>
      <td className="row-tools">
        <Button look="text" off={shown || busy} onClick={() => showListed(run.id)} title={words.shows(name)}>
          {shown ? words.shown : words.show}
        </Button>
        <Button look="text" onClick={() => void exportRun(run)} title={words.exports(name)}>
          {words.exportRun}
        </Button>
        <Button
          look="text"
          title={words.deletes(name)}
          onClick={() => (sure ? void deleteRun(run.id) : setSure(true))}
        >
          {sure ? words.deleteSurely : words.deleteRun}
        </Button>
      </td>
    </tr>
  );
}

function StoredRow({ model }: { readonly model: BundledModel }) {
  const shown = usePage(({ shown: run }) => run?.origin === "stored" && run.result.model.id === model.id);
  const chosen = usePage((state) => state.controls.model === model.id);
  const busy = usePage((state) => isBusy(state.run));
  const { set, showStoredRun } = useActions();
  return (
    <tr className={shown ? "chosen" : ""}>
      <CompareCell id={model.id} name={model.title} />
      <td className="run-name">
        {model.title}
        <small>{model.description}</small>
      </td>
      <td>{words.origin.stored}</td>
      <td />
      <td className="row-tools">
        <Button
          look="text"
          off={shown || busy}
          title={words.showsStored(model.title)}
          onClick={() => (chosen ? void showStoredRun() : set("model", model.id))}
        >
          {shown ? words.shown : words.show}
        </Button>
      </td>
    </tr>
  );
}

function CompareCell({ id, name }: { readonly id: string; readonly name: string }) {
  const kept = usePage((state) => state.kept.some((run) => run.key === id));
  const room = usePage(canKeep);
  const { toggleKept } = useActions();
  return (
    <td>
      <input
        type="checkbox"
        aria-label={words.compares(name)}
        checked={kept}
        disabled={!kept && !room}
        onChange={() => void toggleKept(id)}
      />
    </td>
  );
}

/** What a run is called: its own title until it gets a name. */
function NameField({ run }: { readonly run: ListedRun }) {
  const [draft, setDraft] = useState<string | null>(null);
  const { renameRun } = useActions();
  const take = () => {
    if (draft !== null && draft.trim() !== run.name) void renameRun(run.id, draft);
    setDraft(null);
  };
  return (
    <input
      type="text"
      aria-label={words.nameOf(nameOf(run))}
      placeholder={words.name}
      maxLength={120}
      value={draft ?? run.name}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
      }}
    />
  );
}
