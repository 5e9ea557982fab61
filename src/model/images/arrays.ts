import { type Refuse, refuser } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Tensors } from "../tensor.ts";
import { decodeJpeg } from "./jpeg.ts";
import type { Listing, PictureFile } from "./listing.ts";
import type { Picture } from "./picture.ts";
import { decodePng } from "./png.ts";
import { fitPicture, type Sizing } from "./sizing.ts";

/** Image files to the arrays that an npz file would hold. */

export interface ImageArrays {
  /** `images`, uint8 [N,H,W,3], or [N,H,W,1] where all are grey and one channel is wanted, and `labels`, int32 [N]. */
  readonly arrays: (channels: number) => Tensors;
  /** What was done to the pixels. */
  readonly warnings: readonly string[];
}

/** Decodes, resizes and crops. Unless a size is chosen, all images must have that of the first. @throws FormatError */
export function readImages({ files, labels }: Listing, sizing: Sizing): ImageArrays {
  let all = new Uint8Array();
  let side = { width: 0, height: 0 };
  let grey = true;
  const dropped = new Map<string, number>();
  files.forEach((file, i) => {
    const refuse: Refuse = refuser(file.name, "Save the image again, or leave it out");
    const decoded = decodePicture(file, refuse);
    const picture = fitPicture(decoded, sizing, "size", refuse);
    const { width, height } = picture;
    if (i === 0) {
      side = { width, height };
      all = allocate(files.length, picture, refuse);
    } else if (width !== side.width || height !== side.height) {
      const expected = `${side.width} by ${side.height} pixels, as ${files[0].name} has`;
      refuse("size", expected, `${width} by ${height}`, "Choose a size to resize and crop to");
    }
    all.set(picture.rgb, i * picture.rgb.length);
    grey &&= picture.grey;
    for (const what of picture.dropped) dropped.set(what, (dropped.get(what) ?? 0) + 1);
  });
  const { width, height } = side;
  const arrays = (channels: number): Tensors => {
    const single = grey && channels === 1;
    const data = single ? all.filter((_, i) => i % 3 === 0) : all;
    const shape = [files.length, height, width, single ? 1 : 3];
    return new Map([
      ["images", { name: "images", dtype: "uint8", shape, data }],
      ["labels", { name: "labels", dtype: "int32", shape: [labels.length], data: labels }],
    ]);
  };
  const images = (n: number): string => (n === 1 ? "1 image" : `${n} images`);
  return {
    arrays,
    warnings: [...dropped].map(([what, n]) => `Left out of ${images(n)}: ${what}.`),
  };
}

function allocate(count: number, { rgb }: Picture, refuse: Refuse): Uint8Array<ArrayBuffer> {
  const bytes = count * rgb.length;
  if (bytes > limits.inflatedBytes) {
    const remedy = "Choose a smaller size to resize to, or fewer images";
    refuse("images", `at most ${limits.inflatedBytes} bytes of pixels in all`, `${bytes}`, remedy);
  }
  return new Uint8Array(bytes);
}

const PNG = 0x89;
const JPEG = 0xff;

/** By what the file holds: names lie. */
function decodePicture({ bytes }: PictureFile, refuse: Refuse): Picture {
  if (bytes.length > limits.pictureBytes)
    refuse("size", `at most ${limits.pictureBytes} bytes`, `${bytes.length}`, "Make the image smaller");
  if (bytes[0] === PNG) return decodePng(bytes, "image", refuse);
  if (bytes[0] === JPEG) return decodeJpeg(bytes, "image", refuse);
  return refuse("image, byte 0", "PNG or JPEG", "another format", "Save it as PNG");
}
