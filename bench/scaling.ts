/** How the time of a product grows with the batch, with the vectors that it takes at once, and with the parameters. */
import { openDevice } from "../src/run/device.ts";
import type { Case } from "./cases.ts";
import { inTurn, median, ratio } from "./measure.ts";
import { operatorFor, productJobs } from "./products.ts";

export interface ScalingRow {
  readonly model: string;
  readonly over: "batch" | "probes" | "parameters";
  readonly points: readonly {
    readonly batch: number;
    readonly probes: number;
    readonly parameters: number;
    readonly hvpMs: number;
    /** Time per sample and vector, over that of the first point; for parameters per parameter. */
    readonly perUnit: number;
  }[];
}

export interface ScalingCase {
  readonly of: Case;
  readonly probes: number;
}

/** All cases take turns on one device. */
export async function measureScaling(
  gpu: GPU,
  model: string,
  over: ScalingRow["over"],
  cases: readonly ScalingCase[],
  rounds: number,
): Promise<ScalingRow> {
  const engines = await openDevice(gpu);
  const jobs: Record<string, () => Promise<void>> = {};
  const ends: (() => void)[] = [];
  for (const [i, { of, probes }] of cases.entries()) {
    const { operator } = await operatorFor(engines, of, probes);
    const { product, primal, release } = productJobs(operator);
    await primal();
    await product();
    await product();
    jobs[i] = product;
    ends.push(release, () => operator.destroy());
  }
  const times = await inTurn(jobs, rounds);
  const units = cases.map(({ of, probes }) =>
    over === "parameters" ? of.problem.parameters.length : of.batch * probes,
  );
  const points = cases.map(({ of, probes }, i) => ({
    ...{ batch: of.batch, probes, parameters: of.problem.parameters.length },
    hvpMs: median(times[i]),
    perUnit: (ratio(times[i], times[0]) * units[0]) / units[i],
  }));
  for (const end of ends) end();
  engines.gpu.device.destroy();
  return { model, over, points };
}
