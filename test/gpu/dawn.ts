import { create, globals } from "webgpu";
import { type Gpu, requestGpu } from "../../src/gpu/device.ts";

const shared = globalThis as { eigenscopeDawn?: GPU; eigenscopeGpu?: Promise<Gpu> };

/** The entry point, `navigator.gpu` of a browser. The instance must stay reachable, or Dawn collects it. */
export function dawnEntry(): GPU {
  if (shared.eigenscopeDawn === undefined) {
    Object.assign(globalThis, globals);
    shared.eigenscopeDawn = create([]) as GPU;
  }
  return shared.eigenscopeDawn;
}

/** One device for all engine tests of a file. */
export function dawn(): Promise<Gpu> {
  shared.eigenscopeGpu ??= requestGpu(dawnEntry());
  return shared.eigenscopeGpu;
}
