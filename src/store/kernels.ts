/** The table of measured kernels that this browser keeps for its GPU: asked for before a run, measured by hand only. */
import type { StoreApi } from "zustand/vanilla";
import type { DeviceReport, Engine, KernelTable } from "../run/protocol.ts";
import { kernelsCard as words } from "../strings/en.ts";
import { type KernelPlace, noKernels } from "./kernelsView.ts";
import type { PageState } from "./state.ts";

/** Of a device as it was when its table was measured. */
export const deviceKey = ({ name, vendor, architecture, limits }: DeviceReport): string =>
  JSON.stringify([
    ...[name, vendor, architecture],
    ...[limits.maxComputeWorkgroupStorageSize, limits.maxComputeInvocationsPerWorkgroup],
  ]);

/** @param openPlace absent where nothing may be kept */
export function createKernels(
  { getState: get, setState: set }: StoreApi<PageState>,
  openPlace: (() => Promise<KernelPlace>) | undefined,
) {
  let asked: { readonly device: string; readonly done: Promise<void> } | null = null;

  /** Puts a table, or none, in force for runs to come. */
  async function take(engine: Engine, json: string | null, problem: string | null = null): Promise<void> {
    const bytes = json === null ? null : new TextEncoder().encode(json);
    const answer = await engine.takeKernels(bytes, words.file);
    set({
      kernels:
        answer.kind === "used"
          ? { summary: answer.table, json, problem }
          : { ...noKernels, problem: answer.message },
    });
  }

  async function recall(engine: Engine, device: string): Promise<void> {
    let kept: unknown;
    try {
      kept = await (await openPlace?.())?.read(device);
    } catch {
      // Without storage every page begins with the usual tilings.
    }
    if (typeof kept === "string") await take(engine, kept);
    // Of the GPU before.
    else if (get().kernels.json !== null) await take(engine, null);
  }

  return {
    /** Puts the table that is kept for the device in force, once. */
    async recall(engine: Engine, report: DeviceReport): Promise<void> {
      const device = deviceKey(report);
      if (asked?.device !== device) asked = { device, done: recall(engine, device) };
      await asked.done;
    },

    async keep(engine: Engine, report: DeviceReport, table: KernelTable): Promise<void> {
      const [device, json] = [deviceKey(report), JSON.stringify(table, null, 1)];
      let problem: string | null = openPlace === undefined ? words.notKept : null;
      try {
        await (await openPlace?.())?.write(device, json);
      } catch {
        problem = words.notKept;
      }
      asked = { device, done: take(engine, json, problem) };
      await asked.done;
    },

    async forget(engine: Engine, report: DeviceReport): Promise<void> {
      try {
        await (await openPlace?.())?.remove(deviceKey(report));
      } catch {
        // Where nothing can be removed nothing was kept either.
      }
      await take(engine, null);
    },
  };
}
