/** What a plan costs, in words and on an axis. Pure. */
import type { ControlValues } from "../../store/controls.ts";
import { layers as words } from "../../strings/en.ts";
import { bytesText, significant } from "../format.ts";

type CostKind = ControlValues["planCost"];

const THOUSANDS = ["", "k", "M", "G", "T", "P"];

interface Unit {
  readonly divisor: number;
  readonly name: string;
}

function unitOf(kind: CostKind, largest: number): Unit {
  const power = largest < 1000 ? 0 : Math.min(5, Math.floor(Math.log10(largest) / 3));
  const divisor = 1000 ** power;
  if (kind === "latency") return { divisor: 1, name: "ms" };
  if (kind === "size") return { divisor, name: power === 0 ? "bytes" : `${THOUSANDS[power]}B` };
  return { divisor, name: `${power === 0 ? "" : `${THOUSANDS[power]} `}${words.bitOperations}` };
}

/** `size of the weights (kB)`, and what a cost is divided by for its ticks. */
export function costAxis(
  kind: CostKind,
  largest: number,
): { readonly title: string; readonly divisor: number } {
  const { divisor, name } = unitOf(kind, largest);
  const quantity = words.costs[kind];
  const unit = kind === "bops" ? name.replace(` ${words.bitOperations}`, "") : name;
  return {
    title: divisor === 1 && kind === "bops" ? quantity : `${quantity} (${unit})`,
    divisor,
  };
}

/** `134 kB`, `1.20 G bit operations`, `2.40 ms` */
export function costText(kind: CostKind, cost: number): string {
  if (kind === "size") return bytesText(Math.round(cost));
  const { divisor, name } = unitOf(kind, cost);
  return `${significant(cost / divisor, 3)} ${name}`;
}

/** `2.36 M`; whole below a thousand. */
export function countText(n: number): string {
  if (n < 1000) return String(Math.round(n));
  const { divisor } = unitOf("bops", n);
  return `${significant(n / divisor, 3)} ${THOUSANDS[Math.round(Math.log10(divisor) / 3)]}`;
}
