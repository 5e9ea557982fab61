/** The store in React: one context, one hook to read, one to act. */
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { PageActions, PageStore } from "../store/pageStore.ts";
import type { PageState } from "../store/state.ts";

export const PageContext = createContext<PageStore | null>(null);

function usePageStore(): PageStore {
  const store = useContext(PageContext);
  if (store === null) throw new Error("internal: a component stands outside PageContext");
  return store;
}

export function usePage<T>(select: (state: PageState) => T): T {
  return useStore(usePageStore(), select);
}

export function useActions(): PageActions {
  return usePageStore().actions;
}
