/** How long the pipelines of a product take to compile, each alone and all at once. */
import { PipelineCache } from "../src/gpu/pipelines.ts";
import { pipelineText } from "../src/gpu/program.ts";
import { shareTexts } from "../src/gpu/sharing.ts";
import { openDevice } from "../src/run/device.ts";
import { chooseHessian } from "../src/run/fit.ts";
import type { Case } from "./cases.ts";
import { BUDGET } from "./counts.ts";
import { timed } from "./measure.ts";

export interface CompilationRow {
  readonly model: string;
  /** Distinct ones of the two programs. */
  readonly pipelines: number;
  /** Characters of their texts. */
  readonly textLength: number;
  /** One after the other on a fresh device; the last stage, at the first run, is not in it. */
  readonly compileMs: number;
  /** All at once on another one. */
  readonly togetherMs: number;
  readonly slowestMs: number;
  /** Its label. */
  readonly slowest: string;
}

export async function measureCompilation(gpu: GPU, { id, problem }: Case): Promise<CompilationRow> {
  const engines = await openDevice(gpu);
  const { plan } = chooseHessian({
    ...{ ...engines, problem, microBatch: null, probes: 1, krylovVectors: 0, budget: BUDGET },
  });
  const kernels = [...plan.blueprint.lowered.primal, ...plan.blueprint.lowered.tangent];
  const texts = shareTexts(kernels);
  const labels = new Map(kernels.map((kernel, i) => [pipelineText(kernel, texts[i]), kernel.label]));
  const times: { readonly label: string; readonly ms: number }[] = [];
  for (const [wgsl, label] of labels)
    times.push({ label, ms: await timed(() => engines.pipelines.get(wgsl, label)) });
  engines.gpu.device.destroy();
  const { gpu: fresh } = await openDevice(gpu);
  const cache = new PipelineCache(fresh.device);
  const togetherMs = await timed(() =>
    Promise.all([...labels].map(([wgsl, label]) => cache.get(wgsl, label))),
  );
  fresh.device.destroy();
  const slowest = times.reduce((a, b) => (b.ms > a.ms ? b : a));
  return {
    ...{ model: id, pipelines: labels.size, togetherMs },
    textLength: [...labels.keys()].reduce((sum, { length }) => sum + length, 0),
    compileMs: times.reduce((sum, { ms }) => sum + ms, 0),
    ...{ slowestMs: slowest.ms, slowest: slowest.label },
  };
}
