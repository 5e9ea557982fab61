import { printJson, quote, type Refuse, refuser } from "./errors.ts";
import { isObject, readJsonObject } from "./jsonObject.ts";
import { limits } from "./limits.ts";

/** Hugging Face's config.json: what the tensors of a transformer do not say. All its fields are optional here. */
export interface ModelConfig {
  /** File name for messages. */
  readonly file: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** @throws FormatError unless the bytes are one JSON object of a sensible size */
export function readConfig(bytes: Uint8Array, file: string): ModelConfig {
  const refuse: Refuse = refuser(file, "Use the config.json that belongs to the checkpoint");
  return { file, fields: readJsonObject(bytes, limits.configBytes, refuse) };
}

/** The field label2id: class numbers by their names. Null where there is none. @throws FormatError for other values */
export function classNumbers({ file, fields }: ModelConfig): Readonly<Record<string, number>> | null {
  const { label2id } = fields;
  if (label2id === undefined || label2id === null) return null;
  const refuse: Refuse = refuser(file, "Use the config.json that belongs to the checkpoint");
  if (!isObject(label2id))
    return refuse("label2id", "an object of names and class numbers", "something else");
  for (const [name, number] of Object.entries(label2id)) {
    if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number >= limits.classes)
      refuse(`label2id: ${quote(name)}`, "a class number", printJson(number));
  }
  return label2id as Readonly<Record<string, number>>;
}

/** Class names in the order of their numbers; null where the numbers are not 0 to classes - 1, each once. */
export function classNames(config: ModelConfig, classes: number): readonly string[] | null {
  const numbers = Object.entries(classNumbers(config) ?? {});
  const names = Array.from({ length: classes }, (_, i) => numbers.find(([, number]) => number === i)?.[0]);
  return numbers.length === classes && names.every((name) => name !== undefined) ? names : null;
}
