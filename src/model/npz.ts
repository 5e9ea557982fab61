import { readNpy } from "./npy.ts";
import type { Tensors } from "./tensor.ts";
import { unzip } from "./zip.ts";

/**
 * Reads an npz file, a zip of npy files: arrays by key (the entry's name without `.npy`).
 * @throws FormatError
 */
export function readNpz(bytes: Uint8Array, file: string): Tensors {
  const entries = unzip(bytes, file, nameWish);
  return new Map(
    [...entries].map(([entry, content]) => {
      const key = entry.slice(0, -suffix.length);
      return [key, readNpy(content, `${file}/${entry}`, key)];
    }),
  );
}

const suffix = ".npy";

/** Nothing is ever written to a disk here, but a name with a path in it was not made by numpy for a batch. */
const nameWish = (name: string): string | undefined =>
  /^[\w][\w .-]{0,100}\.npy$/.test(name) ? undefined : "names such as images.npy, without a path";
