/** Loss and accuracy with planned weights: what a plan's prediction is held against. */

import { quantise } from "../spectrum/index.ts";
import { ForwardLoss } from "./forward.ts";
import type { Ground, JobContext } from "./ground.ts";
import type { ChosenPlan, Measured, PlannedLayer, PlanRequest } from "./planTypes.ts";
import { secondOrder } from "./secondOrder.ts";

/** A quantised tensor with what its options predict and cost. */
export interface Row extends Omit<PlannedLayer, "bits" | "measured"> {
  /** Place among the tensors of the run's matrix. */
  readonly place: number;
  /** First element in the flat parameter vector. */
  readonly offset: number;
}

interface Measurements {
  readonly plan: ChosenPlan["measured"];
  readonly layers: readonly Measured[];
}
export const NOTHING: Measurements = { plan: null, layers: [] };

/** Loss and accuracy at the quantised weights: of the plan, and of each layer alone. */
export async function measurePlan(
  ground: Ground,
  request: PlanRequest,
  rows: readonly Row[],
  bits: readonly number[],
  { signal, gate, onProgress }: JobContext,
): Promise<Measurements> {
  if (request.measure === "nothing") return NOTHING;
  const { parameters } = ground.problem;
  const alone = request.measure === "layers" ? rows.length : 0;
  const total = 2 + alone;
  let done = 0;
  const program = await ForwardLoss.create(ground.forward());
  try {
    const at = async (weights: Float32Array, base: number | null): Promise<Measured> => {
      await gate();
      const { loss, accuracy } = await program.at(weights, signal);
      onProgress({ phase: "plan", done: ++done, total, etaSeconds: null });
      return { loss, accuracy, rise: base === null ? 0 : loss - base };
    };
    const { loss: base } = await at(parameters, null);
    const planned = parameters.slice();
    rows.forEach((row, i) => {
      quantiseInto(planned, parameters, row, bits[i], request);
    });
    const whole = await at(planned, base);
    const error = planned.map((w, i) => w - parameters[i]);
    const plan = { ...whole, ...(await secondOrder(ground, error)) };
    const layers: Measured[] = [];
    for (let i = 0; i < alone; i++) {
      const weights = parameters.slice();
      quantiseInto(weights, parameters, rows[i], bits[i], request);
      layers.push(await at(weights, base));
    }
    return { plan, layers };
  } finally {
    program.destroy();
  }
}

function quantiseInto(
  out: Float32Array,
  parameters: Float32Array,
  { offset, size, shape }: Row,
  bits: number,
  scheme: PlanRequest,
): void {
  const own = parameters.subarray(offset, offset + size);
  out.set(quantise(own, shape, { ...scheme, bits }).values, offset);
}
