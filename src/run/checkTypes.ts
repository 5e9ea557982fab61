/** What a finished run measures about itself. Plain data; docs/numerics.md says where the bounds come from. */

export type CheckName =
  | "sum of weights"
  | "orthogonality"
  | "ghosts"
  | "non-finite numbers"
  | "arithmetic of the device"
  | "moments 1 to 4"
  | "symmetry"
  | "residual of the top pair"
  | "float64 on a sample"
  | "second route";

/** It passed if value <= bound. */
export interface Check {
  /** A CheckName; a file by another version may hold others. */
  readonly name: string;
  readonly value: number;
  readonly bound: number;
  readonly passed: boolean;
}

/** A check that was not made is no pass. */
export interface NotChecked {
  readonly name: string;
  /** Such as "would take about 40 s". */
  readonly reason: string;
}

export interface Trust {
  readonly checks: readonly Check[];
  readonly notChecked: readonly NotChecked[];
}

export const checked = (name: CheckName, value: number, bound: number): Check => {
  // What cannot be compared fails, with a number that JSON holds.
  const known = Number.isFinite(value) ? value : Number.MAX_VALUE;
  return { name, value: known, bound, passed: known <= bound };
};
