/**
 * Kernels that differ in sizes, strides, offsets and constants only share one pipeline: the numbers that differ become members of a
 * uniform buffer. Numbers that all of them agree on (taps of a kernel, tile sizes) stay literals, so that their loops
 * are still unrolled.
 */

import type { Kernel } from "./kernel.ts";

export interface SharedText {
  readonly wgsl: string;
  /** What stands in the uniform buffer after the kernel's bindings; null where the text needs none. */
  readonly sizes: Uint32Array<ArrayBuffer> | null;
}

/** Of u32, and of f32 as `literal` in codegen.ts writes it. */
const LITERAL = /\b(?:\d+u|\d[\d.]*(?:e[+-]?\d+)?f)\b/g;
const isFloat = (literal: string): boolean => literal.endsWith("f");
const MAIN = /fn main\([^{]*\{/;

/** One per kernel, in their order. */
export function shareTexts(kernels: readonly Pick<Kernel, "wgsl" | "bindings">[]): SharedText[] {
  const families = new Map<string, Map<string, string[]>>();
  const binding = new Map<string, number>();
  for (const { wgsl, bindings } of kernels) {
    binding.set(wgsl, bindings.length);
    const { skeleton, literals } = dissect(wgsl);
    const family = families.get(skeleton) ?? new Map<string, string[]>();
    families.set(skeleton, family.set(wgsl, literals));
  }
  const shared = new Map<string, SharedText>();
  for (const family of families.values()) {
    const [[first, literals]] = family;
    if (family.size === 1) {
      shared.set(first, { wgsl: first, sizes: null });
      continue;
    }
    const columns = literals.map((_, i) => [...family.values()].map((own) => own[i]));
    const varying = [...new Set(columns.filter(differ).map((column) => column.join()))];
    const places = columns.map((column) => (differ(column) ? varying.indexOf(column.join()) : column[0]));
    const text = withSizes(first, places, varying.length, binding.get(first) as number);
    [...family.keys()].forEach((wgsl, member) => {
      const sizes = new Uint32Array(4 * Math.ceil(varying.length / 4));
      varying.forEach((column, i) => {
        sizes[i] = bitsOf(column.split(",")[member]);
      });
      shared.set(wgsl, { wgsl: text, sizes });
    });
  }
  return kernels.map(({ wgsl }) => shared.get(wgsl) as SharedText);
}

const bitsOf = (literal: string): number =>
  isFloat(literal)
    ? new Uint32Array(Float32Array.of(Number.parseFloat(literal)).buffer)[0]
    : Number.parseInt(literal, 10);

const differ = (column: readonly string[]): boolean => column.some((literal) => literal !== column[0]);

function dissect(wgsl: string): { skeleton: string; literals: string[] } {
  return { skeleton: wgsl.replace(LITERAL, "#"), literals: wgsl.match(LITERAL) ?? [] };
}

/** Where the body of main begins and ends. */
function mainOf(wgsl: string): readonly [number, number] {
  const main = MAIN.exec(wgsl);
  if (main === null) throw new Error("internal: a kernel without a main function");
  const from = main.index + main[0].length;
  return [from, wgsl.indexOf("\n}", from)];
}

/** Main reads its sizes once, before its loops; other functions read them where they need them. */
function withSizes(
  wgsl: string,
  places: readonly (number | string)[],
  count: number,
  binding: number,
): string {
  const member = (i: number): string => `sizes[${Math.floor(i / 4)}].${"xyzw"[i % 4]}`;
  const [from, to] = mainOf(wgsl);
  const lets = Array.from({ length: count }, (_, i) => `\n  let k${i} = ${member(i)};`).join("");
  let next = 0;
  const named = (text: string, name: (i: number) => string): string =>
    text.replace(LITERAL, (literal) => {
      const place = places[next++];
      if (typeof place === "string") return place;
      return isFloat(literal) ? `bitcast<f32>(${name(place)})` : name(place);
    });
  return [
    `@group(0) @binding(${binding}) var<uniform> sizes: array<vec4u, ${Math.ceil(count / 4)}>;\n`,
    named(wgsl.slice(0, from), member),
    lets,
    named(wgsl.slice(from, to), (i) => `k${i}`),
    named(wgsl.slice(to), member),
  ].join("");
}
