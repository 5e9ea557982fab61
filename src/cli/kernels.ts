/** The command `tune` and the flag `--kernels`: which tilings of kernels are fastest on this device. */

import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { LocalEngine } from "../run/engine.ts";
import { shapeKey, summaryOfTable, tilingText } from "../run/kernelText.ts";
import type { KernelTable, RunEvent, RunSettings } from "../run/protocol.ts";
import { type Arguments, UsageError } from "./arguments.ts";

/** Puts the table of `--kernels` in force for all that the engine runs. */
export async function takeKernels(engine: LocalEngine, args: Arguments): Promise<void> {
  const path = args.get("kernels");
  if (path === undefined) return;
  const answer = await engine.takeKernels(await readFile(path), basename(path));
  if (answer.kind !== "used") throw new Error(answer.message);
}

/** Measures and writes the table. */
export async function tuneCommand(
  engine: LocalEngine,
  settings: RunSettings,
  args: Arguments,
  onEvent: (event: RunEvent) => void,
): Promise<number> {
  const out = args.get("out");
  if (out === undefined) throw new UsageError("tune needs --out table.json.");
  const tuned = await engine.tune(settings, onEvent);
  if (tuned.kind !== "tuned") throw new Error("message" in tuned ? tuned.message : "Cancelled.");
  await writeFile(out, `${JSON.stringify(tuned.table, null, 1)}\n`);
  process.stdout.write(tableText(tuned.table));
  return 0;
}

/** The shapes in the order in which they matter, each with its times. */
function tableText(table: KernelTable): string {
  const { device, entries } = table;
  const { shapes, others, usualMs, chosenMs } = summaryOfTable(table);
  const lines = entries.map(({ shape, uses, measured, chosen: place }) => {
    const times = measured.map(
      ({ tiling, ms }, i) => `${i === place ? "*" : ""}${tilingText(tiling)} ${milliseconds(ms)}`,
    );
    return `  ${shapeKey(shape)}, ${uses} a product: ${times.join(", ")}`;
  });
  return `${[
    `${device.name}: ${shapes} shapes, ${others} with another tiling than the usual one`,
    `kernels of a product, one by one: ${milliseconds(usualMs)} ms usually, ${milliseconds(chosenMs)} ms as chosen`,
    ...lines,
  ].join("\n")}\n`;
}

const milliseconds = (ms: number): string => ms.toPrecision(3);
