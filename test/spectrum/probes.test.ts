import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementHash, mix, probeKey, rademacherSign, unitProbe } from "../../src/spectrum/index.ts";
import { dot, rademacher } from "./matrices.ts";

const u32 = fc.integer({ min: 0, max: 0xffffffff });

/** The same hash in 64-bit integers: what wrapping u32 arithmetic of a shader computes. */
function mixExact(x: bigint): bigint {
  const wrap = (y: bigint) => y & 0xffffffffn;
  let y = wrap(x);
  y ^= y >> 16n;
  y = wrap(y * 0x7feb352dn);
  y ^= y >> 15n;
  y = wrap(y * 0x846ca68bn);
  return y ^ (y >> 16n);
}

describe("probes", () => {
  it("hash with wrapping u32 arithmetic, exactly", () => {
    fc.assert(
      fc.property(u32, (x) => {
        expect(BigInt(mix(x))).toBe(mixExact(BigInt(x)));
      }),
    );
    fc.assert(
      fc.property(u32, u32, u32, (seed, probe, i) => {
        const golden = 0x9e3779b9n;
        const first = mixExact(mixExact(BigInt(seed) + golden) ^ BigInt(probe));
        const second = mixExact(first + golden);
        const hash = mixExact(mixExact(BigInt(i) ^ first) + second);
        expect(BigInt(elementHash(probeKey(seed, probe), i))).toBe(hash);
        expect(rademacherSign(seed, probe, i)).toBe(hash >> 31n === 1n ? -1 : 1);
      }),
    );
  });

  it("are the same for ever: these signs are part of the file format", () => {
    const signs = Array.from({ length: 32 }, (_, i) => (rademacherSign(0, 0, i) > 0 ? "+" : "-")).join("");
    expect(signs).toMatchInlineSnapshot(`"+-++----++-+--+-+-+----++++-++-+"`);
    expect(probeKey(1, 2)).toMatchInlineSnapshot(`
      [
        1833388140,
        438194775,
      ]
    `);
  });

  it("depend on seed, probe and element only: a longer vector begins with the signs of a shorter one", () => {
    const short = unitProbe(100, rademacher(3), 5);
    const long = unitProbe(1000, rademacher(3), 5);
    for (let i = 0; i < 100; i++) expect(Math.sign(short[i])).toBe(Math.sign(long[i]));
    expect(unitProbe(64, rademacher(0), 0)).not.toEqual(unitProbe(64, rademacher(0), 1));
    expect(unitProbe(64, rademacher(0), 0)).not.toEqual(unitProbe(64, rademacher(1), 0));
  });

  it.each(["rademacher", "gaussian"] as const)(
    "%s: unit length, and uncorrelated as independent ones are",
    (distribution) => {
      const n = 4096;
      const probes = Array.from({ length: 40 }, (_, p) => unitProbe(n, { seed: 11, distribution }, p));
      const cosines: number[] = [];
      probes.forEach((a, i) => {
        expect(dot(a, a)).toBeCloseTo(1, 12);
        for (let j = 0; j < i; j++) cosines.push(dot(a, probes[j]) * Math.sqrt(n));
      });
      const variance = cosines.reduce((sum, x) => sum + x * x, 0) / cosines.length;
      // 780 cosines, each about N(0, 1): their variance has a standard error of 0.05.
      expect(Math.abs(variance - 1)).toBeLessThan(0.2);
      expect(Math.max(...cosines.map(Math.abs))).toBeLessThan(4.5);
    },
  );

  it("balance their signs within every run of elements and along every stride", () => {
    const signs = Array.from({ length: 1 << 14 }, (_, i) => rademacherSign(2, 9, i));
    for (const stride of [1, 2, 3, 16, 144, 1024]) {
      const products = signs.slice(stride).map((s, i) => s * signs[i]);
      const z = products.reduce((a, b) => a + b) / Math.sqrt(products.length);
      expect(Math.abs(z)).toBeLessThan(4);
    }
    expect(Math.abs(signs.reduce<number>((a, b) => a + b, 0)) / 128).toBeLessThan(4);
  });

  it("refuse a seed or probe that is not a u32", () => {
    expect(() => unitProbe(4, rademacher(-1), 0)).toThrow(
      "seed: expected an integer from 0 to 4294967295, found -1",
    );
    expect(() => unitProbe(4, rademacher(0), 1.5)).toThrow("probe: expected an integer");
  });
});
