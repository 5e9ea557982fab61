/** The device as results report it, and all that its programs share. */

import { type Gpu, requestGpu } from "../gpu/device.ts";
import type { Passport } from "../gpu/passport.ts";
import { safePassport } from "../gpu/passportKernel.ts";
import { PipelineCache } from "../gpu/pipelines.ts";
import { Submitter } from "../gpu/submitter.ts";
import type { DeviceReport } from "./protocol.ts";

/** What all programs of a device share. */
export interface Engines {
  readonly gpu: Gpu;
  readonly pipelines: PipelineCache;
  readonly submitter: Submitter;
}

/** First guesses for the slicer, flops per millisecond; it measures from the first submit on. */
const SOFTWARE_RATE = 2e6;
const HARDWARE_RATE = 2e8;

/** @param slice part of the usual length of a submit */
export async function openDevice(gpu?: GPU, slice = 1): Promise<Engines> {
  const opened = await requestGpu(gpu);
  return {
    gpu: opened,
    pipelines: new PipelineCache(opened.device),
    submitter: new Submitter(opened.device, opened.info.software ? SOFTWARE_RATE : HARDWARE_RATE, slice),
  };
}

export function reportDevice({ info, limits }: Gpu, host: DeviceReport["host"]): DeviceReport {
  return {
    name: info.name,
    vendor: info.vendor,
    architecture: info.architecture,
    software: info.software,
    host,
    limits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
    features: info.features,
  };
}

/** By adapter: a device that takes the place of a lost one computes as that did. */
const passports = new Map<string, Promise<Passport>>();

/** The numerics passport with the safe paths that it asks for, measured once per adapter; null where it could not be, as on a device that is lost. */
export async function passportOf({ device, info }: Gpu): Promise<Passport | null> {
  const adapter = JSON.stringify([info.vendor, info.architecture, info.name]);
  const known = passports.get(adapter) ?? safePassport(device);
  passports.set(adapter, known);
  try {
    return await known;
  } catch {
    passports.delete(adapter);
    return null;
  }
}
