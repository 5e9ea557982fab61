/** What the page knows. Plain data; `pageStore.ts` and `jobs.ts` change it, `ui` draws it. */
import type { DeviceAnswer, Inspected, RunResult } from "../run/protocol.ts";
import type { ControlValues } from "./controls.ts";
import type { Upload } from "./files.ts";
import type { HubView } from "./hubView.ts";
import type { KernelState } from "./kernelsView.ts";
import type { Checkpoints } from "./landscapes.ts";
import type { Latencies } from "./latencies.ts";
import type { RunList } from "./listView.ts";
import type { RunState } from "./runState.ts";
import type { BundledModel } from "./stored.ts";
import type { StudyState } from "./studyView.ts";
import type { Theme } from "./theme.ts";

/** A run that is drawn. */
export interface Shown {
  readonly result: RunResult;
  /**
   * `stored`: read from beside the model. `live`: measured here and still held by the engine, so that it can be
   * extended and sliced. `past`: measured here, but the engine has gone on to another model. `listed`: from the list of
   * saved and imported runs.
   */
  readonly origin: "stored" | "live" | "past" | "listed";
}

/** A run beside the shown one, to be compared with it. */
export interface KeptRun extends Shown {
  /** What the link calls it: the id of a bundled model or of a listed run; null for a run that only this page holds. */
  readonly key: string | null;
  /** Kept by hand, or put there because a second run replaced it. */
  readonly pinned: boolean;
}

/** What was found out about a batch without a run. */
export interface InspectionState {
  /** Of the model and the batch that it is about. */
  readonly key: string;
  /** Null while it is measured. */
  readonly found: Inspected | null;
}

export interface PageState {
  readonly controls: ControlValues;
  readonly theme: Theme;
  readonly catalogue: readonly BundledModel[];
  readonly shown: Shown | null;
  /** At most three of them are drawn; they may hold the shown one too. */
  readonly kept: readonly KeptRun[];
  readonly list: RunList;
  readonly study: StudyState;
  readonly run: RunState;
  /** Null until the engine has been asked. */
  readonly device: DeviceAnswer | null;
  /** Measured tilings that runs use. */
  readonly kernels: KernelState;
  readonly upload: Upload;
  /** The last look at a batch, which may be another than the chosen one. */
  readonly inspection: InspectionState | null;
  readonly hub: HubView;
  readonly checkpoints: Checkpoints;
  readonly latencies: Latencies;
  /** Things that went wrong without a place of their own: a stored run that is missing, a link that is off. */
  readonly notices: readonly string[];
}

/** The protocol's types, for `ui`: it knows the engine through this folder only. */
export type {
  BitPlan,
  BlockEigenvalue,
  Candidate,
  Check,
  CheckName,
  ChosenPruning,
  DeviceAnswer,
  DeviceReport,
  FunctionError,
  Inspection,
  Landscape,
  LandscapeAxis,
  LandscapeMark,
  LayerSpectrum,
  LayerTrace,
  LossSlice,
  ModelCard,
  NamedFile,
  NotChecked,
  Passport,
  Progress,
  RitzValue,
  RowCurvature,
  RunResult,
  SharpRow,
  SizesAnswer,
  TableSummary,
  VectorAnswer,
} from "../run/protocol.ts";
