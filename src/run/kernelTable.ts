/** Reads tables of measured tilings, which come from strangers, and says what they decide. */

import { type KernelChoices, type KernelShape, sameTiling, shapeKey, tilingText } from "../gpu/tiling.ts";
import { tilingsFor } from "../gpu/tilings.ts";
import { quote, type Refuse, refuser } from "../model/errors.ts";
import { readJsonObject } from "../model/jsonObject.ts";
import { limits } from "../model/limits.ts";
import { digest } from "./digest.ts";
import { summaryOfTable } from "./kernelText.ts";
import type { KernelsUsed, KernelTable, MeasuredShape, TableSummary, TunedDevice } from "./kernelTypes.ts";
import type { DeviceReport } from "./protocol.ts";
import {
  byKind,
  type Check,
  type Checking,
  flag,
  list,
  number,
  object,
  oneOf,
  whole,
} from "./results/check.ts";
import { count, name } from "./results/common.ts";
import { tilingSchema } from "./results/kernelsSchema.ts";

const REMEDY = "Measure the kernels again on this device: on the page, or by the command tune";

const size = whole({ from: 1, to: limits.dimension });
const pair = (value: unknown, at: string, checking: Checking): readonly [number, number] => {
  const [y, x] = list(size, 2, 2)(value, at, checking);
  return [y, x];
};

const shapeSchema = byKind<KernelShape>({
  matmul: object({
    ...{ kind: oneOf("matmul"), batches: size, m: size, n: size, k: size, ta: flag, tb: flag },
    pairs: oneOf(1, 2),
  }),
  conv: object({
    ...{ kind: oneOf("conv"), mode: oneOf("forward", "input", "weight") },
    picture: (value, at, checking) => {
      const [n, h, w] = list(size, 3, 3)(value, at, checking);
      return [n, h, w] as const;
    },
    kernel: (value, at, checking) => {
      const [kh, kw, ci, co] = list(size, 4, 4)(value, at, checking);
      return [kh, kw, ci, co] as const;
    },
    ...{ stride: pair, dilation: pair, pairs: oneOf(1, 2) },
  }),
});

/** Tilings of one shape: there are 13. */
const MOST_TILINGS = 64;
/** Shapes: a ResNet-50 has 120. */
const MOST_SHAPES = 4096;

const tableSchema: Check<KernelTable> = object<KernelTable>({
  schema: oneOf("eigenscope-kernels"),
  version: oneOf(1),
  engine: name,
  device: object<TunedDevice>({
    ...{ name, vendor: name, architecture: name },
    limits: object<TunedDevice["limits"]>({
      ...{ maxComputeWorkgroupStorageSize: count, maxComputeInvocationsPerWorkgroup: count },
    }),
  }),
  entries: list(
    object<MeasuredShape>({
      ...{ shape: shapeSchema, uses: count },
      measured: list(
        object<MeasuredShape["measured"][number]>({ tiling: tilingSchema, ms: number({ from: 0 }) }),
        MOST_TILINGS,
        1,
      ),
      chosen: count,
    }),
    MOST_SHAPES,
  ),
});

/** @throws FormatError for anything else than a table whose shapes can have the tilings that they are said to have */
export function readKernelTable(bytes: Uint8Array, file: string): KernelTable {
  const refuse = refuser(file, REMEDY);
  const value = readJsonObject(bytes, limits.kernelTableBytes, refuse);
  const table = tableSchema(value, "", { refuse, leftOut: new Set() });
  const seen = new Set<string>();
  for (const [i, entry] of table.entries.entries()) {
    const at = `entries[${i}]`;
    const key = shapeKey(entry.shape);
    if (seen.has(key)) refuse(`${at}.shape`, "each shape once", `${quote(key)} again`);
    seen.add(key);
    checkTilings(entry, at, refuse);
  }
  return table;
}

function checkTilings({ shape, measured, chosen }: MeasuredShape, at: string, refuse: Refuse): void {
  const known = tilingsFor(shape);
  for (const [j, { tiling }] of measured.entries()) {
    const where = `${at}.measured[${j}].tiling`;
    if (!known.some((other) => sameTiling(other, tiling)))
      refuse(where, `one of ${known.map(tilingText).join(", ")}`, tilingText(tiling));
    if (j === 0 && !sameTiling(known[0], tiling))
      refuse(where, `the usual one, ${tilingText(known[0])}`, tilingText(tiling));
  }
  if (chosen >= measured.length) refuse(`${at}.chosen`, `below ${measured.length}`, String(chosen));
}

/** What of a device a table is for. */
export const tunedDevice = ({ name, vendor, architecture, limits }: DeviceReport): TunedDevice => ({
  ...{ name, vendor, architecture },
  limits: {
    maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
  },
});

/** @throws FormatError where the table was measured on another device */
function checkDevice({ device }: KernelTable, report: DeviceReport, file: string): void {
  const text = (of: TunedDevice): string =>
    [of.name, of.vendor, of.architecture, ...Object.values(of.limits)]
      .filter((word) => word !== "")
      .join(", ");
  const [own, here] = [text(device), text(tunedDevice(report))];
  if (own !== here) refuser(file, REMEDY)("device", here, own);
}

/**
 * What a table decides on a device.
 * @param bytes JSON; null for the usual tilings
 * @throws FormatError also where it was measured on another device
 */
export async function takenKernels(
  bytes: Uint8Array | null,
  file: string,
  report: DeviceReport,
): Promise<{ readonly kernels: Kernels | null; readonly summary: TableSummary | null }> {
  if (bytes === null) return { kernels: null, summary: null };
  const table = readKernelTable(bytes, file);
  checkDevice(table, report, file);
  return { kernels: await kernelsOf(table), summary: summaryOfTable(table) };
}

/** What is in force while a table is. */
export interface Kernels {
  readonly choices: KernelChoices;
  readonly used: KernelsUsed;
}

/** Null where no shape has another tiling than the usual one: then there are no other bits either. */
async function kernelsOf({ entries }: KernelTable): Promise<Kernels | null> {
  const chosen = entries
    .filter((entry) => entry.chosen > 0)
    .map(({ shape, measured, chosen: place }) => ({ shape: shapeKey(shape), tiling: measured[place].tiling }))
    .sort((a, b) => (a.shape < b.shape ? -1 : 1));
  if (chosen.length === 0) return null;
  const choices = new Map(chosen.map(({ shape, tiling }) => [shape, tiling]));
  const bytes = new TextEncoder().encode(JSON.stringify(chosen));
  return { choices, used: { digest: await digest(bytes), chosen } };
}
