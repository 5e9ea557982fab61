/** The study as the page sees it. Plain data. */
import type { RunResult } from "../run/protocol.ts";

/** The first is the one that the others are compared with. */
export const STUDY = ["resnet20", "resnet20-nobn", "resnet20-noskip"] as const;

export type Studied = (typeof STUDY)[number];

type Runs = Readonly<Partial<Record<Studied, RunResult>>>;

export interface StudyState {
  readonly stored: Runs;
  /** Of the last series that was measured here. */
  readonly measured: Runs;
  /** The network that is measured now, of a series. */
  readonly running: Studied | null;
}

export const noStudy: StudyState = { stored: {}, measured: {}, running: null };
