/** WebGPU in Node. */

import { create, globals } from "webgpu";

/** The Dawn instance must stay reachable, or it is collected while the device is in use. */
export function dawn(): GPU {
  Object.assign(globalThis, globals);
  const holder = globalThis as { eigenscopeDawn?: GPU };
  holder.eigenscopeDawn ??= create([]) as GPU;
  return holder.eigenscopeDawn;
}
