import { readFile } from "node:fs/promises";
import { type LoadedModel, loadModel } from "../../src/run/load.ts";

const folder = new URL("../../public/models/", import.meta.url);

export const readBundled = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(path, folder)));

/** A bundled model with its own batch. */
export const bundledModel = (id: string): Promise<LoadedModel> =>
  loadModel({ kind: "bundled", id }, { kind: "bundled", id }, readBundled);
