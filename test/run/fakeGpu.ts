import { globals } from "webgpu";

/**
 * A GPU that computes nothing and remembers everything: which buffers live, what was asked of them, in which error scopes. It
 * refuses the n-th buffer or is lost at the n-th read, as a test wants it.
 */
export class FakeGpu {
  /** What the buffers created so far are for, on all devices. */
  readonly created: string[] = [];
  /** Reads begun so far. */
  reads = 0;
  /** Errors that no scope caught. */
  readonly uncaptured: string[] = [];
  readonly live = new Set<FakeBuffer>();
  devices = 0;
  /** Number of the buffer for which there is no room, from 1. */
  refuseAt = 0;
  /** Numbers of the reads, from 1, at which the device is lost: while they are in flight. */
  loseAt: readonly number[] = [];

  constructor() {
    Object.assign(globalThis, globals);
  }

  get entry(): GPU {
    const limits = {
      ...{ maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27, maxStorageBuffersPerShaderStage: 8 },
      ...{ maxComputeWorkgroupStorageSize: 16384, maxComputeInvocationsPerWorkgroup: 256 },
      ...{ maxComputeWorkgroupSizeX: 256, maxComputeWorkgroupSizeY: 256 },
    };
    const info = { vendor: "nobody", architecture: "fake", device: "", description: "a fake GPU" };
    const adapter = {
      limits,
      info,
      features: new Set<string>(),
      requestDevice: async () => this.#device(limits),
    };
    return { requestAdapter: async () => adapter } as unknown as GPU;
  }

  #device(limits: object): unknown {
    this.devices++;
    let lose: (info: { reason: string; message: string }) => void = () => {};
    const lost = new Promise((resolve) => {
      lose = resolve;
    });
    let gone = false;
    const scopes: (string | null)[] = [];
    const listeners: ((event: { error: { message: string } }) => void)[] = [];
    /** What a command on a buffer that does not exist ends in. */
    const use = (buffers: readonly FakeBuffer[]): void => {
      if (gone || buffers.every(({ refused }) => !refused)) return;
      for (const listener of listeners) listener({ error: { message: "a buffer is invalid" } });
    };
    const map = async (buffer: FakeBuffer): Promise<void> => {
      if (this.loseAt.includes(++this.reads)) device.destroy();
      await null;
      if (gone) throw new DOMException("the device is lost", "AbortError");
      if (buffer.refused) throw new DOMException("the buffer is invalid", "OperationError");
    };
    const pass = {
      setPipeline: () => {},
      setBindGroup: () => {},
      dispatchWorkgroups: () => {},
      end: () => {},
    };
    const encoder = {
      beginComputePass: () => pass,
      copyBufferToBuffer: (from: FakeBuffer, _at: number, to: FakeBuffer) => use([from, to]),
      clearBuffer: (buffer: FakeBuffer) => use([buffer]),
      finish: () => ({}),
    };
    const device = {
      ...{ limits, lost, features: new Set<string>() },
      addEventListener: (_: string, listener: (typeof listeners)[number]) => listeners.push(listener),
      destroy: () => {
        gone = true;
        lose({ reason: "destroyed", message: "the fake device was lost" });
      },
      queue: {
        writeBuffer: (buffer: FakeBuffer) => use([buffer]),
        submit: () => {},
        onSubmittedWorkDone: async () => {},
      },
      pushErrorScope: () => scopes.push(null),
      popErrorScope: async () => {
        if (scopes.length === 0) throw new Error("no scope to pop");
        const message = scopes.pop() ?? null;
        return message === null ? null : { message };
      },
      createBuffer: (descriptor: GPUBufferDescriptor) => {
        const refused = this.created.push(descriptor.label ?? "") === this.refuseAt;
        if (refused && scopes.length === 0) this.uncaptured.push("no room");
        if (refused) scopes[scopes.length - 1] = "no room";
        if (refused && descriptor.mappedAtCreation) throw new RangeError("no room to map");
        const buffer = new FakeBuffer(descriptor.size, refused, map, () => this.live.delete(buffer));
        this.live.add(buffer);
        return buffer;
      },
      createShaderModule: () => ({}),
      createComputePipelineAsync: async ({ label }: { label: string }) => ({
        label,
        getBindGroupLayout: () => ({}),
      }),
      createBindGroup: ({ entries }: { entries: { resource: { buffer: FakeBuffer } }[] }) => {
        use(entries.map(({ resource }) => resource.buffer));
        return {};
      },
      createCommandEncoder: () => encoder,
    };
    return device;
  }
}

class FakeBuffer {
  readonly size: number;
  readonly refused: boolean;
  readonly #map: (buffer: FakeBuffer) => Promise<void>;
  readonly destroy: () => void;

  constructor(
    size: number,
    refused: boolean,
    map: (buffer: FakeBuffer) => Promise<void>,
    destroy: () => void,
  ) {
    [this.size, this.refused, this.#map, this.destroy] = [size, refused, map, destroy];
  }

  mapAsync(): Promise<void> {
    return this.#map(this);
  }

  /** Numbers of order one, no two neighbours alike. */
  getMappedRange(_at = 0, bytes = this.size): ArrayBuffer {
    return Float32Array.from({ length: bytes / 4 }, (_, i) => 0.25 + (i % 7) / 8).buffer;
  }

  unmap(): void {}
}
