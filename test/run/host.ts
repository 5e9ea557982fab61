import { LocalEngine } from "../../src/run/engine.ts";
import type { RunEvent, RunOutcome, RunResult } from "../../src/run/protocol.ts";
import { dawnEntry } from "../gpu/dawn.ts";

/** Dawn's entry point as the engine sees it, with an eye on the devices that it makes, their memory and their work. */
export class WatchedGpu {
  readonly devices: GPUDevice[] = [];
  /** Bytes of the buffers that were created and not destroyed, and the most that there were at once. */
  liveBytes = 0;
  peakBytes = 0;
  liveBuffers = 0;
  /** So far. */
  submits = 0;
  dispatches = 0;
  pipelines = 0;
  readonly entry: GPU;

  constructor(gpu = dawnEntry()) {
    this.entry = through(gpu, "requestAdapter", async (ask) => {
      const adapter = (await ask()) as GPUAdapter;
      return through(adapter, "requestDevice", async (request) => {
        const device = (await request()) as GPUDevice;
        this.#watch(device);
        return device;
      });
    });
  }

  get device(): GPUDevice {
    return this.devices[this.devices.length - 1];
  }

  #watch(device: GPUDevice): void {
    this.devices.push(device);
    this.#count(device);
    const create = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      const buffer = create(descriptor);
      this.liveBytes += descriptor.size;
      this.peakBytes = Math.max(this.peakBytes, this.liveBytes);
      this.liveBuffers++;
      const destroy = buffer.destroy.bind(buffer);
      let destroyed = false;
      buffer.destroy = () => {
        if (!destroyed) {
          this.liveBytes -= descriptor.size;
          this.liveBuffers--;
        }
        destroyed = true;
        return destroy();
      };
      return buffer;
    };
  }

  #count(device: GPUDevice): void {
    const counted = <O extends object, K extends keyof O>(
      object: O,
      method: K,
      count: (made: unknown) => void,
    ) => {
      const original = (object[method] as (...args: unknown[]) => unknown).bind(object);
      object[method] = ((...args: unknown[]) => {
        const made = original(...args);
        count(made);
        return made;
      }) as O[K];
    };
    counted(device.queue, "submit", () => this.submits++);
    for (const method of ["createComputePipeline", "createComputePipelineAsync"] as const)
      counted(device, method, () => this.pipelines++);
    counted(device, "createCommandEncoder", (encoder) =>
      counted(encoder as GPUCommandEncoder, "beginComputePass", (pass) =>
        counted(pass as GPUComputePassEncoder, "dispatchWorkgroups", () => this.dispatches++),
      ),
    );
  }
}

/** `object` with one method replaced; native methods need their own `this`. */
export function through<T extends object>(
  object: T,
  method: keyof T,
  replaced: (original: () => unknown) => unknown,
): T {
  return new Proxy(object, {
    get(target, key) {
      const value = Reflect.get(target, key, target) as unknown;
      if (typeof value !== "function") return value;
      const bound = value.bind(target) as (...args: unknown[]) => unknown;
      return key === method ? (...args: unknown[]) => replaced(() => bound(...args)) : bound;
    },
  });
}

/** Without room on the host for a basis that does not fit a budget. */
export const engineOn = (gpu: GPU, budget?: number, hostBudget = 0): LocalEngine =>
  new LocalEngine({
    kind: "node",
    gpu,
    readBundled: (path) => Promise.reject(new Error(`no bundled file ${path} in this test`)),
    hostBudget,
    ...(budget === undefined ? {} : { budget }),
  });

export const silent = (_event: RunEvent): void => {};

export function finished(outcome: RunOutcome): RunResult {
  if (outcome.kind === "done") return outcome.result;
  throw new Error(`expected a finished run, found ${JSON.stringify(outcome).slice(0, 500)}`);
}
