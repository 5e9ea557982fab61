/** The model and the data that the engine is to load: bundled ones by name, or the dropped files with what was said of them. */
import type { DataSource, ModelSource, NamedFile } from "../run/protocol.ts";
import { filesOfSide } from "../run/roles.ts";
import { parseChannels, parseWhole, type Upload } from "./files.ts";

/** Where an engine finds what it loads. */
export interface Sources {
  readonly model: ModelSource;
  readonly data: DataSource;
}

export function bundledSources(id: string): Sources {
  return { model: { kind: "bundled", id }, data: { kind: "bundled", id } };
}

export function uploadSources({ files, options }: Upload): Sources {
  const { mean, std, resize, crop, textColumns, labelColumn, heads, ...said } = options;
  const channels = (label: string, text: string) => {
    const parsed = parseChannels(label, text);
    return "values" in parsed ? parsed.values : null;
  };
  const whole = (label: string, text: string) => {
    const parsed = parseWhole(label, text);
    return "value" in parsed ? parsed.value : null;
  };
  const told = { ...said, heads: whole("heads", heads) };
  const known = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null));
  return {
    model: { kind: "files", files: filesOfSide(files, "model"), options: known },
    data: {
      kind: "files",
      files: filesOfSide(files, "data"),
      options: {
        ...{ mean: channels("mean", mean), std: channels("std", std) },
        ...{ resize: whole("resize", resize), crop: whole("crop", crop) },
        ...(textColumns.trim() === ""
          ? {}
          : { textColumns: textColumns.split(",").map((name) => name.trim()) }),
        ...(labelColumn.trim() === "" ? {} : { labelColumn: labelColumn.trim() }),
      },
    },
  };
}

const identities = new WeakMap<Uint8Array, number>();
let drops = 0;
/** Names the very files and options: two drops of a file of the same name differ in their bytes' identity. */
export function uploadKey({ files, options }: Upload): string {
  const identity = (file: NamedFile) => {
    const known = identities.get(file.bytes) ?? ++drops;
    identities.set(file.bytes, known);
    return known;
  };
  return JSON.stringify(["files", files.map(identity), options]);
}
