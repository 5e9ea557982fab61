/** All runs that can be compared: those stored beside the bundled models, and the list that this browser keeps. */
import { useEffect, useRef, useState } from "react";
import { canKeep } from "../../store/kept.ts";
import { LAST, type ListedRun } from "../../store/listView.ts";
import { isBusy } from "../../store/runState.ts";
import type { BundledModel } from "../../store/stored.ts";
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
      title="Runs to choose from"
      note={
        list.runs.length === 0
          ? "up to four are compared"
          : `${list.runs.length} in the list, ${bytesText(bytes)}`
      }
      className="runs"
      tools={<ListTools runs={list.runs} />}
    >
      {list.problem !== null && (
        <p className="warning" role="status">
          This browser keeps nothing for this page ({list.problem}), so that the list lasts as long as the
          page. Export what you want to keep.
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="scroll run-list" aria-label="Runs" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Compare</th>
              <th scope="col">Run</th>
              <th scope="col">From</th>
              <th scope="col">Size</th>
              <th scope="col">
                <span className="hidden">Actions</span>
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
      <p className="calm">
        The last run that was measured here is in the list by itself; the next one takes its place unless it
        is saved. What you save or import stays in this browser until you delete it, and goes nowhere else.
      </p>
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
        {saved ? "Saved" : "Save this run"}
      </Button>
      <ImportButton />
      {runs.length > 0 && <Button onClick={() => void exportRuns(runs)}>Export the list</Button>}
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
        aria-label="Result files"
        onChange={(event) => {
          if (event.target.files?.length) void take(event.target.files);
          event.target.value = "";
        }}
      />
      <Button onClick={() => dialog.current?.click()}>Import a result</Button>
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

const FROM: Readonly<Record<ListedRun["from"], string>> = {
  saved: "saved",
  imported: "imported",
  last: "last measured here",
};

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
        {FROM[run.from]}
        <small>{new Date(run.at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}</small>
      </td>
      <td>{bytesText(run.bytes)}</td>
      <td className="row-tools">
        <Button look="text" off={shown || busy} onClick={() => showListed(run.id)} title={`Shows ${name}`}>
          {shown ? "shown" : "show"}
        </Button>
        <Button look="text" onClick={() => void exportRun(run)} title={`Exports ${name} as a result file`}>
          export
        </Button>
        <Button
          look="text"
          title={`Deletes ${name} from the list`}
          onClick={() => (sure ? void deleteRun(run.id) : setSure(true))}
        >
          {sure ? "delete for good" : "delete"}
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
      <td>stored with the model</td>
      <td />
      <td className="row-tools">
        <Button
          look="text"
          off={shown || busy}
          title={`Shows the stored run of ${model.title}`}
          onClick={() => (chosen ? void showStoredRun() : set("model", model.id))}
        >
          {shown ? "shown" : "show"}
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
        aria-label={`Compare ${name}`}
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
      aria-label={`Name of ${nameOf(run)}`}
      placeholder="name"
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
