/** The list of runs that this browser keeps: saved by hand, imported, and the last one that was measured. */
import type { StoreApi } from "zustand/vanilla";
import type { NamedFile, RunResult } from "../run/protocol.ts";
import { runListNotices as words } from "../strings/en.ts";
import { LAST, type ListedRun, MOST_LISTED, type RunList, type RunPlace } from "./listView.ts";
import { isBusy } from "./runState.ts";
import type { PageState } from "./state.ts";
import type { Fetched } from "./stored.ts";

export interface ListActions {
  /** Reads the list that the browser kept. */
  readList(): Promise<void>;
  /** Puts the shown run into the list. */
  saveShown(): Promise<void>;
  renameRun(id: string, name: string): Promise<void>;
  deleteRun(id: string): Promise<void>;
  /** Deletes what could not be read. */
  deleteDamaged(key: IDBValidKey): Promise<void>;
  /** Shows a run of the list in place of the shown one, which is in the list as well if it was measured here. */
  showListed(id: string): void;
  /** Takes result files into the list and shows the last one. @returns what the reader is told of those refused */
  importResults(files: readonly NamedFile[]): Promise<readonly string[]>;
}

interface Needs {
  /** Absent where nothing may be kept. */
  readonly place: (() => Promise<RunPlace>) | undefined;
  readonly notice: (text: string) => void;
}

/** A result by its name or its content: other JSON files belong to models. */
export function isResultFile({ name, bytes }: NamedFile): boolean {
  if (!/\.json$/i.test(name)) return false;
  if (/-runs?\.json$/i.test(name)) return true;
  return /"schema"\s*:\s*"eigenscope-/.test(new TextDecoder().decode(bytes.subarray(0, 65_536)));
}

export function createRunList(store: StoreApi<PageState>, { place: openPlace, notice }: Needs) {
  const { getState: get, setState: set, subscribe } = store;
  let opened: Promise<RunPlace> | null = null;
  const put = (change: Partial<RunList>) => set(({ list }) => ({ list: { ...list, ...change } }));

  /** Without storage the list lives in memory, and says why. */
  async function inPlace<T>(work: (place: RunPlace) => Promise<T>): Promise<T | null> {
    try {
      if (openPlace === undefined) throw new Error(words.keepsNothing);
      opened ??= openPlace();
      return await work(await opened);
    } catch (error) {
      opened = null;
      put({ problem: error instanceof Error ? error.message : String(error) });
      return null;
    }
  }

  async function enter(run: ListedRun): Promise<void> {
    const { runs, damaged } = get().list;
    put({
      runs: [run, ...runs.filter(({ id }) => id !== run.id)],
      damaged: damaged.filter(({ key }) => key !== run.id),
    });
    await inPlace((place) => place.put(run));
  }

  let reading: Promise<void> | null = null;
  const readList = () => {
    reading ??= (async () => {
      put({ read: "reading" });
      const kept = (await inPlace((place) => place.all())) ?? [];
      const { readRecords } = await import("./readRecords.ts");
      const here = new Set<IDBValidKey>(get().list.runs.map(({ id }) => id));
      const { runs, damaged } = readRecords(kept.filter(({ key }) => !here.has(key)));
      put({
        read: "read",
        runs: [...get().list.runs, ...runs].sort((a, b) => b.at.localeCompare(a.at)),
        damaged,
      });
    })();
    return reading;
  };

  const listed = (result: RunResult, from: ListedRun["from"], name = ""): ListedRun => ({
    id: from === "last" ? LAST : freshId(get().list),
    ...{ name, from, at: new Date().toISOString() },
    bytes: JSON.stringify(result).length,
    result,
  });
  const full = (): string | null => (get().list.runs.length < MOST_LISTED ? null : words.full(MOST_LISTED));

  // What was measured here stays reachable when something else is shown: one run, and no question asked.
  subscribe(({ run, shown }, before) => {
    if (run === before.run || run.kind !== "ended" || shown?.origin !== "live") return;
    void enter(listed(shown.result, "last"));
  });

  const actions: ListActions = {
    readList,

    async saveShown() {
      const { shown } = get();
      if (shown === null) return;
      await readList();
      const problem = full();
      if (problem !== null) return notice(problem);
      const run = listed(shown.result, "saved");
      await enter(run);
    },

    async renameRun(id, name) {
      const run = get().list.runs.find((other) => other.id === id);
      if (run === undefined) return;
      const renamed = { ...run, name: name.trim().slice(0, 120) };
      put({ runs: get().list.runs.map((other) => (other.id === id ? renamed : other)) });
      await inPlace((place) => place.rename(id, renamed.name));
    },

    async deleteRun(id) {
      put({ runs: get().list.runs.filter((run) => run.id !== id) });
      await inPlace((place) => place.remove(id));
    },

    async deleteDamaged(key) {
      put({ damaged: get().list.damaged.filter((run) => run.key !== key) });
      await inPlace((place) => place.remove(key));
    },

    showListed(id) {
      const run = get().list.runs.find((other) => other.id === id);
      if (run !== undefined && !isBusy(get().run)) set({ shown: { result: run.result, origin: "listed" } });
    },

    async importResults(files) {
      const { readResultFile } = await import("../run/resultFile.ts");
      await readList();
      const refusals: string[] = [];
      for (const file of files) {
        try {
          const { runs, leftOut } = readResultFile(file.bytes, file.name);
          for (const { name, result } of runs) {
            const problem = full();
            if (problem !== null) throw new Error(`${file.name}: ${problem}`);
            await enter(listed(result, "imported", name ?? file.name.replace(/\.json$/i, "")));
          }
          const [newest] = get().list.runs;
          if (isBusy(get().run)) notice(words.listed(file.name));
          else set({ shown: { result: newest.result, origin: "listed" } });
          if (leftOut.length > 0) notice(words.leftOut(file.name, leftOut.join(", ")));
        } catch (error) {
          refusals.push(error instanceof Error ? error.message : String(error));
        }
      }
      return refusals;
    },
  };

  /** A run of the list by its id. */
  async function find(id: string): Promise<Fetched<RunResult>> {
    await readList();
    const run = get().list.runs.find((other) => other.id === id);
    return run === undefined ? { ok: false, message: words.unknown(id) } : { ok: true, value: run.result };
  }

  return { actions, find };
}

/** The first number that is free, from now on. */
function freshId({ runs, damaged }: RunList): string {
  const taken = new Set<IDBValidKey>([...runs.map(({ id }) => id), ...damaged.map(({ key }) => key)]);
  let number = Date.now();
  while (taken.has(`saved-${number.toString(36)}`)) number++;
  return `saved-${number.toString(36)}`;
}
