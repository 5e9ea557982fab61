import type { ModelConfig } from "../config.ts";
import { printJson, type Refuse, refuser } from "../errors.ts";
import { isObject } from "../jsonObject.ts";
import { limits } from "../limits.ts";
import type { Picture } from "./picture.ts";
import { type Filter, resize } from "./resample.ts";

/** What is done to the pixels of an image before the network sees them: resize, centre crop, normalise. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Sizing {
  /** Length of the shorter side, or both sides. Null: as they are. */
  readonly resize: number | Size | null;
  readonly filter: Filter;
  /** Of the middle. Null: all of it. */
  readonly crop: Size | null;
  /** Which middle where an odd number of pixels goes: torchvision rounds half of it to even, transformers down. */
  readonly half: "even" | "down";
}

/** torchvision's Resize(size) and CenterCrop(size), either left out by null. */
export const sizingOf = (side: number | null, crop: number | null): Sizing => ({
  resize: side,
  filter: "bilinear",
  crop: crop === null ? null : { width: crop, height: crop },
  half: "even",
});

/** The picture in the size that a network wants. Throws where it is smaller than its crop. */
export function fitPicture(picture: Picture, sizing: Sizing, where: string, refuse: Refuse): Picture {
  const { width, height } = resized(picture, sizing.resize);
  if (width < 1 || height < 1 || Math.max(width, height) > limits.pictureSide)
    refuse(where, "a sensible shape", `${picture.width} by ${picture.height}`, "Crop the image");
  const whole = resize(picture, width, height, sizing.filter);
  return sizing.crop === null ? whole : cropped(whole, sizing.crop, sizing.half, where, refuse);
}

function resized({ width, height }: Picture, to: Sizing["resize"]): Size {
  if (to === null) return { width, height };
  if (typeof to !== "number") return to;
  return width <= height
    ? { width: to, height: Math.trunc((to * height) / width) }
    : { width: Math.trunc((to * width) / height), height: to };
}

function cropped(
  picture: Picture,
  { width, height }: Size,
  half: Sizing["half"],
  where: string,
  refuse: Refuse,
): Picture {
  if (picture.width < width || picture.height < height)
    refuse(
      where,
      `at least ${width} by ${height} pixels for the crop`,
      `${picture.width} by ${picture.height}`,
      "Choose a size to resize to, or a smaller crop",
    );
  const [left, top] = [picture.width - width, picture.height - height].map((odd) => {
    const down = Math.floor(odd / 2);
    return half === "even" && odd % 2 === 1 && down % 2 === 1 ? down + 1 : down;
  });
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * 3;
    rgb.set(picture.rgb.subarray(from, from + 3 * width), 3 * y * width);
  }
  return { ...picture, rgb, width, height };
}

export interface Preprocessor {
  readonly sizing: Sizing;
  /** Per channel, after division by 255. */
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
}

/** PIL's numbers. */
const RESAMPLE: Readonly<Record<number, Filter>> = { 1: "lanczos", 2: "bilinear", 3: "bicubic" };

/**
 * preprocessor_config.json of Hugging Face's image processors.
 * @throws FormatError
 */
export function readPreprocessor({ file, fields }: ModelConfig): Preprocessor {
  const refuse: Refuse = refuser(file, "Leave the file out, and choose size, mean and std yourself");
  const flag = (name: string, usual: boolean): boolean => {
    const value = fields[name] ?? usual;
    return typeof value === "boolean" ? value : refuse(name, "true or false", printJson(value));
  };
  const side = (name: string, value: unknown): number =>
    typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= limits.imageSide
      ? value
      : refuse(name, `pixels from 1 to ${limits.imageSide}`, printJson(value));
  const numbers = (name: string): readonly number[] => {
    const value = fields[name];
    if (Array.isArray(value) && [1, 3].includes(value.length) && value.every((x) => typeof x === "number"))
      return value;
    return refuse(name, "a number for each of 3 channels, or of 1", printJson(value));
  };
  const factor = fields.rescale_factor ?? 1 / 255;
  if (!flag("do_rescale", true) || typeof factor !== "number" || Math.abs(factor * 255 - 1) > 1e-6)
    refuse("rescale_factor", "division by 255", printJson(fields.rescale_factor ?? "none"));
  const resample = fields.resample ?? 2;
  const filter = RESAMPLE[resample as number];
  const resizes = flag("do_resize", true) && fields.size !== undefined;
  if (resizes && filter === undefined)
    refuse("resample", "1 (Lanczos), 2 (bilinear) or 3 (bicubic)", printJson(resample));
  const normalises = flag("do_normalize", true);
  return {
    sizing: {
      ...(resizes ? sizes(fields, side, flag, refuse) : { resize: null, crop: null }),
      ...{ filter: filter ?? "bilinear", half: "down" },
    },
    mean: normalises ? numbers("image_mean") : [0, 0, 0],
    std: normalises ? numbers("image_std") : [1, 1, 1],
  };
}

type Fields = ModelConfig["fields"];

/** Sizes below which ConvNext's processor crops the middle of a larger picture, as its ResNets do. */
const CONVNEXT_CROPS_BELOW = 384;

function sizes(
  fields: Fields,
  side: (name: string, value: unknown) => number,
  flag: (name: string, usual: boolean) => boolean,
  refuse: Refuse,
): Pick<Sizing, "resize" | "crop"> {
  const { size, crop_pct: share } = fields;
  const both = (name: string, value: unknown): Size => {
    const { height, width } = isObject(value) ? value : { height: value, width: value };
    return { height: side(`${name}.height`, height), width: side(`${name}.width`, width) };
  };
  const shortest = isObject(size) ? size.shortest_edge : undefined;
  if (share !== undefined && share !== null) {
    if (typeof share !== "number" || !(share > 0 && share <= 1))
      return refuse("crop_pct", "a share of the side", printJson(share));
    const wanted = side("size", shortest ?? size);
    const square = { width: wanted, height: wanted };
    if (wanted >= CONVNEXT_CROPS_BELOW) return { resize: square, crop: null };
    return { resize: Math.trunc(wanted / share), crop: square };
  }
  const crops = flag("do_center_crop", false);
  const crop = crops ? both("crop_size", fields.crop_size) : null;
  if (shortest !== undefined) return { resize: side("size.shortest_edge", shortest), crop };
  // A number means the shorter side where the middle is cropped (CLIP), and both sides elsewhere (ViT).
  if (crops && typeof size === "number") return { resize: side("size", size), crop };
  return { resize: both("size", size), crop };
}
