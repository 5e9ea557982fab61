/** Where the time of a product goes, dispatch by dispatch, and how long each of its pipelines takes to compile. */
import { PipelineCache } from "../src/gpu/pipelines.ts";
import { shareTexts } from "../src/gpu/sharing.ts";
import { type Command, type Dispatch, Submitter } from "../src/gpu/submitter.ts";
import { openDevice } from "../src/run/device.ts";
import type { Case } from "./cases.ts";
import { CEILING_FLOPS, ceilingKernel } from "./ceiling.ts";
import { inTurn, median, timed } from "./measure.ts";
import { operatorFor, productJobs } from "./products.ts";

export interface ProfileRow {
  readonly model: string;
  /** Kernels of one label together, the longest first, down to a part of the product. */
  readonly kernels: readonly {
    readonly label: string;
    readonly dispatches: number;
    readonly ms: number;
    /** Of the sum over all dispatches, each run alone. */
    readonly share: number;
    readonly ofCeiling: number;
  }[];
  /** Distinct ones of the two programs. */
  readonly pipelines: number;
  /** Compiled one after the other on a fresh device; the last stage, at the first run, is not in it. */
  readonly compileMs: number;
  readonly slowestMs: number;
  readonly slowest: string;
}

/** Flops per millisecond of a device so fast that nothing is cut. */
const UNCUT = 1e15;
/** What a profile leaves out. */
const LITTLE = 0.02;

/** Remembers the last commands that were run. */
class Recording extends Submitter {
  commands: readonly Command[] = [];
  override run(commands: readonly Command[], signal?: AbortSignal): Promise<void> {
    this.commands = commands;
    return super.run(commands, signal);
  }
}

export async function measureProfile(gpu: GPU, measured: Case, rounds: number): Promise<ProfileRow> {
  const opened = await openDevice(gpu);
  const { device } = opened.gpu;
  const submitter = new Recording(device, UNCUT);
  const engines = { ...opened, submitter };
  const { operator, plan } = await operatorFor(engines, measured);
  const { product, primal, release } = productJobs(operator);
  await primal();
  await product();
  const dispatches = submitter.commands.filter((command): command is Dispatch => "pipeline" in command);
  const alone = (dispatch: Dispatch) => async (): Promise<void> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(dispatch.pipeline);
    pass.setBindGroup(0, dispatch.bindGroup);
    pass.dispatchWorkgroups(...dispatch.groups);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  };
  const ceiling = await ceilingKernel(engines);
  await ceiling();
  const times = await inTurn(
    { ceiling, ...Object.fromEntries(dispatches.map((d, i) => [i, alone(d)])) },
    rounds,
  );
  const ceilingMs = median(times.ceiling);
  const byLabel = new Map<string, { dispatches: number; ms: number; flops: number }>();
  let total = 0;
  for (const [i, { pipeline, flops }] of dispatches.entries()) {
    const ms = median((times as Record<string, number[]>)[i]);
    const sum = byLabel.get(pipeline.label) ?? { dispatches: 0, ms: 0, flops: 0 };
    byLabel.set(pipeline.label, {
      dispatches: sum.dispatches + 1,
      ms: sum.ms + ms,
      flops: sum.flops + flops,
    });
    total += ms;
  }
  const kernels = [...byLabel]
    .map(([label, { dispatches: count, ms, flops }]) => ({
      ...{ label, dispatches: count, ms, share: ms / total },
      ofCeiling: ((flops / CEILING_FLOPS) * ceilingMs) / ms,
    }))
    .filter(({ share }) => share >= LITTLE)
    .sort((a, b) => b.ms - a.ms);
  release();
  operator.destroy();
  device.destroy();
  const { primal: before, tangent } = plan.blueprint.lowered;
  return { model: measured.id, kernels, ...(await compiled(gpu, [...before, ...tangent])) };
}

type Kernels = Parameters<typeof shareTexts>[0] & readonly { readonly label: string }[];

async function compiled(gpu: GPU, kernels: Kernels) {
  const { gpu: opened } = await openDevice(gpu);
  const cache = new PipelineCache(opened.device);
  const times: { readonly label: string; readonly ms: number }[] = [];
  for (const [i, { wgsl }] of shareTexts(kernels).entries()) {
    const { label } = kernels[i];
    const known = cache.size;
    const ms = await timed(() => cache.get(wgsl, label));
    if (cache.size > known) times.push({ label, ms });
  }
  opened.device.destroy();
  const slowest = times.reduce((a, b) => (b.ms > a.ms ? b : a));
  return {
    pipelines: times.length,
    compileMs: times.reduce((sum, { ms }) => sum + ms, 0),
    ...{ slowestMs: slowest.ms, slowest: slowest.label },
  };
}
