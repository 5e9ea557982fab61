import { encode } from "fast-png";
import { describe, expect, it, test } from "vitest";
import { readImages } from "../../../src/model/images/arrays.ts";
import { readPreprocessor, sizingOf } from "../../../src/model/images/sizing.ts";
import { refusal } from "../files.ts";

const read = (fields: Record<string, unknown>) =>
  readPreprocessor({
    file: "preprocessor_config.json",
    fields: { image_mean: [0, 0, 0], image_std: [1, 1, 1], ...fields },
  });

describe("preprocessor_config.json", () => {
  test.each<[string, Record<string, unknown>, unknown]>([
    [
      "ViT",
      { size: { height: 224, width: 200 }, resample: 2 },
      { resize: { height: 224, width: 200 }, crop: null, filter: "bilinear" },
    ],
    ["ViT of old", { size: 224 }, { resize: { height: 224, width: 224 }, crop: null, filter: "bilinear" }],
    [
      "CLIP",
      {
        size: { shortest_edge: 224 },
        do_center_crop: true,
        crop_size: { height: 224, width: 224 },
        resample: 3,
      },
      { resize: 224, crop: { height: 224, width: 224 }, filter: "bicubic" },
    ],
    [
      "CLIP of old",
      { size: 224, do_center_crop: true, crop_size: 192 },
      { resize: 224, crop: { height: 192, width: 192 } },
    ],
    [
      "a ResNet of Hugging Face",
      { crop_pct: 0.875, size: { shortest_edge: 224 }, resample: 3 },
      { resize: 256, crop: { height: 224, width: 224 } },
    ],
    ["a large ConvNeXt", { crop_pct: 0.875, size: 384 }, { resize: { height: 384, width: 384 }, crop: null }],
    ["no resize", { do_resize: false, size: 224 }, { resize: null, crop: null }],
  ])("of %s", (_, fields, sizing) => {
    expect(read(fields).sizing).toMatchObject({ ...(sizing as object), half: "down" });
  });

  it("gives mean and standard deviation, or none to take", () => {
    expect(read({ image_mean: [0.5, 0.4, 0.3], image_std: [0.2, 0.2, 0.1] })).toMatchObject({
      mean: [0.5, 0.4, 0.3],
      std: [0.2, 0.2, 0.1],
    });
    expect(read({ do_normalize: false })).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
  });

  test.each([
    [{ do_rescale: false }, "rescale_factor: expected division by 255"],
    [{ rescale_factor: 0.1 }, "rescale_factor: expected division by 255, file has 0.1"],
    [{ size: 224, resample: 0 }, "resample: expected 1 (Lanczos), 2 (bilinear) or 3 (bicubic), file has 0"],
    [{ size: { height: 4096, width: 1 } }, "size.height: expected pixels from 1 to 1024, file has 4096"],
    [{ size: null }, "size.height: expected pixels from 1 to 1024, file has null"],
    [{ size: 224, do_center_crop: "yes" }, `do_center_crop: expected true or false, file has "yes"`],
    [{ size: 224, crop_pct: 2 }, "crop_pct: expected a share of the side, file has 2"],
    [{ image_mean: "x" }, `image_mean: expected a number for each of 3 channels, or of 1, file has "x"`],
  ])("is refused with %j", (fields, words) => {
    expect(refusal(() => read(fields as Record<string, unknown>))).toContain(words);
  });
});

describe("image files", () => {
  const png = (name: string, width: number, height: number, value: number, channels = 3) => ({
    name,
    bytes: encode({ width, height, channels, data: new Uint8Array(width * height * channels).fill(value) }),
  });
  const listing = (...files: { name: string; bytes: Uint8Array }[]) => ({
    ...{ source: "x/", files, classNames: null, warnings: [] },
    labels: Int32Array.from(files, (_, i) => i % 2),
  });
  const asTheyAre = sizingOf(null, null);

  it("of one size are taken as they are, in their order", () => {
    const { arrays, warnings } = readImages(listing(png("a", 2, 3, 1), png("b", 2, 3, 9)), asTheyAre);
    const images = arrays(3).get("images");
    expect(images).toMatchObject({ dtype: "uint8", shape: [2, 3, 2, 3] });
    expect(images?.data).toEqual(Uint8Array.from([...Array(18).fill(1), ...Array(18).fill(9)]));
    expect(arrays(3).get("labels")?.data).toEqual(Int32Array.of(0, 1));
    expect(warnings).toEqual([]);
  });

  it("that are all grey have one channel for a network that takes one", () => {
    const both = listing(png("a", 2, 1, 7, 1), png("b", 2, 1, 8, 1));
    const { arrays } = readImages(both, asTheyAre);
    expect(arrays(1).get("images")).toMatchObject({ shape: [2, 1, 2, 1], data: Uint8Array.of(7, 7, 8, 8) });
    expect(arrays(3).get("images")).toMatchObject({ shape: [2, 1, 2, 3] });
    const mixed = readImages(listing(png("a", 2, 1, 7, 1), png("b", 2, 1, 8)), asTheyAre);
    expect(mixed.arrays(1).get("images")).toMatchObject({ shape: [2, 1, 2, 3] });
  });

  it("say what was left out of them", () => {
    const { warnings } = readImages(listing(png("a", 2, 1, 7, 4), png("b", 2, 1, 8, 2)), asTheyAre);
    expect(warnings).toEqual(["Left out of 2 images: transparency."]);
  });

  test.each([
    [
      [png("cat/1.png", 2, 3, 0), png("cat/2.png", 3, 3, 0)],
      asTheyAre,
      "cat/2.png: size: expected 2 by 3 pixels, as cat/1.png has, file has 3 by 3. Choose a size to resize and crop to.",
    ],
    [
      [png("1.png", 40, 30, 0)],
      sizingOf(20, 24),
      "1.png: size: expected at least 24 by 24 pixels for the crop, file has 26 by 20. Choose a size to resize to, or a smaller crop.",
    ],
    [
      [{ name: "1.png", bytes: new TextEncoder().encode("GIF89a") }],
      asTheyAre,
      "1.png: image, byte 0: expected PNG or JPEG, file has another format. Save it as PNG.",
    ],
    [[{ name: "1.png", bytes: new Uint8Array() }], asTheyAre, "1.png: image, byte 0: expected PNG or JPEG"],
    [
      [{ name: "1.jpg", bytes: png("1", 2, 2, 0).bytes.subarray(0, 50) }],
      asTheyAre,
      "1.jpg: image, byte 33: expected an end, file has none: it is cut short",
    ],
    [
      [png("1.png", 1000, 1, 0)],
      sizingOf(500, null),
      "1.png: size: expected a sensible shape, file has 1000 by 1",
    ],
  ])("are refused by name", (files, sizing, words) => {
    expect(refusal(() => readImages(listing(...files), sizing))).toContain(words);
  });
});
