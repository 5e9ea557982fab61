/** Where the time of a product goes, dispatch by dispatch. */
import { type Command, type Dispatch, Submitter } from "../src/gpu/submitter.ts";
import { openDevice } from "../src/run/device.ts";
import type { Case } from "./cases.ts";
import { CEILING_FLOPS, ceilingKernels } from "./ceiling.ts";
import { inTurn, median } from "./measure.ts";
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
  const { operator } = await operatorFor(engines, measured);
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
  const { best: ceiling } = await ceilingKernels(engines);
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
  return { model: measured.id, kernels };
}
