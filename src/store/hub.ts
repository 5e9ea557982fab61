/** The actions that reach the Hugging Face Hub: each begins with a click, can be cancelled, and waits out a 429. */
import type { StoreApi } from "zustand/vanilla";
import type { Hub, HubChoice, HubOutcome, HubProgress, HubTable, RowRange } from "../run/hub/types.ts";
import type { NamedFile } from "../run/protocol.ts";
import type { HubView } from "./hubView.ts";
import type { EnginePort } from "./port.ts";
import type { PageState } from "./state.ts";

export interface HubActions {
  hubLookUp(text: string): Promise<void>;
  hubDownload(choice: HubChoice): Promise<void>;
  hubReadRows(table: HubTable, rows: RowRange): Promise<void>;
  hubCancel(): void;
  hubClear(): Promise<void>;
}

/** After so many 429 in a row it takes a new click. */
const WAITS = 5;

/** @param take what is done with files that were dropped */
export function createHubActions(
  port: Pick<EnginePort, "createHub">,
  { getState: get, setState: set }: StoreApi<PageState>,
  take: (files: readonly NamedFile[]) => Promise<void>,
): HubActions {
  let client: Promise<Hub> | null = null;
  let current: AbortController | null = null;

  const put = (patch: Partial<HubView>) => set((state) => ({ hub: { ...state.hub, ...patch } }));
  const getHub = () => {
    client ??= port.createHub().catch((error) => {
      client = null; // The next click may succeed: the network was away, say.
      throw error;
    });
    return client;
  };

  /** Null where it was cancelled, replaced by another task, or ended by a problem, which the state then says. */
  async function attempt<T>(
    task: NonNullable<HubView["task"]>,
    work: (hub: Hub, signal: AbortSignal) => Promise<HubOutcome<T>>,
  ): Promise<T | null> {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    put({ task, progress: null, problem: null, waiting: null, taken: [] });
    const end = (patch: Partial<HubView>): null => {
      if (current === mine) put({ task: null, progress: null, waiting: null, ...patch });
      return null;
    };
    try {
      const hub = await getHub();
      for (let waits = 0; ; waits++) {
        const outcome = await work(hub, mine.signal);
        if (current !== mine || mine.signal.aborted) return null;
        if (outcome.kind === "cancelled") return end({});
        if (outcome.kind === "done") {
          const kept = await hub.cacheSize();
          if (current !== mine) return null; // Cancelled while the cache was counted.
          end({ kept });
          return outcome.value;
        }
        const { problem } = outcome;
        if (problem.wait === null || waits === WAITS) return end({ problem });
        put({ problem });
        await countDown(problem.wait, mine.signal, (waiting) => put({ waiting }));
        if (mine.signal.aborted) return null;
        put({ problem: null, waiting: null });
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return end({ problem: { kind: "unreachable", message, wait: null } });
    }
  }

  async function fetchFiles(
    task: "download" | "readRows",
    work: (
      hub: Hub,
      work: { signal: AbortSignal; onProgress: (progress: HubProgress) => void },
    ) => Promise<HubOutcome<readonly NamedFile[]>>,
  ): Promise<void> {
    const files = await attempt(task, (hub, signal) => {
      const onProgress = (progress: HubProgress) => {
        if (!signal.aborted) put({ progress });
      };
      return work(hub, { signal, onProgress });
    });
    if (files === null) return;
    put({ taken: files.map(({ name }) => name) });
    await take(files);
  }

  return {
    async hubLookUp(text) {
      put({ listing: null });
      const listing = await attempt("lookUp", (hub, signal) => hub.lookUp(text, signal));
      if (listing !== null) put({ listing });
    },

    hubDownload: (choice) => fetchFiles("download", (hub, work) => hub.download(choice, work)),

    async hubReadRows(table, rows) {
      const { listing } = get().hub;
      if (listing?.kind !== "dataset") return;
      await fetchFiles("readRows", (hub, work) => hub.readRows(listing, table, rows, work));
    },

    hubCancel() {
      current?.abort();
      current = null;
      put({ task: null, progress: null, problem: null, waiting: null });
    },

    async hubClear() {
      const hub = await getHub();
      await hub.clearCache();
      put({ kept: await hub.cacheSize() });
    },
  };
}

/** Whole seconds that are left, one by one; ends early where `signal` is aborted. */
async function countDown(
  seconds: number,
  signal: AbortSignal,
  onSecond: (left: number) => void,
): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  // By the clock: timers of hidden pages are slow.
  for (;;) {
    const left = end - performance.now();
    if (left <= 0 || signal.aborted) return;
    onSecond(Math.ceil(left / 1000));
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, left % 1000 || 1000);
      signal.addEventListener("abort", done);
    });
  }
}
