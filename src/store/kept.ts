/** The runs that are compared: the shown one and those kept beside it, by hand, by the link or by a second run. */
import type { StoreApi } from "zustand/vanilla";
import type { RunResult } from "../run/protocol.ts";
import { keptProblems } from "../strings/en.ts";
import type { KeptRun, PageState, Shown } from "./state.ts";
import type { Fetched } from "./stored.ts";

/** Runs that fit beside the shown one on common axes. */
export const MOST_BESIDE = 3;

const LETTERS = "ABCD";

/** One of the runs on common axes. */
export interface Compared extends Shown {
  /** `A` to `D`. */
  readonly letter: string;
  /** The run in sight on the other panels. */
  readonly shown: boolean;
}

/** The runs in the order in which they were kept, the shown one last unless it is among them. */
export function comparedRuns({ shown, kept }: Pick<PageState, "shown" | "kept">): readonly Compared[] {
  if (shown === null) return [];
  const others = kept.filter((run) => run.result !== shown.result).slice(0, MOST_BESIDE);
  const place = kept.findIndex((run) => run.result === shown.result);
  const at = place < 0 ? others.length : Math.min(place, others.length);
  return [...others.slice(0, at), shown, ...others.slice(at)].map(({ result, origin }, i) => ({
    ...{ result, origin, letter: LETTERS[i], shown: result === shown.result },
  }));
}

/** Those beside the shown one, in their order. */
export const besideShown = (state: Pick<PageState, "shown" | "kept">): readonly Compared[] =>
  comparedRuns(state).filter((run) => !run.shown);

export interface KeptActions {
  /** Keeps the shown run beside those that come. */
  keepShown(): void;
  /** Keeps a run by its name in the link, or lets go of it. */
  toggleKept(key: string): Promise<void>;
  /** Lets go of a run. */
  letGo(result: RunResult): void;
}

/** Finds a run by its name in the link. */
export type FindRun = (key: string) => Promise<Fetched<Shown>>;

export function createKept(
  { getState: get, setState: set }: StoreApi<PageState>,
  find: FindRun,
  notice: (text: string) => void,
) {
  /** The link names what it can. */
  function put(kept: readonly KeptRun[]): void {
    const keys = kept.flatMap(({ key, pinned }) => (key !== null && pinned ? [key] : []));
    set(({ controls }) => ({ kept, controls: { ...controls, compare: [...new Set(keys)].join(",") } }));
  }
  /** A run that only stayed because another replaced it gives way to what is kept by hand. */
  const add = (run: KeptRun) =>
    put([...get().kept.filter(({ pinned, result }) => pinned && result !== run.result), run]);

  const actions: KeptActions = {
    keepShown() {
      const { shown, list } = get();
      if (shown === null || !canKeep(get())) return;
      const listed = list.runs.find(({ result }) => result === shown.result);
      const key = shown.origin === "stored" ? shown.result.model.id : (listed?.id ?? null);
      add({ ...shown, key, pinned: true });
    },

    async toggleKept(key) {
      const kept = get().kept.find((run) => run.key === key);
      if (kept !== undefined) return actions.letGo(kept.result);
      const answer = await find(key);
      if (!answer.ok) return notice(keptProblems.nothing(answer.message));
      add({ ...answer.value, key, pinned: true });
    },

    letGo: (result) => put(get().kept.filter((run) => run.result !== result)),
  };

  /** What a link compares with; runs that are not found become notices. */
  async function open(names: string): Promise<void> {
    const keys = names === "" ? [] : [...new Set(names.split(","))];
    const found = await Promise.all(keys.map(async (key) => ({ key, answer: await find(key) })));
    // A later choice of the reader must not be overwritten by a slow answer.
    if (get().controls.compare !== names) return;
    for (const { answer } of found) if (!answer.ok) notice(keptProblems.nothing(answer.message));
    set({
      kept: found.flatMap(({ key, answer }) => (answer.ok ? [{ ...answer.value, key, pinned: true }] : [])),
    });
  }

  return { actions, open };
}

/** Whether one more run can be kept by hand. */
export const canKeep = (state: Pick<PageState, "kept" | "shown">): boolean =>
  state.kept.filter(({ pinned, result }) => pinned && result !== state.shown?.result).length < MOST_BESIDE;
