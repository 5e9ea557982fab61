import { FormatError } from "../model/index.ts";
import type { NamedFile } from "./protocol.ts";

/** @throws FormatError: what is needed is not among the files */
export function refuseMissing(files: readonly NamedFile[], expected: string, remedy: string): never {
  throw new FormatError({ file: files[0]?.name ?? "files", where: "files", expected, found: "none", remedy });
}
