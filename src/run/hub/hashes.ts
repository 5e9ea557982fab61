/** Whether a file is the one that the Hub listed. */

import { digest } from "../digest.ts";
import { HubError } from "./problem.ts";
import type { HubFile } from "./types.ts";

/**
 * Compares SHA-256 (large files) or git's SHA-1 (small ones) where the browser can compute them: pages from plain http
 * have no crypto.subtle, and there the size has to do.
 * @throws HubError of kind "damaged"
 */
export async function checkHash(bytes: Uint8Array, { path, sha256, blob }: HubFile): Promise<void> {
  const expected = sha256 ?? blob;
  if (expected === null) return;
  const found = sha256 !== null ? await digest(bytes) : await digest(gitBlob(bytes), "SHA-1");
  if (found === "" || found === expected) return;
  throw new HubError(
    "damaged",
    `${path}: its ${sha256 !== null ? "SHA-256" : "git hash"} is ${found.slice(0, 12)}…, the Hub lists ${expected.slice(0, 12)}…. Download it again; if it stays so, do not use it.`,
  );
}

/** What git hashes of a file: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
function gitBlob(bytes: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(`blob ${bytes.length}\0`);
  const blob = new Uint8Array(head.length + bytes.length);
  blob.set(head);
  blob.set(bytes, head.length);
  return blob;
}
