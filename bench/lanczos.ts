/** What the Lanczos process costs beside its products, with full reorthogonalisation; and a point of a landscape. */
import { openDevice } from "../src/run/device.ts";
import { lossesAt } from "../src/run/points.ts";
import { LanczosRun } from "../src/spectrum/index.ts";
import { WatchedGpu } from "../test/run/host.ts";
import type { Case } from "./cases.ts";
import { median, timed } from "./measure.ts";
import { direction, operatorFor, productJobs } from "./products.ts";

export interface LanczosRow {
  readonly model: string;
  readonly batch: number;
  readonly steps: number;
  readonly stepMs: number;
  readonly hvpMs: number;
  /** Time of all steps over (steps x product), the products timed between the steps. */
  readonly totalPerProducts: number;
  readonly submitsPerStep: number;
  readonly bytesPlanned: number;
  readonly bytesPeak: number;
  readonly pointMs: number;
  readonly pointPerHvp: number;
}

const BUDGET = 8e9;
/** Steps between two products that are timed alone. */
const STRIDE = 4;

/** @param steps a multiple of STRIDE */
export async function measureLanczos(gpu: GPU, measured: Case, steps: number): Promise<LanczosRow> {
  const watched = new WatchedGpu(gpu);
  const engines = await openDevice(watched.entry);
  const { operator, plan } = await operatorFor(engines, measured, 1, steps + 1);
  const { product, primal, release } = productJobs(operator);
  await primal();
  for (let i = 0; i < 3; i++) await product();
  const lanczos = new LanczosRun(operator, {
    ...{ source: { seed: 0, distribution: "rademacher" }, probes: [0], capacity: steps },
  });
  const times = { steps: [] as number[], products: [] as number[] };
  const submits = { product: 0, steps: 0 };
  for (let done = 0; done < steps; done += STRIDE) {
    const before = watched.submits;
    times.products.push(await timed(product));
    submits.product = watched.submits - before;
    times.steps.push(
      await timed(async () => {
        for await (const _ of lanczos.advance({ steps: done + STRIDE }));
        await operator.idle();
      }),
    );
    submits.steps += watched.submits - before - submits.product;
  }
  const ratios = times.steps.map((ms, i) => {
    const around = times.products[Math.min(i + 1, times.products.length - 1)];
    return ms / STRIDE / ((times.products[i] + around) / 2);
  });
  const bytesPeak = watched.peakBytes;
  const hvpMs = median(times.products);
  lanczos.release();
  const points = Array.from({ length: STRIDE }, (_, i) => [i / 100, -i / 100]);
  const n = measured.problem.parameters.length;
  const directions = [0, 1].map((k) => direction(n, k).map((x) => x / Math.sqrt(n)));
  const { problem, batch } = measured;
  const request = { ...engines, problem, microBatch: batch, budget: BUDGET, heldBytes: 0, directions };
  const pass = async (): Promise<void> => {
    for await (const _ of lossesAt({ ...request, points }));
  };
  // The first pass pays for the last stage of compilation.
  await pass();
  const pointMs = median([await timed(pass), await timed(pass), await timed(pass)]) / STRIDE;
  const row: LanczosRow = {
    ...{ model: measured.id, batch: measured.batch, steps, hvpMs },
    stepMs: times.steps.reduce((a, b) => a + b) / steps,
    totalPerProducts: ratios.reduce((a, b) => a + b) / ratios.length,
    submitsPerStep: submits.steps / steps,
    ...{ bytesPlanned: plan.bytes, bytesPeak, pointMs, pointPerHvp: pointMs / hvpMs },
  };
  release();
  operator.destroy();
  engines.gpu.device.destroy();
  return row;
}
