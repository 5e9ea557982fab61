import { readFileSync } from "node:fs";
import { encode } from "fast-png";
import { describe, expect, it, test } from "vitest";
import { FormatError } from "../../../src/model/errors.ts";
import { decodeJpeg } from "../../../src/model/images/jpeg.ts";
import { decodePng } from "../../../src/model/images/png.ts";
import { type Filter, resize } from "../../../src/model/images/resample.ts";
import { fitPicture, sizingOf } from "../../../src/model/images/sizing.ts";

const folder = new URL("../../fixtures/images/", import.meta.url);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
/** By tools/golden_images.py. */
const golden = JSON.parse(readFileSync(new URL("golden.json", folder), "utf8")) as {
  readonly files: Readonly<Record<string, { size: [number, number]; pixels: number[] }>>;
  readonly resized: readonly { filter: Filter; width: number; height: number; pixels: number[] }[];
  readonly prepared: readonly { file: string; resize: number | null; crop: number; pixels: number[] }[];
};
const refuse = (where: string, expected: string, found: string): never => {
  throw new FormatError({ file: "f", where, expected, found, remedy: "Save it again" });
};
const png = (name: string) => decodePng(read(name), "image", refuse);
/** Largest difference between two lists of levels. */
const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length ? Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i]))) : Number.NaN;

describe("a PNG file of PIL", () => {
  test.each(Object.keys(golden.files).filter((name) => name.endsWith(".png")))("%s: exact pixels", (name) => {
    const { size, pixels } = golden.files[name];
    const { width, height, rgb, grey, dropped } = png(name);
    expect([width, height]).toEqual(size);
    expect([...rgb]).toEqual(pixels);
    expect(grey).toBe(/^(grey|one)/.test(name));
    expect(dropped).toEqual(/alpha|rgba|transparent/.test(name) ? ["transparency"] : []);
  });

  it("interlaced has the pixels of the plain one, and 16 bits lose their lower half", () => {
    const { width, height, rgb } = png("photo.png");
    const plain = { width, height, channels: 3 };
    const woven = encode({ ...plain, data: rgb }, { interlace: "Adam7" });
    expect(decodePng(woven, "image", refuse).rgb).toEqual(rgb);
    const deep = Uint16Array.from(rgb, (v, i) => 256 * v + (i % 256));
    for (const interlace of ["null", "Adam7"] as const) {
      const found = decodePng(encode({ ...plain, data: deep, depth: 16 }, { interlace }), "image", refuse);
      expect(found.rgb).toEqual(rgb);
      expect(found.dropped).toEqual(["the lower 8 of 16 bits"]);
    }
  });
});

describe("a JPEG file of PIL", () => {
  /** The standard leaves the rounding of the cosine transform to the decoder. */
  test.each([
    ["baseline.jpg", 3, 0.3],
    ["grey.jpg", 1, 0.2],
    ["full-colour.jpg", 3, 0.3],
    ["progressive.jpg", 3, 0.3],
    ["subsampled.jpg", 3, 0.3],
    ["half-width.jpg", 3, 0.3],
  ])("%s: pixels within %i levels, and %f on average", (name, levels, average) => {
    const { size, pixels } = golden.files[name];
    const { width, height, rgb, grey } = decodeJpeg(read(name), "image", refuse);
    expect([width, height]).toEqual(size);
    expect(apart(rgb, pixels)).toBeLessThanOrEqual(levels);
    const sum = pixels.reduce((total, v, i) => total + Math.abs(v - rgb[i]), 0);
    expect(sum / pixels.length).toBeLessThan(average);
    expect(grey).toBe(name === "grey.jpg");
  });
});

describe("a broken JPEG file", () => {
  const whole = read("full-colour.jpg");
  const altered = (change: (bytes: Uint8Array) => void): Uint8Array => {
    const bytes = whole.slice();
    change(bytes);
    return bytes;
  };
  const frame = whole.findIndex((byte, i) => byte === 0xff && whole[i + 1] === 0xc0);

  test.each<[string, Uint8Array, string]>([
    ["of another format", read("rgb.png"), "image, byte 0: expected a JPEG image, file has other bytes"],
    ["cut short", whole.subarray(0, 700), "image, byte 700: expected an end, file has none: it is cut short"],
    [
      "cut in its tables",
      whole.subarray(0, 60),
      "image, byte 20: expected an end, file has none: it is cut short",
    ],
    [
      "of four colours",
      read("cmyk.jpg"),
      "image, byte 87: expected grey or three colours, file has 4 (CMYK has 4)",
    ],
    [
      "of another kind",
      altered((b) => {
        b[frame + 1] = 0xc3;
      }),
      `image, byte ${frame}: expected baseline or progressive JPEG, file has a frame of kind 3`,
    ],
    [
      "far too large",
      altered((b) => b.set([0xff, 0xff, 0xff, 0xff], frame + 5)),
      `image, byte ${frame}: expected 1 to 16384 pixels a side and at most 67108864 in all, file has 65535 by 65535`,
    ],
    [
      "of odd sampling",
      altered((b) => {
        b[frame + 11] = 0x50;
      }),
      `image, byte ${frame}: expected 1 to 4 samples of a component, file has 5 by 0`,
    ],
    ["with broken tables", altered((b) => b.fill(0xff, 180, 300)), "image, bytes 2 to 1"],
    [
      "with too many scans",
      Uint8Array.from([
        ...whole.subarray(0, -2),
        ...Array.from({ length: 65 }, () => [0xff, 0xda, 0, 2]).flat(),
        ...[0xff, 0xd9],
      ]),
      "expected at most 64 scans, file has more",
    ],
  ])("%s is refused", (_, bytes, words) => {
    expect(() => decodeJpeg(bytes, "image", refuse)).toThrow(words);
  });
});

describe("resizing", () => {
  test.each(golden.resized)("$filter to $width by $height is PIL's, to the last bit", (want) => {
    const { rgb } = resize(png("photo.png"), want.width, want.height, want.filter);
    expect(apart(rgb, want.pixels)).toBe(0);
  });

  test.each(golden.prepared)("Resize($resize), CenterCrop($crop) of $file is torchvision's", (want) => {
    const sizing = sizingOf(want.resize, want.crop);
    const { rgb, width, height } = fitPicture(png(want.file), sizing, "size", refuse);
    expect([width, height]).toEqual([want.crop, want.crop]);
    expect(apart(rgb, want.pixels)).toBe(0);
  });
});
