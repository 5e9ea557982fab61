/** Figures of runs that failed a check are hatched, on the page and in every export, with the reason. */
import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { RunResult } from "../store/state.ts";
import { doubtOf } from "./words.ts";

const Doubt = createContext<string | null>(null);

interface DoubtedProps {
  /** What the cards inside draw. */
  readonly results: readonly RunResult[];
  readonly children: ReactNode;
}

export function Doubted({ results, children }: DoubtedProps) {
  const doubt = useMemo(() => doubtOf(results), [results]);
  return <Doubt value={doubt}>{children}</Doubt>;
}

/** Why the figures of this card cannot be trusted: "Do not trust this: symmetry fails."; null where they can. */
export const useDoubt = (): string | null => useContext(Doubt);
