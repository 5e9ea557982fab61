import type { SafePath } from "./safePaths.ts";
import { safeText } from "./safeText.ts";

/** Compiled pipelines of a device, one per distinct WGSL text. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  #paths: readonly SafePath[];

  /** @param paths safe paths that all texts take */
  constructor(device: GPUDevice, paths: readonly SafePath[] = []) {
    this.#device = device;
    this.#paths = paths;
  }

  /** The safe paths of what is compiled from now on. */
  take(paths: readonly SafePath[]): void {
    this.#paths = paths;
  }

  get size(): number {
    return this.#pipelines.size;
  }

  /** Compiles in the background; equal texts share one pipeline. */
  get(usual: string, label: string): Promise<GPUComputePipeline> {
    const wgsl = safeText(usual, this.#paths);
    let pipeline = this.#pipelines.get(wgsl);
    if (pipeline === undefined) {
      pipeline = this.#compile(wgsl, label);
      this.#pipelines.set(wgsl, pipeline);
    }
    return pipeline;
  }

  async #compile(wgsl: string, label: string): Promise<GPUComputePipeline> {
    const module = this.#device.createShaderModule({ code: wgsl, label });
    try {
      return await this.#device.createComputePipelineAsync({
        layout: "auto",
        label,
        compute: { module, entryPoint: "main" },
      });
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const details = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`).join("\n");
      throw new Error(`internal: ${label} does not compile: ${details || String(error)}`);
    }
  }
}
