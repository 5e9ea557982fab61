/** The study of the PyHessian paper: ResNet-20 as it is, without BatchNorm and without skip connections, side by side. */
import type { StoreApi } from "zustand/vanilla";
import { storedProblems } from "../strings/en.ts";
import { isBusy } from "./runState.ts";
import type { PageState } from "./state.ts";
import type { StoredRuns } from "./stored.ts";
import { STUDY, type StudyState } from "./studyView.ts";

export interface StudyActions {
  /** Fetches the stored runs. */
  openStudy(): Promise<void>;
  /**
   * Measures the three networks here, one after the other, with the settings of the form, and the plane of the two largest
   * eigenvalues of each; a cancel ends the series.
   */
  runStudy(): Promise<void>;
}

interface Needs {
  readonly stored: StoredRuns;
  /** Measures the chosen model. */
  readonly run: () => Promise<void>;
  /** Measures the plane of the run that has ended. */
  readonly plane: () => Promise<void>;
  readonly choose: (model: string) => void;
  readonly notice: (text: string) => void;
}

export function createStudy(
  { getState: get, setState: set }: StoreApi<PageState>,
  { stored, run, plane, choose, notice }: Needs,
): StudyActions {
  const put = (change: (study: StudyState) => Partial<StudyState>) =>
    set(({ study }) => ({ study: { ...study, ...change(study) } }));

  return {
    async openStudy() {
      const missing = STUDY.filter((id) => get().study.stored[id] === undefined);
      await Promise.all(
        missing.map(async (id) => {
          const answer = await stored(id);
          if (answer.ok) put((study) => ({ stored: { ...study.stored, [id]: answer.value } }));
          else notice(storedProblems.noRun(id, answer.message));
        }),
      );
    },

    async runStudy() {
      if (isBusy(get().run) || get().study.running !== null) return;
      put(() => ({ measured: {} }));
      try {
        for (const id of STUDY) {
          put(() => ({ running: id }));
          choose(id);
          for (const measure of [run, plane]) {
            await measure();
            const { run: ended, shown } = get();
            const done = ended.kind === "ended" && ended.ending.kind === "done";
            if (!done || shown?.origin !== "live") return;
            put((study) => ({ measured: { ...study.measured, [id]: shown.result } }));
          }
        }
      } finally {
        put(() => ({ running: null }));
      }
    },
  };
}
