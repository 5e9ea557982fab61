import { decode } from "jpeg-js";
import type { Refuse } from "../errors.ts";
import { limits } from "../limits.ts";
import { magnify, takePlane, toRgb } from "./chroma.ts";
import { checkSize, type Picture } from "./picture.ts";

/** JPEG images (ITU T.81): baseline and progressive, grey, YCbCr or RGB. */

const SCAN = 0xda;
const END = 0xd9;
const JFIF = 0xe0;
const ADOBE = 0xee;

/**
 * Pixels of a JPEG, as libjpeg gives them but for the rounding of its cosine transform.
 * @param where for messages
 * @throws FormatError
 */
export function decodeJpeg(bytes: Uint8Array, where: string, refuse: Refuse): Picture {
  const { components, kept, isRgb, end } = readSegments(bytes, where, refuse);
  let image: { readonly width: number; readonly height: number; readonly data: Uint8Array };
  try {
    image = decode(kept, {
      ...{ useTArray: true, formatAsRGBA: false, tolerantDecoding: false, colorTransform: false },
      ...{ maxResolutionInMP: limits.picturePixels / 1e6, maxMemoryUsageInMB: 2048 },
    });
  } catch {
    // Of a fault inside its segments the decoder tells no more.
    return refuse(
      `${where}, bytes 2 to ${end}`,
      "tables and packed pixels of a JPEG image",
      "a fault in them",
    );
  }
  const { width, height, data } = image;
  const picture = { width, height, dropped: [] };
  if (components.length === 1) return { ...picture, rgb: data, grey: true };
  const most = (axis: "across" | "down") => Math.max(...components.map((each) => each[axis]));
  const planes = components.map(({ across, down }, i) => {
    const steps = [most("across") / across, most("down") / down] as const;
    if (!steps.every(Number.isInteger))
      return refuse(
        `${where}, component ${i}`,
        "colours at a whole fraction of the resolution",
        "another ratio",
        "Save it again",
      );
    return magnify(takePlane(data, image, i, steps), width, height, steps);
  });
  if (!isRgb) return { ...picture, rgb: toRgb(planes[0], planes[1], planes[2]), grey: false };
  const rgb = Uint8Array.from(data, (_, i) => planes[i % 3][Math.floor(i / 3)]);
  return { ...picture, rgb, grey: false };
}

/** Samples of a component against those of the others, along each axis. */
interface Component {
  readonly id: number;
  readonly across: number;
  readonly down: number;
}

interface Segments {
  readonly components: readonly Component[];
  readonly isRgb: boolean;
  /** The file without Adobe's segment, which would have the decoder turn colours on its own. */
  readonly kept: Uint8Array;
  /** Place of the marker that ends the image. */
  readonly end: number;
}

/** Walks the segments before anything is decoded: sizes, the kind of frame, the number of scans, the end. */
function readSegments(bytes: Uint8Array, where: string, refuse: Refuse): Segments {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) refuse(`${where}, byte 0`, "a JPEG image", "other bytes");
  const cut = (at: number): never => refuse(`${where}, byte ${at}`, "an end", "none: it is cut short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let components: readonly Component[] = [];
  let adobe: { readonly from: number; readonly to: number; readonly transform: number } | null = null;
  let jfif = false;
  let scans = 0;
  let at = 2;
  for (;;) {
    // In packed pixels 0xff is followed by 0 or the number of a restart; anything else is the next segment.
    while (at + 1 < bytes.length && !(bytes[at] === 0xff && isSegment(bytes[at + 1]))) at++;
    if (at + 1 >= bytes.length) return cut(bytes.length);
    const marker = bytes[at + 1];
    if (marker === END) break;
    const end = at + 4 <= bytes.length ? at + 2 + view.getUint16(at + 2) : at;
    if (end < at + 4 || end > bytes.length) return cut(at);
    if (isFrame(marker)) {
      if (components.length > 0) return refuse(`${where}, byte ${at}`, "one frame", "several");
      components = readFrame(bytes.subarray(at, end), marker, `${where}, byte ${at}`, refuse);
    } else if (marker === JFIF) jfif = true;
    else if (marker === ADOBE && end - at >= 16 && adobe === null)
      adobe = { from: at, to: end, transform: bytes[at + 15] };
    else if (marker === SCAN && ++scans > limits.jpegScans)
      return refuse(`${where}, byte ${at}`, `at most ${limits.jpegScans} scans`, "more");
    at = end;
  }
  if (components.length === 0 || scans === 0)
    return refuse(`${where}, byte ${at}`, "a frame and a scan before it", "none");
  const named = components.map(({ id }) => String.fromCharCode(id)).join("");
  const isRgb = adobe === null ? !jfif && named === "RGB" : adobe.transform === 0;
  if (adobe === null) return { components, isRgb, kept: bytes, end: at };
  const kept = new Uint8Array(bytes.length - (adobe.to - adobe.from));
  kept.set(bytes.subarray(0, adobe.from));
  kept.set(bytes.subarray(adobe.to), adobe.from);
  return { components, isRgb, kept, end: at };
}

function readFrame(segment: Uint8Array, marker: number, where: string, refuse: Refuse): readonly Component[] {
  const kind = marker - 0xc0;
  if (kind > 2) return refuse(where, "baseline or progressive JPEG", `a frame of kind ${kind}`);
  const count = segment[9] ?? 0;
  if (segment.length < 10 + 3 * count) return refuse(where, "a whole frame", "a shorter one");
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  checkSize(view.getUint16(7), view.getUint16(5), where, refuse);
  if (count !== 1 && count !== 3)
    return refuse(where, "grey or three colours", `${count} (CMYK has 4)`, "Save it as RGB");
  return Array.from({ length: count }, (_, i) => {
    const [id, sampling] = segment.subarray(10 + 3 * i, 12 + 3 * i);
    const [across, down] = [sampling >> 4, sampling & 15];
    if (across < 1 || across > 4 || down < 1 || down > 4)
      return refuse(where, "1 to 4 samples of a component", `${across} by ${down}`);
    return { id, across, down };
  });
}

const isSegment = (marker: number): boolean =>
  marker !== 0 && marker !== 0xff && marker !== 1 && !(marker >= 0xd0 && marker <= 0xd7);

/** SOF0 to SOF15 without the tables and reserved markers among them. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
