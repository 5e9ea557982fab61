/** `?memory=1&host-memory=0`: what a reader lets a run take at most, as the headless flags of these names do. */

const NUMBER = /^\d{1,4}(\.\d{1,9})?$/;

export interface MemoryLimits {
  /** Bytes of the GPU. */
  readonly budget?: number;
  /** Bytes of the computer's memory for a Krylov basis. */
  readonly hostBudget?: number;
}

/** Of the query of an address, in GB. What is no such number is let pass. */
export function memoryLimits(search: string): MemoryLimits {
  const query = new URLSearchParams(search);
  const [budget, hostBudget] = ["memory", "host-memory"].map((name) => {
    const text = query.get(name) ?? "";
    return NUMBER.test(text) ? 1e9 * Number(text) : null;
  });
  return { ...(budget !== null && { budget }), ...(hostBudget !== null && { hostBudget }) };
}
