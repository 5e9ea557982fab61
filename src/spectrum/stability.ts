/**
 * When gradient descent with learning rate eta stays near a minimum, by the curvature there.
 *
 * Gradient descent on the quadratic model multiplies the error along an eigenvector by 1 - eta lambda: it grows where
 * lambda > 2 / eta.
 *
 * SGD with batches of B samples drawn with replacement multiplies it by I - eta H_batch. Where every sample's gradient is zero at
 * the minimum and every H_i is positive semi-definite, with H_i^2 <= tr(H_i) H_i and H^2 <= lambda_1 H,
 *
 *   E|theta_{t+1}|^2 <= |theta_t|^2 - eta theta_t' [2 - eta (R^2 / B + (1 - 1/B) lambda_1)] H theta_t,   E[H_i^2] <= R^2 H,
 *
 * so that it is stable in mean square where R^2 / B + (1 - 1/B) lambda_1 <= 2 / eta (for least squares: Jain, Kakade, Kidambi,
 * Netrapalli and Sidford, JMLR 2018). R^2 is at most the largest trace of a sample's Hessian. The mean of these traces is tr(H):
 * with samples of equal trace, R^2 <= tr(H).
 */

/** tr(H) / B + (1 - 1/B) lambda_1: stable where it is at most 2 / eta, if all samples have the same trace. */
export const sgdLevel = (trace: number, largest: number, batch: number): number =>
  trace / batch + (1 - 1 / batch) * largest;

/** 2 / eta: eigenvalues above it make gradient descent unstable. */
export const stabilityLimit = (learningRate: number): number => 2 / learningRate;
