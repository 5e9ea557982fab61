/** Files and folders from a drop or a file dialog, read into memory one after the other; refusals stand beside them. */
import { keepsFolder, refuseUnread } from "../store/files.ts";
import type { NamedFile } from "../store/state.ts";
import { dropZone as words } from "../strings/en.ts";

export interface FoundFile {
  readonly file: File;
  /** The folders that it was found in, each with a slash after it; empty for a file that came alone. */
  readonly folder: string;
}

/** Files of a dialog; one for folders tells the path of each, of which its own name is the last part. */
export const filesOf = (list: FileList | null): readonly FoundFile[] =>
  [...(list ?? [])].map((file) => {
    const path = file.webkitRelativePath ?? "";
    return { file, folder: path.slice(0, path.lastIndexOf("/") + 1) };
  });

/** Walks dropped folders. The entries are asked for at once: after the event the browser has forgotten them. */
export async function filesOfDrop(transfer: DataTransfer): Promise<readonly FoundFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return filesOf(transfer.files);
  const found: FoundFile[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, "", found);
  return found;
}

async function walk(entry: FileSystemEntry, folder: string, found: FoundFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    found.push({ file, folder });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader hands out its entries in portions, and an empty one at the end.
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (portion.length === 0) return;
    for (const inner of portion) await walk(inner, `${folder}${entry.name}/`, found);
  }
}

/** What lies in a folder beside files of use is passed over; what was dropped itself is refused by name. */
export async function readFiles(
  found: readonly FoundFile[],
): Promise<{ files: NamedFile[]; refusals: string[] }> {
  const read: NamedFile[] = [];
  const refusals: string[] = [];
  for (const { file, folder } of found) {
    const refusal = refuseUnread(file.name, file.size);
    if (refusal !== null) {
      if (folder === "") refusals.push(refusal);
      continue;
    }
    const name = keepsFolder(file.name) ? `${folder}${file.name}` : file.name;
    try {
      read.push({ name, bytes: new Uint8Array(await file.arrayBuffer()) });
    } catch (error) {
      refusals.push(words.unread(name, error instanceof Error ? error.message : String(error)));
    }
  }
  if (read.length === 0 && refusals.length === 0)
    refusals.push(words.empty(found[0]?.folder ?? words.theFolder));
  return { files: read, refusals };
}
