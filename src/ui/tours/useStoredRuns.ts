import { useCallback } from "react";
import type { RunResult } from "../../store/state.ts";
import { createStoredRuns, fetchJson } from "../../store/stored.ts";
import { useComputed } from "../useComputed.ts";

const stored = createStoredRuns(fetchJson);

/** The stored runs of some bundled models; null until all are there, and where one is missing. */
export function useStoredRuns(ids: readonly string[]): readonly RunResult[] | null {
  const key = ids.join();
  return useComputed(
    useCallback(async () => {
      const answers = await Promise.all(key.split(",").map(stored));
      const runs = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
      return runs.length === answers.length ? runs : null;
    }, [key]),
  );
}
