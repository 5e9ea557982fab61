import { printJson, type Refuse, refuser } from "./errors.ts";
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
  if (bytes.length > limits.configBytes)
    refuse("size", `at most ${limits.configBytes} bytes`, `${bytes.length} bytes`);
  let fields: unknown;
  try {
    fields = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refuse("text", "JSON in UTF-8", "something else");
  }
  if (typeof fields !== "object" || fields === null || Array.isArray(fields))
    return refuse("text", "a JSON object", printJson(fields));
  return { file, fields: fields as Readonly<Record<string, unknown>> };
}
