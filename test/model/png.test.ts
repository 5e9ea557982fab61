import { encode } from "fast-png";
import { zlibSync } from "fflate";
import { describe, expect, test } from "vitest";
import { crc32 } from "../../src/model/crc32.ts";
import { FormatError } from "../../src/model/errors.ts";
import { decodePng } from "../../src/model/images/png.ts";

const refuse = (where: string, expected: string, found: string): never => {
  throw new FormatError({ file: "f", where, expected, found, remedy: "Export it again" });
};
const decode = (bytes: Uint8Array) => decodePng(bytes, "image 0", refuse);

const u32 = (n: number) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255];
const chunk = (type: string, content: readonly number[]) => {
  const body = [...new TextEncoder().encode(type), ...content];
  return [...u32(content.length), ...body, ...u32(crc32(Uint8Array.from(body)))];
};
/** A PNG with these bytes for its pixels, whatever its header says. */
const png = (width: number, height: number, packed: readonly number[], [depth, colour] = [8, 2]) =>
  Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", [...u32(width), ...u32(height), depth, colour, 0, 0, 0]),
    ...chunk("IDAT", packed),
    ...chunk("IEND", []),
  ]);

describe("a PNG image", () => {
  const pixels = Uint8Array.from({ length: 5 * 7 * 3 }, (_, i) => (i * i * 31) & 255);

  test("gives the exact pixels of RGB, with every filter of the encoder", () => {
    expect(decode(encode({ width: 5, height: 7, channels: 3, data: pixels }))).toEqual({
      width: 5,
      height: 7,
      rgb: pixels,
    });
    // Filter 1: each byte is the difference from the pixel before.
    const filtered = png(2, 1, [...zlibSync(Uint8Array.of(1, 10, 20, 30, 1, 2, 3))]);
    expect([...decode(filtered).rgb]).toEqual([10, 20, 30, 11, 22, 33]);
  });

  test("repeats grey in all channels", () => {
    const data = pixels.subarray(0, 35);
    const { rgb } = decode(encode({ width: 5, height: 7, channels: 1, data }));
    expect([...rgb]).toEqual([...data].flatMap((grey) => [grey, grey, grey]));
  });

  test.each([
    ["of another format", new Uint8Array(100), "a PNG image"],
    [
      "cut in its header",
      encode({ width: 5, height: 7, channels: 3, data: pixels }).subarray(0, 30),
      "a PNG image",
    ],
    ["with 16 bits", png(1, 1, [], [16, 2]), "file has 16 bits, colour type 2"],
    [
      "with transparency",
      encode({ width: 5, height: 5, channels: 4, data: pixels.subarray(0, 100) }),
      "colour type 6",
    ],
    ["wider than a buffer", png(2 ** 31, 1, []), "1 to 1024 pixels a side"],
    ["with too few pixels", png(5, 7, [...zlibSync(new Uint8Array(20))]), "112 bytes of packed pixels"],
    ["with too many pixels", png(5, 7, [...zlibSync(new Uint8Array(200))]), "112 bytes of packed pixels"],
    ["with a broken stream", png(5, 7, [1, 2, 3, 4, 5, 6, 7, 8]), "packed pixels"],
    ["with an unknown filter", png(1, 1, [...zlibSync(Uint8Array.of(9, 1, 2, 3))]), "a sound PNG image"],
  ])("%s is refused", (_, bytes, words) => {
    expect(() => decode(bytes)).toThrow(words);
  });

  test("with another checksum is refused", () => {
    const bytes = encode({ width: 5, height: 7, channels: 3, data: pixels });
    bytes[bytes.length - 20] ^= 1;
    expect(() => decode(bytes)).toThrow(FormatError);
  });

  test("that unpacks to far more than its pixels is refused within two seconds", () => {
    const bomb = zlibSync(new Uint8Array(2 ** 24));
    const began = performance.now();
    expect(() => decode(png(32, 32, [...bomb]))).toThrow("packed pixels");
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
