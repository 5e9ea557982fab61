import { quote, type Refuse, refuser } from "../errors.ts";
import { limits } from "../limits.ts";
import { modelProto, type TensorProto } from "./schema.ts";
import { decodeMessage } from "./wire.ts";

/**
 * Numbers of tensors that lie in another file, beside the model. A file is known by its base name alone, and only among
 * those that were given together with the model: a path, a drive or a URL is refused whatever it points to.
 */

/** The other files by base name. */
export type ExternalFiles = ReadonlyMap<string, Uint8Array>;

const INSIDE =
  "Put all into one file: onnx.save(onnx.load('m.onnx'), 'one.onnx'), or export with external_data=False";

export const isExternal = (tensor: TensorProto): boolean =>
  tensor.data_location === 1 || tensor.external_data.length > 0;

/** The tensors' parts of the other files. Together they may be no longer than these, whatever a hostile file says. */
export class External {
  readonly #files: ExternalFiles;
  readonly #taken = new Map<string, number>();
  readonly #refuse: Refuse;

  constructor(files: ExternalFiles, refuse: Refuse) {
    this.#files = files;
    this.#refuse = refuse;
  }

  /** `length` bytes, where the tensor says that they are. */
  read(tensor: TensorProto, where: string, length: number): Uint8Array {
    const fields = this.#fields(tensor, where);
    const location = fields.get("location") ?? "";
    this.#checkName(location, where);
    const bytes = this.#files.get(location);
    if (bytes === undefined) {
      const names = [...this.#files.keys()].slice(0, 8).map(quote).join(", ");
      return this.#refuse(
        where,
        `a file ${quote(location)} with its numbers beside the model`,
        names === "" ? "no other file" : `only ${names}`,
        `Drop ${quote(location)} together with the model. ${INSIDE}`,
      );
    }
    if (bytes.length > limits.fileBytes)
      this.#refuse(
        quote(location),
        `at most ${limits.fileBytes} bytes`,
        `${bytes.length}`,
        "Use a smaller model",
      );
    const offset = this.#number(fields.get("offset") ?? "0", "offset", where);
    const stated = this.#number(fields.get("length") ?? `${length}`, "length", where);
    if (stated !== length)
      this.#refuse(where, `a length of ${length} bytes for its type and shape`, `${stated}`, INSIDE);
    if (offset + length > bytes.length)
      this.#refuse(
        where,
        `${length} bytes from byte ${offset} of ${quote(location)}`,
        `${bytes.length} bytes in all`,
        "Take model and data from the same export",
      );
    const taken = (this.#taken.get(location) ?? 0) + length;
    this.#taken.set(location, taken);
    if (taken > bytes.length)
      this.#refuse(
        where,
        `parts of ${quote(location)} that do not overlap`,
        "more bytes than it has",
        INSIDE,
      );
    return bytes.subarray(offset, offset + length);
  }

  #fields({ external_data, raw_data }: TensorProto, where: string): ReadonlyMap<string, string> {
    if (raw_data !== undefined)
      this.#refuse(where, "numbers in one place", "raw_data and external data", INSIDE);
    const fields = new Map<string, string>();
    for (const { key = "", value = "" } of external_data) {
      if (fields.has(key)) this.#refuse(where, `one ${quote(key)}`, "a second one", INSIDE);
      fields.set(key, value);
    }
    return fields;
  }

  #checkName(location: string, where: string): void {
    if (!isBaseName(location))
      this.#refuse(
        where,
        "the name of a file beside the model",
        `external data in ${quote(location)}`,
        INSIDE,
      );
  }

  #number(text: string, name: string, where: string): number {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value))
      this.#refuse(where, `a whole number of bytes for its ${name}`, quote(text), INSIDE);
    return value;
  }
}

/** A name without any path, drive, scheme or control character. */
const isBaseName = (name: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is kept out.
  name.length <= 255 && /^[^/\\:\u0000-\u001f]+$/.test(name) && name !== "." && name !== "..";

/**
 * The names of the files that a model needs beside it, to look for them in its folder. Names that are none are left out:
 * the reader refuses them.
 * @throws FormatError where the file is no ONNX model
 */
export function externalNames(bytes: Uint8Array, file: string): readonly string[] {
  const refuse = refuser(file, "Export the model again, or check it with onnx.checker.check_model");
  const names = (decodeMessage(bytes, modelProto, refuse).graph?.initializer ?? [])
    .filter(isExternal)
    .map(({ external_data }) => external_data.find(({ key }) => key === "location")?.value ?? "");
  return [...new Set(names)].filter(isBaseName);
}
