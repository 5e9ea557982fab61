/** The measured loss along a direction in parameter space. */

import { lower } from "../gpu/lower.ts";
import { planMemory } from "../gpu/plan.ts";
import { Program } from "../gpu/program.ts";
import type { GpuSpace, GpuVector } from "../gpu/vectors.ts";
import type { Engines } from "./hessian.ts";
import type { Problem } from "./problem.ts";

export interface SliceRequest extends Engines {
  readonly problem: Problem;
  readonly space: GpuSpace;
  /** Column 0 is the direction. */
  readonly direction: GpuVector;
  /** Distances from the weights, in units of the direction's length. */
  readonly steps: readonly number[];
  readonly signal?: AbortSignal;
  readonly onPoint?: (done: number) => void;
}

/** Loss at theta + step * direction for each step, by a forward program of its own. */
export async function lossAlong(request: SliceRequest): Promise<number[]> {
  const { gpu, pipelines, submitter, problem, space, direction, steps, signal, onPoint } = request;
  const { graph, inputs, parameters } = problem;
  const stage = new Uint8Array(graph.nodes.length);
  const lowered = lower(
    { graph, stage },
    { layout: space.layout, probes: 1, maxBindings: gpu.limits.maxStorageBuffersPerShaderStage },
  );
  const trial = space.create();
  let program: Program | null = null;
  try {
    program = await Program.create({
      device: gpu.device,
      pipelines,
      submitter,
      lowered,
      plan: planMemory(lowered, 1),
      probes: 1,
      vectors: { theta: trial.buffer },
    });
    for (const [name, values] of Object.entries(inputs)) program.write(name, values);
    const losses: number[] = [];
    for (const step of steps) {
      signal?.throwIfAborted();
      space.write(trial, [parameters]);
      space.axpy(step, direction, trial);
      space.stream.flush();
      await program.runPrimal(signal);
      losses.push((await program.read("loss"))[0][0]);
      onPoint?.(losses.length);
    }
    return losses;
  } finally {
    program?.destroy();
    space.release(trial);
  }
}
