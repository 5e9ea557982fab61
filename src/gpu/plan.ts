/**
 * The memory plan of a program: which buffer each slot lies in, decided before anything is allocated. The primal
 * kernels run once, then the tangent kernels run any number of times; what the tangent kernels read from the primal
 * ones are the residuals, and they keep their buffers. All else shares buffers by lifetime.
 */

import type { Kernel } from "./kernel.ts";
import type { Lowered } from "./lower.ts";
import type { Slot } from "./view.ts";

export interface Plan {
  /** Bytes of each buffer. */
  readonly buffers: readonly number[];
  /** Slot id to buffer; slots of parameter vectors are not in it. */
  readonly place: ReadonlyMap<number, number>;
  readonly bytes: {
    /** Inputs, outputs and what the tangent program reads from the primal one. */
    readonly residuals: number;
    /** Shared by lifetime. */
    readonly temporaries: number;
  };
}

interface Life {
  readonly slot: Slot;
  first: number;
  last: number;
}

/** @param probes vectors per product: slots that depend on the tangent hold one copy each. */
export function planMemory(lowered: Lowered, probes: number): Plan {
  const kernels: readonly Kernel[] = [...lowered.primal, ...lowered.tangent];
  const lives = new Map<number, Life>();
  kernels.forEach((kernel, at) => {
    for (const { slot } of kernel.bindings) {
      if (slot.kind === "vector") continue;
      const life = lives.get(slot.id);
      if (life === undefined) lives.set(slot.id, { slot, first: at, last: at });
      else life.last = at;
    }
  });
  const kept = new Set<number>();
  const lists = lowered.rowLists.flatMap(({ first, next }) => [first, next]);
  for (const view of [...lowered.inputs.values(), ...lowered.outputs.values(), ...lists]) {
    if (view.slot.kind === "vector") continue;
    kept.add(view.slot.id);
    if (!lives.has(view.slot.id)) lives.set(view.slot.id, { slot: view.slot, first: 0, last: 0 });
  }
  const boundary = lowered.primal.length;
  for (const { slot, first, last } of lives.values())
    if (first < boundary && last >= boundary) kept.add(slot.id);
  return assign([...lives.values()], kept, probes);
}

/** Of all its copies. */
export const bytesOfSlot = ({ floats, probeStride }: Slot, probes: number): number =>
  4 * floats * (probeStride > 0 ? probes : 1);

function assign(lives: readonly Life[], kept: ReadonlySet<number>, probes: number): Plan {
  const buffers: number[] = [];
  const place = new Map<number, number>();
  const sizeOfSlot = (slot: Slot): number => bytesOfSlot(slot, probes);
  let residuals = 0;
  for (const { slot } of lives) {
    if (!kept.has(slot.id)) continue;
    place.set(slot.id, buffers.push(sizeOfSlot(slot)) - 1);
    residuals += sizeOfSlot(slot);
  }
  const free: { buffer: number; layout: string }[] = [];
  const temps = lives.filter(({ slot }) => !kept.has(slot.id)).sort((a, b) => a.first - b.first);
  let running: Life[] = [];
  for (const life of temps) {
    running = running.filter((other) => {
      if (other.last >= life.first) return true;
      free.push({ buffer: place.get(other.slot.id) as number, layout: sharing(other.slot, probes) });
      return false;
    });
    running.push(life);
    const bytes = sizeOfSlot(life.slot);
    const layout = sharing(life.slot, probes);
    const fits = free.filter((f) => f.layout === layout && (layout !== FLAT || buffers[f.buffer] >= bytes));
    const best = fits.sort((a, b) => buffers[a.buffer] - buffers[b.buffer])[0];
    if (best !== undefined) {
      free.splice(free.indexOf(best), 1);
      place.set(life.slot.id, best.buffer);
    } else place.set(life.slot.id, buffers.push(bytes) - 1);
  }
  const total = buffers.reduce((a, b) => a + b, 0);
  return { buffers, place, bytes: { residuals, temporaries: total - residuals } };
}

const FLAT = "flat";

/** Halos must stay zero, so haloed slots share only with their like; others share any buffer that is large enough. */
const sharing = (slot: Slot, probes: number): string =>
  slot.layout.endsWith("/0,0,0,0") || slot.layout === "scalar"
    ? FLAT
    : `${slot.layout}x${slot.probeStride > 0 ? probes : 1}`;

/** A program does not fit the device. The message says what would. */
export class MemoryRefusal extends Error {
  override readonly name = "MemoryRefusal";
  /** About how much of the program would fit, below 1: a first guess at how many of its samples. */
  readonly share: number;

  constructor(message: string, share = 0) {
    super(message);
    this.share = share;
  }
}

export const megabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;

export interface MemoryLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
}

/** Bytes that a kernel may bind at once. */
export const mostBound = ({ maxBufferSize, maxStorageBufferBindingSize }: MemoryLimits): number =>
  Math.min(maxBufferSize, maxStorageBufferBindingSize);

/**
 * Throws MemoryRefusal if parameter vectors exceed what one kernel may bind, or what no choice can spare exceeds the budget.
 * @param extent floats of a vector
 * @param columns of the longest block of them
 * @param whole bytes of the vectors of all parameters that every run needs
 */
export function checkVectors(
  { n, extent }: { readonly n: number; readonly extent: number },
  columns: number,
  limits: MemoryLimits,
  whole: { readonly needed: number; readonly budget: number },
): void {
  const [bytes, most] = [4 * extent * columns, mostBound(limits)];
  const parameters = `${n.toLocaleString("en-US")} parameters`;
  if (bytes > most)
    throw new MemoryRefusal(
      `${columns === 1 ? "One vector" : `A block of ${columns} vectors`} of ${parameters} needs ${megabytes(bytes)}, this GPU accepts ${megabytes(most)} in one piece: take a smaller network, or a GPU with larger buffers.`,
    );
  if (whole.needed > whole.budget)
    throw new MemoryRefusal(
      `Weights, gradient and directions of ${parameters} need ${megabytes(whole.needed)}, the budget is ${megabytes(whole.budget)}: take a smaller network, or allow more memory (headless: --memory).`,
    );
}

/**
 * Throws MemoryRefusal if a buffer exceeds the device's limits or the total its budget.
 * @param plans of the programs that will exist together
 * @param extra bytes besides them: parameter vectors and Krylov basis.
 */
export function checkPlan(
  plans: readonly Plan[],
  limits: MemoryLimits,
  budget: number,
  extra: number,
  advice: string,
): void {
  const largest = Math.max(0, ...plans.flatMap(({ buffers }) => buffers));
  const most = mostBound(limits);
  if (largest > most) {
    throw new MemoryRefusal(
      `One tensor needs ${megabytes(largest)}, this GPU accepts ${megabytes(most)} in one piece: ${advice}.`,
      most / largest,
    );
  }
  const own = plans.reduce((sum, { bytes }) => sum + bytes.residuals + bytes.temporaries, 0);
  if (own + extra > budget) {
    throw new MemoryRefusal(
      `The run needs ${megabytes(own + extra)}, the budget is ${megabytes(budget)}: ${advice}.`,
      Math.max(0, budget - extra) / own,
    );
  }
}
