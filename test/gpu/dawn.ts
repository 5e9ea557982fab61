import { create, globals } from "webgpu";
import { type Gpu, requestGpu } from "../../src/gpu/device.ts";

const shared = globalThis as { eigenscopeDawn?: GPU; eigenscopeGpu?: Promise<Gpu> };

/** One device for all engine tests of a file. The instance must stay reachable, or Dawn collects it. */
export function dawn(): Promise<Gpu> {
  if (shared.eigenscopeGpu === undefined) {
    Object.assign(globalThis, globals);
    shared.eigenscopeDawn = create([]) as GPU;
    shared.eigenscopeGpu = requestGpu(shared.eigenscopeDawn);
  }
  return shared.eigenscopeGpu;
}
