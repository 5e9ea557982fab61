import { describe, expect, it } from "vitest";
import { type SharedText, shareTexts } from "../../src/gpu/sharing.ts";

const kernel = (size: number, offset: number, taps = 3) => ({
  wgsl: `fn place(i: u32) -> u32 { return i * ${size}u; }
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  for (var t = 0u; t < ${taps}u; t++) { b0[place(gid.x) + ${offset}u] = f32(${size}u + 4u); }
}
`,
  bindings: [{}, {}] as never,
});

/** The text with its sizes put back. */
function restored({ wgsl, sizes }: SharedText): string {
  const members = wgsl.replace(/ {2}let k\d+ = .*\n/g, "").replace(/^@group.*\n/, "");
  const value = (i: number): string => `${(sizes as Uint32Array)[i]}u`;
  return members
    .replace(/sizes\[(\d+)\]\.([xyzw])/g, (_, v, c) => value(4 * Number(v) + "xyzw".indexOf(c)))
    .replace(/\bk(\d+)\b/g, (_, i) => value(Number(i)));
}

describe("kernels that differ in numbers only", () => {
  it("share one text, and each gets its own numbers back", () => {
    const kernels = [kernel(8, 0), kernel(16, 32), kernel(8, 5)];
    const shared = shareTexts(kernels);
    expect(new Set(shared.map(({ wgsl }) => wgsl)).size).toBe(1);
    expect(shared.map(restored)).toEqual(kernels.map(({ wgsl }) => wgsl));
  });

  it("keep as literals what all agree on, so that loops over it are unrolled", () => {
    const [{ wgsl }] = shareTexts([kernel(8, 0), kernel(16, 0)]);
    expect(wgsl).toContain("t < 3u");
    expect(wgsl).toContain("place(gid.x) + 0u");
    expect(wgsl).toContain("f32(k0 + 4u)");
    expect(wgsl).toContain("return i * sizes[0].x;");
    expect(wgsl).toContain("@binding(2) var<uniform> sizes: array<vec4u, 1>;");
  });

  it("share a text also where constants differ, to the last bit", () => {
    const scaled = [0.1, 1e-7, 1 / 8192].map((factor) => {
      const { wgsl, bindings } = kernel(8, 0);
      return { bindings, wgsl: wgsl.replace("f32(", `${Math.fround(factor)}f * f32(`) };
    });
    const shared = shareTexts(scaled);
    expect(new Set(shared.map(({ wgsl }) => wgsl)).size).toBe(1);
    expect(shared[0].wgsl).toContain("= bitcast<f32>(k0) * f32(8u + 4u)");
    const constants = shared.map(
      ({ sizes }) => new Float32Array((sizes as Uint32Array<ArrayBuffer>).buffer)[0],
    );
    expect(constants).toEqual([0.1, 1e-7, 1 / 8192].map(Math.fround));
  });

  it("stay as they are where nobody else has their text", () => {
    const alone = kernel(8, 0);
    const other = { ...alone, wgsl: alone.wgsl.replace("+ 4u", "* 4u") };
    const same = shareTexts([alone, other, alone]);
    expect(same.map(({ wgsl }) => wgsl)).toEqual([alone, other, alone].map(({ wgsl }) => wgsl));
    expect(same.every(({ sizes }) => sizes === null)).toBe(true);
  });
});
