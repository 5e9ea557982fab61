/** Files from a drop or a file dialog, read into memory one after the other; refusals stand beside them. */
import { refuseUnread } from "../store/files.ts";
import type { NamedFile } from "../store/state.ts";

export async function readFiles(files: readonly File[]): Promise<{ files: NamedFile[]; refusals: string[] }> {
  const read: NamedFile[] = [];
  const refusals: string[] = [];
  for (const file of files) {
    const refusal = refuseUnread(file.name, file.size);
    if (refusal !== null) {
      refusals.push(refusal);
      continue;
    }
    try {
      read.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
    } catch (error) {
      refusals.push(
        `${file.name}: the browser could not read it: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  return { files: read, refusals };
}
