/** What a guided tour is: stops, each a link with sentences whose numbers come from stored runs. Pure. */
import { type ControlValues, defaultValues } from "../../store/controls.ts";
import { encodeLink } from "../../store/link.ts";
import type { RunResult } from "../../store/state.ts";
import type { Theme } from "../../store/theme.ts";

export interface Stop {
  readonly title: string;
  /** What the stop shows; all else is at its default. */
  readonly link: Partial<ControlValues>;
  /** The card in question: the name of its class. */
  readonly target: Target;
  /** Bundled models whose stored runs the sentences are about. */
  readonly runs: readonly string[];
  /** @param runs in the order of `runs` */
  readonly say: (...runs: RunResult[]) => Said;
}

/** Cards that a stop may point at; the style sheet has a frame for each. */
export const TARGETS = [
  ...(["density", "eigenvalues", "slice", "layers", "plan", "run-dock"] as const),
  ...(["ritz", "matrix", "errors", "found", "study", "sweep", "compare"] as const),
] as const;
export type Target = (typeof TARGETS)[number];

export interface Said {
  /** Two or three sentences. */
  readonly text: string;
  /** What the sentences take for granted, in words, and whether the runs bear it out. */
  readonly claims: Readonly<Record<string, boolean>>;
}

export interface Tour {
  readonly title: string;
  readonly stops: readonly Stop[];
}

export type TourName = Exclude<ControlValues["tour"], "none">;

/** The link of a stop, counted from 1. What a lecturer has hidden stays hidden. */
export function stopLink(
  name: TourName,
  stop: number,
  { link }: Stop,
  { hide, theme }: { readonly hide: string; readonly theme: Theme },
): string {
  return encodeLink({ ...defaultValues, ...link, tour: name, tourStep: stop, hide }, theme);
}
