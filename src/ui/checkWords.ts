/** What each check of a run means: one sentence. */
import type { CheckName } from "../store/state.ts";

const MEANINGS: Readonly<Record<CheckName, string>> = {
  "sum of weights": "The weights of each probe's quadrature add up to one: T was solved properly.",
  orthogonality: "The Krylov vectors are orthonormal, so that eigenvalues may be listed.",
  ghosts: "No Ritz value is a copy of another one that lost orthogonality has left behind.",
  "non-finite numbers": "Loss, gradient, every product and T hold no NaN and no infinity.",
  "arithmetic of the device": "Its worst function, as a part of what it may be off by (numerics passport).",
  "moments 1 to 4": "Moments of the density agree with products: nodes and weights belong to this matrix.",
  symmetry: "u′Hv and v′Hu agree: the product is that of a symmetric matrix.",
  "residual of the top pair": "‖Hu − λu‖ measured for the largest eigenvalue is no larger than claimed.",
  "float64 on a sample": "The product of the hardest sample agrees with the CPU in double precision.",
  "second route": "Another derivation of the same product gives the same numbers in double precision.",
};

/** Empty for a check that this page does not know. */
export const checkMeaning = (name: string): string =>
  Object.hasOwn(MEANINGS, name) ? MEANINGS[name as CheckName] : "";
