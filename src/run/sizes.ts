/** What size fits: large published networks planned for a device as a run would plan them. Nothing is allocated. */

import { Builder } from "../autograd/builder.ts";
import { MemoryRefusal, megabytes } from "../gpu/plan.ts";
import { buildModel, sizeOf } from "../model/index.ts";
import { type PublishedModel, publishedModels } from "../model/published.ts";
import type { FitRequest } from "./fit.ts";
import type { BasisOnHost, Drawing, PlannedFor } from "./hessian.ts";
import { type HostBudget, planWithBasis } from "./krylov.ts";
import type { Purposes, SizePlan } from "./sizeTypes.ts";
import { turn } from "./turn.ts";

const BATCH = 32;
const STEPS = 40;

/** The networks one after the other, with a pause for other work between them. */
export async function planSizes(
  device: PlannedFor["gpu"],
  budget: number,
  host: HostBudget,
): Promise<SizePlan[]> {
  const plans: SizePlan[] = [];
  for (const published of publishedModels()) {
    plans.push(planSize({ gpu: device, budget, ...host, published }));
    await turn();
  }
  return plans;
}

export interface SizeRequest extends PlannedFor, HostBudget {
  readonly published: PublishedModel;
  readonly budget: number;
  readonly batch?: number;
  readonly steps?: number;
  /** Of the same network and batch. */
  readonly drawings?: Map<string, Drawing>;
}

/** One start vector on a batch of the network. */
export function planSize(request: SizeRequest): SizePlan {
  const { gpu, published, budget, hostBudget, disk = null, drawings, ...sizes } = request;
  const { batch = BATCH, steps = STEPS } = sizes;
  const { name, architecture, samples } = published;
  const parameters = architecture.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const about = { network: name, parameters, batch, steps };
  const subject = `${name} (${millions(parameters)} parameters, ${batch} ${samples}, ${steps} Lanczos steps)`;
  try {
    const { choice, memory } = planWithBasis({
      ...{ gpu, problem: problemOf(published, batch), microBatch: null, probes: 1, budget },
      ...{ n: parameters, steps, runs: 1, hostBudget, disk },
      ...(drawings === undefined ? {} : { drawings }),
    });
    const { bytes, purposes, hostBytes, onDisk, recomputedFlops, blueprint } = choice.plan;
    const all = blueprint.lowered.tangent.reduce((sum, { flops }) => sum + flops, 0);
    const recomputed = recomputedFlops / (all - recomputedFlops);
    const microBatch = choice.options.partition.samples;
    const [unit] = samples.split(" ");
    const atOnce = microBatch === batch ? `all ${unit} at once` : `${unit} in parts of ${microBatch}`;
    const basis = hostBytes > 0 ? onHost({ hostBytes, onDisk }, parameters, steps) : BASES[memory];
    const again =
      recomputed > 0
        ? `, residuals computed again in each product (${Math.ceil(100 * recomputed)} % more work)`
        : "";
    const sentence = `${subject} fits with ${megabytes(bytes)}: ${atOnce}, ${basis}${again}. ${shares(purposes)}.`;
    const outcome = {
      kind: "fits",
      microBatch,
      memory,
      hostBytes,
      onDisk,
      recomputed,
      bytes,
      purposes,
    } as const;
    return { ...about, outcome, sentence };
  } catch (error) {
    if (!(error instanceof MemoryRefusal)) throw error;
    const { message } = error;
    return {
      ...about,
      outcome: { kind: "refused", message },
      sentence: `${subject} does not fit. ${message}`,
    };
  }
}

const BASES = {
  "all vectors": "all Krylov vectors kept",
  "two vectors": "two Krylov vectors in place of the basis, so that only the density may be claimed",
};

/** Two projections and two subtractions a step read all vectors so far. */
const onHost = ({ hostBytes, onDisk }: BasisOnHost, parameters: number, steps: number): string =>
  `all Krylov vectors kept, in ${onDisk ? "a file" : "the computer's memory"} (${megabytes(hostBytes)}), from which the GPU reads ${megabytes(2 * steps * (steps + 1) * 4 * parameters)} in the course of the run`;

const millions = (n: number): string => `${(n / 1e6).toFixed(1)} million`;

function shares({ residuals, temporaries, inputs, forward, vectors, basis }: Purposes): string {
  const named = Object.entries({
    residuals,
    temporaries,
    inputs,
    "forward program": forward,
    vectors,
    basis,
  });
  const text = named
    .filter(([, bytes]) => bytes > 0)
    .map(([name, bytes]) => `${name} ${megabytes(bytes)}`)
    .join(", ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A problem whose numbers nobody will ask for. */
function problemOf({ architecture, sizes }: PublishedModel, batch: number): FitRequest["problem"] {
  const inputsOf = (): never => {
    throw new Error("internal: a network that is only planned has no inputs");
  };
  return {
    coupled: false,
    batch: { count: batch },
    cut: (samples) => {
      const builder = new Builder();
      buildModel(builder, architecture, { batchSize: samples, bn: "eval", ...sizes });
      const rows = Array.from({ length: Math.ceil(batch / samples) }, (_, part) =>
        Math.min(samples, batch - part * samples),
      );
      return { graph: builder.finish(), samples, states: {}, rows, inputsOf };
    },
  };
}
