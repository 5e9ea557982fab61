/** Measures the tilings of a run's kernels, on the request of the user and never in a run. */

import { tune } from "../gpu/tune.ts";
import { vectorsAtOnce } from "./fit.ts";
import type { OpenDevice } from "./givenDevice.ts";
import type { JobContext } from "./ground.ts";
import { tunedDevice } from "./kernelTable.ts";
import type { KernelTable } from "./kernelTypes.ts";
import { type HostBudget, planWithBasis } from "./krylov.ts";
import type { LoadedModel } from "./load.ts";
import { matrixOf } from "./matrix.ts";
import { poseProblem } from "./problem.ts";
import type { RunSettings } from "./protocol.ts";

/** The version in package.json, put in by the bundler. */
declare const __VERSION__: string;

export interface TuneRequest extends OpenDevice {
  readonly loaded: LoadedModel;
  readonly settings: RunSettings;
  /** Bytes. */
  readonly budget: number;
  readonly host: HostBudget;
}

/** Milliseconds after which no further shape is begun; a processor needs longer to compile than to measure. */
const MOST_MS = { hardware: 10_000, software: 60_000 } as const;

/**
 * The kernels of the run that these settings ask for, as they would be cut and batched; nothing of it is run.
 * Throws FormatError and MemoryRefusal as the run would, and OutOfMemory.
 */
export async function tuneKernels(
  request: TuneRequest,
  { signal, onProgress }: Pick<JobContext, "signal" | "onProgress">,
): Promise<KernelTable> {
  const { gpu, pipelines, report, loaded, settings, budget, host } = request;
  const problem = poseProblem(loaded, settings);
  const probes = vectorsAtOnce(settings, report.software);
  const { choice } = planWithBasis({
    ...{ gpu, problem, matrix: matrixOf(loaded, settings), microBatch: settings.microBatch },
    ...{ probes, budget, ...host, steps: settings.steps },
    n: loaded.card.parameterCount,
    runs: Math.ceil(settings.probes / probes),
  });
  const { blueprint } = choice.plan;
  const entries = await tune({
    device: gpu.device,
    ...{ pipelines, signal, probes: blueprint.probes },
    ...{ primal: blueprint.lowered.primal, tangent: blueprint.lowered.tangent },
    processor: report.software,
    mostMs: report.software ? MOST_MS.software : MOST_MS.hardware,
    onProgress: (done, total) => onProgress({ phase: "kernels", done, total, etaSeconds: null }),
  });
  return {
    schema: "eigenscope-kernels",
    version: 1,
    engine: `Eigenscope ${__VERSION__}`,
    device: tunedDevice(report),
    entries,
  };
}
