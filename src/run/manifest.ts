import type { NamedFile } from "./protocol.ts";

/** public/models/<id>/manifest.json, as far as the engine reads it. */

/** Reads a file under public/models, by its path there. */
export type ReadBundled = (path: string) => Promise<Uint8Array>;

export interface Manifest {
  readonly id: string;
  readonly title: string;
  readonly skip?: boolean;
  readonly activation?: "relu" | "tanh";
  readonly files: {
    readonly weights: string;
    /** Transformers: config.json and tokenizer.json. */
    readonly config?: string;
    readonly tokenizer?: string;
    readonly batch: string;
  };
  /** Of uint8 images. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly classes: readonly string[];
  readonly data: { readonly name: string; readonly split: string };
}

export async function openManifest(id: string, read: ReadBundled): Promise<Manifest> {
  if (!/^[a-z0-9-]+$/.test(id)) throw new Error(`"${id}" is not the id of a bundled model.`);
  const path = `${id}/manifest.json`;
  return JSON.parse(new TextDecoder().decode(await read(path))) as Manifest;
}

/** `../data/x.npz` beside the manifest of `id`, as a path under public/models. */
export const bundledPath = (id: string, file: string): string =>
  file.startsWith("../") ? file.slice(3) : `${id}/${file}`;

/** A file that the manifest of `id` names. */
export async function bundledFile(id: string, file: string, read: ReadBundled): Promise<NamedFile> {
  const name = bundledPath(id, file);
  return { name, bytes: await read(name) };
}
