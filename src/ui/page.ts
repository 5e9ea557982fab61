/** The store in React: one context, one hook to read, one to act. */
import { createContext, useContext, useMemo } from "react";
import { useStore } from "zustand";
import { type ControlKey, controls } from "../store/controls.ts";
import { type Compared, comparedRuns } from "../store/kept.ts";
import type { PageActions, PageStore } from "../store/pageStore.ts";
import type { PageState } from "../store/state.ts";

export const PageContext = createContext<PageStore | null>(null);

export function usePageStore(): PageStore {
  const store = useContext(PageContext);
  if (store === null) throw new Error("internal: a component stands outside PageContext");
  return store;
}

export function usePage<T>(select: (state: PageState) => T): T {
  return useStore(usePageStore(), select);
}

/** Whether the link takes something out of sight: a control, or `run`, the buttons that compute (`hide=steps,run`). */
export function useHidden(what: ControlKey | "run"): boolean {
  const hidden = usePage((state) => state.controls.hide);
  return hidden.split(",").includes(what === "run" ? what : controls[what].url);
}

/** The shown run and those beside it. */
export function useCompared(): readonly Compared[] {
  const shown = usePage((state) => state.shown);
  const kept = usePage((state) => state.kept);
  return useMemo(() => comparedRuns({ shown, kept }), [shown, kept]);
}

export function useActions(): PageActions {
  return usePageStore().actions;
}
