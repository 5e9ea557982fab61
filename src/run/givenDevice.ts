/** The device that an engine works on: asked for when it is needed, asked for again when it was lost. */

import type { Disk } from "../gpu/columns.ts";
import { GpuUnavailable } from "../gpu/device.ts";
import { type OutOfMemory, settled } from "../gpu/memory.ts";
import { type Engines, openDevice, passportOf, reportDevice } from "./device.ts";
import { defaultBudget, defaultHostBudget } from "./fit.ts";
import type { RunContext } from "./ground.ts";
import type { HostBudget } from "./krylov.ts";
import type { DeviceAnswer, DeviceReport, Progress } from "./protocol.ts";
import { Losses, whenGiven } from "./recovery.ts";

export interface DeviceHost {
  readonly kind: DeviceReport["host"];
  /** Where the GPU is asked for; by default `navigator.gpu`. */
  readonly gpu?: GPU;
  /** Bytes a run may use; by default a guess from the kind of device. */
  readonly budget?: number;
  /** The part of that guess for a guest on somebody else's page. */
  readonly budgetShare?: number;
  /** Bytes of host memory for a Krylov basis that does not fit the device; by default a guess. */
  readonly hostBudget?: number;
  /** For a basis that does not fit there either; by default none. */
  readonly disk?: DiskHost | null;
  /** What a reader allows at most, in bytes. */
  readonly most?: { readonly budget?: number; readonly hostBudget?: number };
  /** Lost devices within a minute that runs survive; by default 2. */
  readonly mostLosses?: number;
}

/** A place for files, which says how much of it a run may take. */
export interface DiskHost extends Disk {
  /** Bytes; 0 where nobody can say. */
  room(): Promise<number>;
}

export interface OpenDevice extends Engines {
  readonly report: DeviceReport;
  /** Set when the device has been lost. */
  lost: string | null;
}

export type Listening = Pick<RunContext, "signal" | "onEvent">;

/** How long a failed run waits to hear whether its device was lost. */
const LOSS_MS = 1000;

export class GivenDevice {
  readonly losses: Losses;
  readonly #host: DeviceHost;
  #opening: Promise<OpenDevice> | null = null;
  /** Of the last device: there is a GPU, though it may be withheld for a while. */
  #report: DeviceReport | null = null;

  constructor(host: DeviceHost) {
    this.#host = host;
    this.losses = new Losses(host.mostLosses);
  }

  /** What is asked of a device, or why there is none. */
  async ask<T>(
    question: (open: OpenDevice) => Promise<T>,
  ): Promise<T | Extract<DeviceAnswer, { kind: "unavailable" }>> {
    try {
      return await question(await this.#open());
    } catch (error) {
      if (error instanceof GpuUnavailable) return { kind: "unavailable", message: error.message };
      throw error;
    }
  }

  /** What a device is, by `read`; of one that is withheld after a loss, what was known: a run waits for it. */
  async report(read: (open: OpenDevice) => Promise<DeviceReport>): Promise<DeviceAnswer> {
    const answer = await this.ask(async (open): Promise<DeviceAnswer> => {
      return { kind: "device", device: await read(open) };
    });
    const known = this.#report;
    return answer.kind === "unavailable" && known !== null ? { kind: "device", device: known } : answer;
  }

  /**
   * A device; one that was given before is waited for.
   * @throws GpuUnavailable, and AbortError when cancelled while it waits
   */
  opened({ signal, onEvent }: Listening): Promise<OpenDevice> {
    if (this.#report === null) return this.#open();
    const onProgress = (progress: Progress): void => onEvent({ type: "progress", progress });
    return whenGiven(() => this.#open(), { signal, onProgress });
  }

  /** Gives the device back. */
  drop(): void {
    this.#opening?.then(({ gpu }) => gpu.device.destroy()).catch(() => {});
    this.#opening = null;
  }

  budget({ software }: DeviceReport): number {
    const { budget, budgetShare = 1, most } = this.#host;
    return Math.min(budget ?? budgetShare * defaultBudget(software), most?.budget ?? Infinity);
  }

  /** Of the host, as it is now. */
  async hostBudget(): Promise<HostBudget> {
    const { hostBudget, budgetShare = 1, most, disk = null } = this.#host;
    const bytes = Math.min(hostBudget ?? budgetShare * defaultHostBudget(), most?.hostBudget ?? Infinity);
    return { hostBudget: bytes, disk: disk === null ? null : { disk, bytes: await disk.room() } };
  }

  #open(): Promise<OpenDevice> {
    if (this.#opening !== null) return this.#opening;
    const opening = (async () => {
      const engines = await openDevice(this.#host.gpu, this.losses.slice);
      const report = reportDevice(engines.gpu, this.#host.kind);
      const open: OpenDevice = {
        ...engines,
        report: { ...report, budget: this.budget(report) },
        lost: null,
      };
      this.#report = open.report;
      void engines.gpu.device.lost.then(({ reason, message }) => {
        open.lost = message || reason;
        // The next run asks for a new device.
        if (this.#opening === opening) this.#opening = null;
      });
      return open;
    })().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    this.#opening = opening;
    return opening;
  }
}

/** The report with the passport. What is compiled on the device from then on takes the safe paths of its passport. */
export async function examined({ gpu, pipelines, report }: OpenDevice): Promise<DeviceReport> {
  const passport = await passportOf(gpu);
  pipelines.take(passport?.paths ?? []);
  return passport === null ? report : { ...report, passport };
}

/** Why the device was lost; null if it was not. */
export async function lossOf(open: OpenDevice | null): Promise<string | null> {
  if (open === null) return null;
  // Reading a buffer may fail a moment before the device says that it is lost.
  await Promise.race([open.gpu.device.lost, new Promise((resolve) => setTimeout(resolve, LOSS_MS))]);
  return open.lost;
}

/** The refusal of memory that spoils what a device computed; null where there was none. */
export async function memoryRefusalOf(open: OpenDevice | null): Promise<OutOfMemory | null> {
  try {
    if (open !== null) await settled(open.gpu.device);
    return null;
  } catch (error) {
    return error as OutOfMemory;
  }
}
