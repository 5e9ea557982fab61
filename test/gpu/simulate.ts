import { expect } from "vitest";
import type { Kernel } from "../../src/gpu/kernel.ts";
import type { Lowered } from "../../src/gpu/lower.ts";
import type { Plan } from "../../src/gpu/plan.ts";
import type { Slot } from "../../src/gpu/view.ts";

/**
 * Runs a program on labels instead of numbers: each buffer remembers the slot that was written last, and whoever reads
 * a slot must find it. The tangent program runs three times.
 */
export function simulate(
  { primal, tangent, inputs, outputs }: Lowered,
  { place, buffers }: Plan,
  probes: number,
): void {
  const content = new Map<number, number>();
  const layouts = new Map<number, Set<string>>();
  const haloed = (layout: string): boolean => !layout.endsWith("/0,0,0,0") && layout !== "scalar";
  const bufferOf = (slot: Slot): number => {
    const buffer = place.get(slot.id);
    if (buffer === undefined) throw new Error(`slot ${slot.id} has no buffer`);
    return buffer;
  };
  const see = (slot: Slot): void => {
    const seen = layouts.get(bufferOf(slot)) ?? new Set();
    layouts.set(bufferOf(slot), seen.add(`${slot.layout} x ${slot.probeStride > 0 ? probes : 1}`));
  };
  const read = (slot: Slot): void => {
    if (content.get(bufferOf(slot)) !== slot.id) throw new Error(`slot ${slot.id} was overwritten`);
  };
  const run = (kernels: readonly Kernel[]): void => {
    for (const { bindings } of kernels) {
      const slots = bindings.filter(({ slot }) => slot.vector === undefined);
      for (const { slot, write } of slots) if (!write) read(slot);
      for (const { slot, write } of slots) {
        see(slot);
        if (!write) continue;
        const sharers = slots.filter((other) => bufferOf(other.slot) === bufferOf(slot));
        if (sharers.length > 1)
          throw new Error(`slot ${slot.id} is written beside another use of its buffer`);
        content.set(bufferOf(slot), slot.id);
      }
    }
  };
  for (const { slot } of inputs.values()) if (slot.vector === undefined) content.set(bufferOf(slot), slot.id);
  run(primal);
  for (let i = 0; i < 3; i++) {
    run(tangent);
    for (const { slot } of outputs.values()) if (slot.vector === undefined) read(slot);
  }
  for (const seen of layouts.values()) {
    if ([...seen].some((l) => haloed(l.split(" ")[0]))) expect(seen.size, [...seen].join("; ")).toBe(1);
  }
  expect(Math.max(-1, ...place.values())).toBeLessThan(buffers.length);
}
