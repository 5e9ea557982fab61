/**
 * Where all buffers are made. Each stands under an error scope of its own, because a device that has no room says so to a scope
 * only, and later: `createBuffer` returns at once, and `settled` tells whether all buffers so far exist. What was computed
 * with one that does not is noise, so nothing is read back before that is known.
 */

/** The device had no room for a buffer that the plan foresaw. The message says what a user can do. */
export class OutOfMemory extends Error {
  override readonly name = "OutOfMemory";
}

interface Memory {
  /** Scopes that the device has not answered yet. */
  readonly asked: Set<Promise<void>>;
  refusal: OutOfMemory | null;
}

const memories = new WeakMap<GPUDevice, Memory>();

function memoryOf(device: GPUDevice): Memory {
  const known = memories.get(device);
  if (known !== undefined) return known;
  const fresh: Memory = { asked: new Set(), refusal: null };
  memories.set(device, fresh);
  return fresh;
}

/** @throws OutOfMemory at once where a buffer is to be mapped at its creation and cannot be */
export function createBuffer(device: GPUDevice, descriptor: GPUBufferDescriptor): GPUBuffer {
  const memory = memoryOf(device);
  device.pushErrorScope("out-of-memory");
  try {
    return device.createBuffer(descriptor);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    memory.refusal ??= refusalOf(descriptor);
    throw memory.refusal;
  } finally {
    const asked = device.popErrorScope().then(
      (error) => {
        memory.asked.delete(asked);
        if (error !== null) memory.refusal ??= refusalOf(descriptor);
      },
      // A device that is lost has no answer; whoever reads from it hears of the loss.
      () => void memory.asked.delete(asked),
    );
    memory.asked.add(asked);
  }
}

/**
 * Resolves when the device has given all buffers made so far.
 * @throws OutOfMemory if it refused one, then and ever after: what it computes is not to be trusted any more
 */
export async function settled(device: GPUDevice): Promise<void> {
  const memory = memoryOf(device);
  await Promise.all(memory.asked);
  if (memory.refusal !== null) throw memory.refusal;
}

/** Buffers that exist; throws OutOfMemory, and destroys them, if the device has no room for all. */
export async function createBuffers(
  device: GPUDevice,
  descriptors: readonly GPUBufferDescriptor[],
): Promise<GPUBuffer[]> {
  const made: GPUBuffer[] = [];
  try {
    for (const descriptor of descriptors) made.push(createBuffer(device, descriptor));
    await settled(device);
    return made;
  } catch (error) {
    for (const buffer of made) buffer.destroy();
    throw error;
  }
}

/**
 * What the first `bytes` of a buffer for reading hold when the device has written them.
 * @throws OutOfMemory where they would be noise, and what the device throws when it is lost
 */
export async function mapped(device: GPUDevice, staging: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
  try {
    await staging.mapAsync(GPUMapMode.READ, 0, bytes);
  } catch (error) {
    // A buffer that does not exist cannot be mapped: that is the cause then.
    await settled(device);
    throw error;
  }
  await settled(device);
  const values = staging.getMappedRange(0, bytes).slice(0);
  staging.unmap();
  return values;
}

const refusalOf = ({ size, label }: GPUBufferDescriptor): OutOfMemory =>
  new OutOfMemory(
    `The GPU has no room for ${label || "a buffer"} (${Math.ceil(size / 1e6)} MB), though the plan fits its budget: ` +
      "use fewer samples or Lanczos steps, or close what else uses the GPU.",
  );
