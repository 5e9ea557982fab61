import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutGroups, withFirstGroup } from "../../src/gpu/parts.ts";

describe("the parts of a dispatch", () => {
  const length = fc.integer({ min: 1, max: 70_000 });

  it("cover every workgroup once, in order, and are of nearly the same size", () => {
    fc.assert(
      fc.property(fc.tuple(length, length, length), fc.integer({ min: 1, max: 1e9 }), (groups, wanted) => {
        const parts = cutGroups(groups, wanted);
        const along = groups.indexOf(Math.max(...groups));
        let next = 0;
        for (const { first, groups: own } of parts) {
          expect(first.map((x, d) => (d === along ? x - next : x))).toEqual([0, 0, 0]);
          expect(own.map((x, d) => (d === along ? 0 : x - groups[d])).every((x) => x === 0)).toBe(true);
          next += own[along];
        }
        expect(next).toBe(groups[along]);
        const sizes = parts.map(({ groups: own }) => own[along]);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(Math.min(...sizes)).toBeGreaterThan(0);
        expect(parts.length).toBeLessThanOrEqual(256);
        expect(parts.length).toBeGreaterThanOrEqual(Math.min(groups[along], wanted, 256));
      }),
    );
  });
});

describe("a kernel that begins at another workgroup", () => {
  const main = (parameters: string): string =>
    `@compute @workgroup_size(8, 4u)\nfn main(${parameters}) {\n  out[gid.x] = 1.0;\n}`;

  it("counts its threads and its workgroups from there", () => {
    const text = withFirstGroup(
      main("@builtin(global_invocation_id) gid: vec3u, @builtin(workgroup_id) group: vec3u"),
      5,
    );
    expect(text).toBe(
      [
        "@group(0) @binding(5) var<uniform> first_group: vec4u;",
        "@compute @workgroup_size(8, 4u)",
        "fn main(@builtin(global_invocation_id) gid_in_part: vec3u, @builtin(workgroup_id) group_in_part: vec3u) {",
        "  let gid = gid_in_part + first_group.xyz * vec3u(8, 4, 1);",
        "  let group = group_in_part + first_group.xyz;",
        "  out[gid.x] = 1.0;",
        "}",
      ].join("\n"),
    );
  });

  it("keeps the place of a thread in its workgroup, and never asks how many workgroups run", () => {
    const local = "@builtin(local_invocation_index) lane: u32";
    expect(withFirstGroup(main(`@builtin(workgroup_id) gid: vec3u, ${local}`), 0)).toContain(`${local})`);
    expect(() => withFirstGroup(main("@builtin(num_workgroups) all: vec3u"), 0)).toThrow(
      "how many workgroups",
    );
  });
});
