/** A batch before any run: what it holds, and the loss and accuracy of the model on it, by the forward graph alone. */

import { createBuffer } from "../gpu/memory.ts";
import { VectorLayout } from "../gpu/vectorLayout.ts";
import { BatchedProgram } from "./batched.ts";
import type { Engines } from "./device.ts";
import { planForward } from "./fit.ts";
import type { LoadedModel } from "./load.ts";
import { accuracyOf, poseProblem } from "./problem.ts";
import type { BatchSettings, Inspection } from "./protocol.ts";

export interface InspectRequest extends Engines {
  readonly loaded: LoadedModel;
  readonly settings: BatchSettings;
  /** Bytes. */
  readonly budget: number;
  readonly signal: AbortSignal;
}

/** Throws FormatError where the batch does not fit the model, MemoryRefusal where it does not fit the device. */
export async function inspectBatch(request: InspectRequest): Promise<Inspection> {
  const { gpu, pipelines, submitter, loaded, settings, budget, signal } = request;
  const problem = poseProblem(loaded, settings);
  const layout = new VectorLayout(problem.graph.params);
  const blueprint = planForward({
    ...{ gpu, problem, layout, budget, heldBytes: 4 * layout.extent, advice: "use fewer samples" },
    microBatch: settings.microBatch ?? problem.batch.count,
  });
  const theta = createBuffer(gpu.device, {
    label: "theta",
    size: 4 * layout.extent,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
  });
  let forward: BatchedProgram | null = null;
  try {
    gpu.device.queue.writeBuffer(theta, 0, layout.pack(problem.parameters) as Float32Array<ArrayBuffer>);
    const vectors = { theta };
    forward = await BatchedProgram.create({ gpu, pipelines, submitter, blueprint, vectors });
    const { loss, logits } = await forward.evaluate(() => {}, signal);
    const { labels, shape, statistics, drawn } = problem.batch;
    return {
      ...{ loss, accuracy: accuracyOf(logits, labels), shape, ...statistics },
      drawn: drawn === null ? null : [...drawn],
    };
  } finally {
    forward?.destroy();
    theta.destroy();
  }
}
