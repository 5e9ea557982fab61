/** The command `device`: the adapter, what it can hold, and what its arithmetic is worth. */

import type { DeviceReport, FunctionError, Passport } from "../run/protocol.ts";
import type { SizePlan } from "../run/sizeTypes.ts";
import { basisCapacity } from "../spectrum/capacity.ts";

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(3)} GB`;
const STEPS = [40, 80];

/** A report as a few lines of text. */
export function deviceText(device: DeviceReport, sizes: readonly SizePlan[]): string {
  const { name, vendor, architecture, software, limits, features, budget, passport } = device;
  const made = [vendor, architecture].filter((word) => word !== "").join(" ");
  const lines = [
    `${name}${made === "" ? "" : ` (${made})`}${software ? ", a software adapter: right numbers, slowly" : ""}`,
    `largest buffer ${gigabytes(limits.maxBufferSize)}, bound at once ${gigabytes(limits.maxStorageBufferBindingSize)}, workgroup memory ${limits.maxComputeWorkgroupStorageSize} bytes, ${limits.maxComputeInvocationsPerWorkgroup} invocations`,
    `features: ${features.join(", ")}`,
  ];
  if (budget !== undefined) {
    const fits = STEPS.map((steps) => `${count(basisCapacity(budget, steps))} at ${steps} steps`);
    lines.push(
      `a run may take ${gigabytes(budget)}; the Lanczos basis alone fits up to this many parameters: ${fits.join(", ")}`,
    );
  }
  lines.push(...sizes.map(({ sentence }) => sentence));
  return `${[...lines, ...(passport === undefined ? ["no numerics passport"] : passportLines(passport))].join("\n")}\n`;
}

const count = (n: number): string => n.toLocaleString("en-US");

function passportLines(passport: Passport): string[] {
  const { functions, subnormals, nonFinite, twoSum, multiplyAdd, repeatable, faults, paths } = passport;
  const yes = (is: boolean): string => (is ? "yes" : "no");
  return [
    `numerics passport: ${faults.length === 0 ? "sound" : faults.join("; ")}`,
    ...functions.map(functionLine),
    `  subnormal operands ${subnormals.operands}, results ${subnormals.results}`,
    `  NaN and infinity carried: ${yes(nonFinite.carried)}, made: ${yes(nonFinite.made)}, seen by bits: ${yes(nonFinite.seenByBits)}, NaN seen by x != x: ${yes(nonFinite.seenByComparison)}, hidden by max: ${yes(nonFinite.hiddenByMaximum)}${nonFinite.hiddenBy?.length ? `, by own ${nonFinite.hiddenBy.join(", ")}` : ""}`,
    `  TwoSum exact: ${yes(twoSum.exact)} (${twoSum.failures} of ${twoSum.points} fail); x x + z ${multiplyAdd.written}, fma ${multiplyAdd.builtin}`,
    `  repeatable: ${yes(repeatable)}`,
    `  safe paths of the kernels: ${paths === undefined ? "not recorded" : paths.length === 0 ? "none" : paths.join(", ")}`,
  ];
}

function functionLine({ name, text, used, from, to, unit, worst, at, bound, passed }: FunctionError): string {
  const [low, high] = [from, to].map((x) => x.toPrecision(3));
  const whose = text === "own" ? "own" : "WGSL";
  const error = `${worst.toPrecision(2)} ${unit === "ulps" ? "ulps" : "absolute"}`;
  const verdict = passed ? "" : used ? " FAILED" : " (more than WGSL promises; not used)";
  return `  ${name.padEnd(11)} ${whose.padEnd(5)} ${`[${low}, ${high}]`.padEnd(24)} ${error.padEnd(17)} at ${at.map((x) => x.toPrecision(4)).join(", ")}; at most ${bound.toPrecision(2)}${verdict}`;
}
