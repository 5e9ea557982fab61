/** The one place that asks for the GPU. */

import type { Bounds } from "./fuse.ts";
import type { KernelChoices } from "./tiling.ts";

export interface DeviceInfo {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** A software adapter (SwiftShader, WARP, llvmpipe): right numbers, slowly. */
  readonly software: boolean;
  readonly features: readonly string[];
}

export interface Gpu {
  readonly device: GPUDevice;
  readonly info: DeviceInfo;
  readonly limits: GPUSupportedLimits;
  /** Validation and memory errors that no call reported, oldest first: results after one cannot be trusted. */
  readonly faults: readonly string[];
  /** Tilings other than the usual ones, for all kernels that are written for it. */
  readonly choices?: KernelChoices;
}

/** What a device decides of the kernels that are written for it. */
export const kernelBounds = ({
  limits,
  choices,
  info,
}: Pick<Gpu, "choices"> & {
  readonly limits: { readonly maxStorageBuffersPerShaderStage: number };
  readonly info?: Pick<DeviceInfo, "software">;
}): Pick<Bounds, "maxBindings" | "choices" | "processor"> => ({
  maxBindings: limits.maxStorageBuffersPerShaderStage,
  processor: info?.software ?? false,
  ...(choices === undefined ? {} : { choices }),
});

/** No adapter, or no device from it. The message says what a user can do. */
export class GpuUnavailable extends Error {
  override readonly name = "GpuUnavailable";
}

const WANTED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
] as const;

const WANTED_FEATURES = ["subgroups", "timestamp-query", "shader-f16"] as const;
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|warp|basic render|software/i;

/**
 * Requests a device with the adapter's own limits.
 * @param gpu the entry point; in a browser `navigator.gpu`, in Node the object that Dawn's `create` returns.
 */
export async function requestGpu(gpu: GPU | undefined = globalThis.navigator?.gpu): Promise<Gpu> {
  if (gpu === undefined) {
    throw new GpuUnavailable(
      globalThis.isSecureContext === false
        ? "WebGPU is off because this page was not loaded over https (or a frame around it was not)."
        : "This browser has no WebGPU. Chrome and Edge 113 or newer, Safari 26 and Firefox 141 on Windows have it.",
    );
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    throw new GpuUnavailable(
      "This browser has WebGPU but offers no adapter. See chrome://gpu; on Linux start Chrome with --enable-unsafe-webgpu --enable-features=Vulkan.",
    );
  }
  const requiredLimits: Record<string, number> = {};
  for (const key of WANTED_LIMITS) requiredLimits[key] = adapter.limits[key];
  const requiredFeatures = WANTED_FEATURES.filter((f) => adapter.features.has(f));
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures }).catch((error: unknown) => {
    throw new GpuUnavailable(`The adapter gave no device: ${(error as Error).message}`);
  });
  // An adapter of a GPU process that has just ended gives a device that is lost from the start.
  const lost = await Promise.race([device.lost, null]);
  if (lost !== null) throw new GpuUnavailable(`The GPU was lost as soon as it was given (${lost.message}).`);
  const faults: string[] = [];
  device.addEventListener("uncapturederror", ({ error }) => faults.push(error.message));
  const { vendor, architecture, device: model, description } = adapter.info;
  const name = description || model || [vendor, architecture].filter(Boolean).join(" ") || "unnamed GPU";
  return {
    device,
    limits: device.limits,
    faults,
    info: {
      name,
      vendor,
      architecture,
      software: adapter.info.isFallbackAdapter === true || SOFTWARE.test(`${name} ${architecture} ${vendor}`),
      features: [...device.features].sort(),
    },
  };
}
