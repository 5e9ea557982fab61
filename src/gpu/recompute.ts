/**
 * Residuals that do not fit are computed again: the primal kernels that make one are repeated among the tangent kernels, right
 * before the first that reads it (Griewank and Walther 2008, chapter 12: checkpointing). What they write are slots of
 * their own, which share buffers by lifetime like all temporaries. The kernels are the same, and so is every bit of a product.
 */

import type { Kernel } from "./kernel.ts";
import type { Lowered } from "./lower.ts";
import { bytesOfSlot, type Plan, planMemory } from "./plan.ts";
import type { Slot } from "./view.ts";

export interface Recomputed {
  readonly lowered: Lowered;
  readonly plan: Plan;
  /** Floating-point operations that a product has more. */
  readonly flops: number;
}

/** Parts of the tangent program within which nothing is computed twice: more of them hold less and compute more. */
const STRETCHES = [4, 16, 64];

/** Shares of the residuals, those that cost least first, that are tried one after the other. */
const SHARES = [1 / 8, 1 / 4, 1 / 2, 3 / 4, 1];

/** The cheapest program found that takes at most so many bytes; null where none was found. */
export function recomputing(lowered: Lowered, probes: number, most: number): Recomputed | null {
  if (most < leastBytes(lowered, probes)) return null;
  const primal = new Primal(lowered);
  const cheapestFirst = primal.residuals();
  let best: Recomputed | null = null;
  for (const stretches of STRETCHES) {
    const attempt = (count: number): Recomputed | null => {
      const found = primal.without(cheapestFirst.slice(0, count), stretches);
      const plan = planMemory(found.lowered, probes);
      return plan.bytes.residuals + plan.bytes.temporaries <= most ? { ...found, plan } : null;
    };
    let [low, high] = [0, 0];
    let found: Recomputed | null = null;
    for (const share of SHARES) {
      [low, high] = [high, Math.ceil(share * cheapestFirst.length)];
      found = attempt(high);
      if (found !== null) break;
    }
    // The fewest that suffice, or nearly.
    while (found !== null && high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      const fewer = attempt(middle);
      if (fewer === null) low = middle;
      else [found, high] = [fewer, middle];
    }
    if (found !== null && (best === null || found.flops < best.flops)) best = found;
  }
  return best;
}

/** What one kernel of the tangent program holds at least. */
function leastBytes({ tangent }: Lowered, probes: number): number {
  const bytes = tangent.map(({ bindings }) => {
    const slots = new Set(bindings.map(({ slot }) => slot));
    return [...slots].reduce(
      (sum, slot) => sum + (slot.kind === "vector" ? 0 : bytesOfSlot(slot, probes)),
      0,
    );
  });
  return Math.max(0, ...bytes);
}

class Primal {
  readonly #lowered: Lowered;
  /** Kernels that write a slot, by its id, in their order. */
  readonly #writers = new Map<number, number[]>();
  /** Read by tangent kernels. */
  readonly #residuals = new Map<number, Slot>();
  /** Ids of slots that keep their buffers in any case. */
  readonly #outputs: ReadonlySet<number>;

  constructor(lowered: Lowered) {
    this.#lowered = lowered;
    lowered.primal.forEach(({ bindings }, at) => {
      for (const { slot, write } of bindings)
        if (write) this.#writers.set(slot.id, [...(this.#writers.get(slot.id) ?? []), at]);
    });
    this.#outputs = new Set([...lowered.outputs.values()].map(({ slot }) => slot.id));
    for (const { bindings } of lowered.tangent)
      for (const { slot } of bindings)
        if (slot.kind !== "vector" && this.#writers.has(slot.id) && !this.#outputs.has(slot.id))
          this.#residuals.set(slot.id, slot);
  }

  /** Ids of the residuals; first those of which most bytes are saved per operation, were the others kept. */
  residuals(): readonly number[] {
    const { primal } = this.#lowered;
    const price = ({ id, floats }: Slot): number => {
      const kernels = new Set<number>();
      this.#chain(id, this.#allBut(new Set([id])), kernels);
      return [...kernels].reduce((sum, at) => sum + primal[at].flops, 0) / floats;
    };
    return [...this.#residuals.values()]
      .map((slot) => ({ id: slot.id, price: price(slot) }))
      .sort((a, b) => a.price - b.price || a.id - b.id)
      .map(({ id }) => id);
  }

  /** The program that keeps all residuals but these. */
  without(dropped: readonly number[], stretches: number): Pick<Recomputed, "lowered" | "flops"> {
    const { primal, tangent } = this.#lowered;
    const gone = new Set(dropped);
    const kept = this.#allBut(gone);
    const all = [...primal, ...tangent].flatMap(({ bindings }) => bindings.map(({ slot }) => slot.id));
    let fresh = all.reduce((most, id) => Math.max(most, id), 0);
    const kernels: Kernel[] = [];
    let flops = 0;
    for (let stretch = 0; stretch < stretches; stretch++) {
      const [from, to] = [stretch, stretch + 1].map((i) => Math.floor((i * tangent.length) / stretches));
      const repeated = new Set<number>();
      const copies = new Map<number, Slot>();
      const copied = (kernel: Kernel): Kernel => ({
        ...kernel,
        bindings: kernel.bindings.map((binding) => ({
          ...binding,
          slot: copies.get(binding.slot.id) ?? binding.slot,
        })),
      });
      for (const kernel of tangent.slice(from, to)) {
        const needed = new Set<number>();
        for (const { slot } of kernel.bindings)
          if (gone.has(slot.id)) this.#chain(slot.id, kept, needed, repeated);
        for (const at of [...needed].sort((a, b) => a - b)) {
          repeated.add(at);
          flops += primal[at].flops;
          for (const { slot, write } of primal[at].bindings)
            if (write && slot.kind !== "vector" && !copies.has(slot.id))
              copies.set(slot.id, { ...slot, id: ++fresh, kind: "temp" });
          kernels.push(copied(primal[at]));
        }
        kernels.push(copied(kernel));
      }
    }
    return { lowered: { ...this.#lowered, tangent: kernels }, flops };
  }

  #allBut(gone: ReadonlySet<number>): ReadonlySet<number> {
    return new Set([...this.#residuals.keys(), ...this.#outputs].filter((id) => !gone.has(id)));
  }

  /** Adds the kernels that make a slot from inputs, vectors and what is kept; those in `known` have run. */
  #chain(
    id: number,
    kept: ReadonlySet<number>,
    kernels: Set<number>,
    known: ReadonlySet<number> = new Set(),
  ): void {
    const waiting = [...(this.#writers.get(id) ?? [])];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (kernels.has(at) || known.has(at)) continue;
      kernels.add(at);
      for (const { slot, write } of this.#lowered.primal[at].bindings) {
        const writers = this.#writers.get(slot.id) ?? [];
        // A slot may be put together by several kernels: those before this one come before it here too.
        if (write) waiting.push(...writers.filter((other) => other < (at as number)));
        else if (!kept.has(slot.id) && slot.kind !== "vector") waiting.push(...writers);
      }
    }
  }
}
