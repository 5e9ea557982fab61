/** What slope and curvature predict of a change of the weights. */

import type { Ground } from "./ground.ts";
import type { SecondOrder } from "./planTypes.ts";

/** By one product with the run's matrix. @param d over all parameters, in file order */
export async function secondOrder(
  { gradient, product, matrix }: Ground,
  d: Float32Array,
): Promise<SecondOrder> {
  const curved = await product(d);
  const { weightDecay } = matrix;
  return {
    firstOrder: d.reduce((sum, x, i) => sum + x * gradient[i], 0),
    secondOrder: d.reduce((sum, x, i) => sum + x * (curved[i] - weightDecay * x), 0) / 2,
  };
}
