import { RunRefusal } from "./fit.ts";
import type { LossSlice, RunResult } from "./protocol.ts";

/** Why a run has no eigenvalue at a rank, or no vector of it. */
export const noEigenvalue = ({ spectrum }: RunResult, { end, place }: LossSlice["rank"]): RunRefusal =>
  new RunRefusal(
    spectrum.densityOnly === undefined
      ? `The run has no eigenvalue ${place + 1} at its ${end}.`
      : "The run has a density and no eigenvalues: its Krylov basis does not fit, and it went on without reorthogonalisation. Look at fewer tensors, or take fewer steps.",
  );
