/**
 * A kernel: WGSL text, what it binds and how many threads it wants. Nothing here touches a device, so that kernels
 * can be printed, counted and planned for before anything is allocated.
 */

import type { KernelShape, Tiling } from "./tiling.ts";
import type { Slot, View } from "./view.ts";

export interface Binding {
  readonly slot: Slot;
  readonly write: boolean;
  /** Element type in the shader. */
  readonly type: "vec4f" | "f32" | "i32";
}

export interface Kernel {
  /** For people: `conv2d forward 8x2, 2 pairs`. */
  readonly label: string;
  readonly wgsl: string;
  readonly bindings: readonly Binding[];
  /** Workgroups in x and y; z is the number of probes when `batched`. */
  readonly groups: readonly [number, number];
  readonly batched: boolean;
  /** Floating-point operations per probe (2 per multiply-add), for slicing and the bench. */
  readonly flops: number;
  /** Where there is a choice, on the first of the kernels that do the work. */
  readonly tiled?: Tiled;
}

/** Work that other tilings do as well. */
export interface Tiled {
  readonly shape: KernelShape;
  /** The kernels that do the same work in another tiling, their intermediate sums in fresh slots. */
  readonly write: (tiling: Tiling) => readonly Kernel[];
}

/** Workgroups per dimension that every WebGPU device accepts. */
export const MAX_GROUPS = 65_535;

/** Lays `threads` out as workgroups in x and y. */
export function grid(threads: number, workgroup: number): { groups: [number, number]; row: number } {
  const total = Math.ceil(threads / workgroup);
  const x = Math.min(total, 32_768);
  const y = Math.ceil(total / x);
  if (y > MAX_GROUPS) throw new Error(`internal: ${threads} threads exceed one dispatch`);
  return { groups: [x, y], row: x * workgroup };
}

/** Collects a kernel's bindings and hands out their names in the shader. */
export class Binder {
  readonly bindings: Binding[] = [];
  readonly #written: ReadonlySet<Slot>;

  /** @param written slots that the kernel both writes and reads: one binding each, because no other may overlap it */
  constructor(written: ReadonlySet<Slot> = new Set()) {
    this.#written = written;
  }

  read(slot: Slot, type: Binding["type"]): string {
    if (!this.#written.has(slot)) return this.#name(slot, type, false);
    if (type !== "vec4f") throw new Error("internal: a kernel reads what it writes, but not as vec4s");
    return this.#name(slot, type, true);
  }

  write(slot: Slot, type: Binding["type"]): string {
    return this.#name(slot, type, true);
  }

  #name(slot: Slot, type: Binding["type"], write: boolean): string {
    let i = this.bindings.findIndex((b) => b.slot === slot && b.type === type && b.write === write);
    if (i < 0) i = this.bindings.push({ slot, type, write }) - 1;
    return `b${i}`;
  }

  declarations(): string {
    return this.bindings
      .map(
        (b, i) =>
          `@group(0) @binding(${i}) var<storage, ${b.write ? "read_write" : "read"}> b${i}: array<${b.type}>;`,
      )
      .join("\n");
  }
}

/**
 * `probe * stride` as WGSL, in units of `unit` floats. Written out where probes share the slot, and so stride 0, as well:
 * kernels that differ in numbers only share a pipeline, and compilers drop what is zero in all of them.
 */
export const probeTerm = (slot: Slot, unit: number): string => ` + probe * ${slot.probeStride / unit}u`;

/** sum_d names[d] * strides[d] + offset as WGSL, zeros and ones included (see `probeTerm`). Modular u32 arithmetic throughout. */
export const indexText = (names: readonly string[], strides: readonly number[], offset: number): string =>
  [...strides.map((s, d) => `${names[d]} * ${s >>> 0}u`), `${offset >>> 0}u`].join(" + ");

/** A view's address in vec4 units. The innermost coordinate counts vec4s. */
export function vec4Address(view: View, names: readonly string[]): string {
  const last = view.shape.length - 1;
  const strides = view.strides.map((s, d) => (d === last ? s : s / 4));
  return indexText(names, strides, view.offset / 4) + probeTerm(view.slot, 4);
}
