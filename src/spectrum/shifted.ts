/** A + lambda I: with weight decay lambda the loss has lambda/2 ||theta||^2 more, and every eigenvalue lambda more. */
import type { LinearOperator } from "./operator.ts";

export function shifted<V>(operator: LinearOperator<V>, lambda: number): LinearOperator<V> {
  if (lambda === 0) return operator;
  return {
    space: operator.space,
    async apply(v, out, signal) {
      await operator.apply(v, out, signal);
      operator.space.axpy(lambda, v, out);
    },
  };
}
