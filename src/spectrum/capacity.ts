/** Parameters of the largest model whose Krylov basis of so many steps, in float32, takes at most so many bytes. */
export const basisCapacity = (bytes: number, steps: number): number => Math.floor(bytes / (4 * (steps + 1)));
