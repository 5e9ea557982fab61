import { limits } from "./limits.ts";
import { readNpy } from "./npy.ts";
import type { Tensors } from "./tensor.ts";
import { unzip, type ZipRules } from "./zip.ts";

/**
 * Reads an npz file, a zip of npy files: arrays by key (the entry's name without `.npy`).
 * @throws FormatError
 */
export function readNpz(bytes: Uint8Array, file: string): Tensors {
  const entries = unzip(bytes, file, rules);
  return new Map(
    [...entries].map(([entry, content]) => {
      const key = entry.slice(0, -suffix.length);
      return [key, readNpy(content, `${file}/${entry}`, key)];
    }),
  );
}

const suffix = ".npy";

const rules: ZipRules = {
  /** Nothing is ever written to a disk here, but a name with a path in it was not made by numpy for a batch. */
  nameWish: (name) =>
    /^[\w][\w .-]{0,100}\.npy$/.test(name) ? undefined : "names such as images.npy, without a path",
  maxEntries: limits.npzEntries,
  maxBytes: limits.inflatedBytes,
  resave: "Save it again with numpy.savez or numpy.savez_compressed",
  smaller: "Save fewer samples",
  unpacked: "Save it with numpy.savez",
};
