/** Measured kernels as the page sees them: plain data, and where they are kept. */
import type { TableSummary } from "../run/protocol.ts";

/** Where tables outlive the page, by device. Every call may throw. */
export interface KernelPlace {
  /** As it was written, perhaps by another program; undefined where there is none. */
  read(device: string): Promise<unknown>;
  write(device: string, table: string): Promise<void>;
  remove(device: string): Promise<void>;
}

export interface KernelState {
  /** What the table comes to that runs use; null for the usual tilings. */
  readonly summary: TableSummary | null;
  /** Its JSON. */
  readonly json: string | null;
  /** Why there is none, or why it lasts only as long as the page. */
  readonly problem: string | null;
}

export const noKernels: KernelState = { summary: null, json: null, problem: null };
