import { type Refuse, refuser } from "./errors.ts";
import { readJsonObject } from "./jsonObject.ts";
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
