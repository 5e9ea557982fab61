/** A hash in hexadecimal; empty where the page has no crypto.subtle (plain http). */
export async function digest(bytes: Uint8Array, algorithm: "SHA-256" | "SHA-1" = "SHA-256"): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) return "";
  const hash = new Uint8Array(await subtle.digest(algorithm, bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The files' digests, a line each as sha256sum writes them: what stands for a data set of several files. */
export async function checksums(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<Uint8Array> {
  const lines: string[] = [];
  for (const { name, bytes } of files) lines.push(`${await digest(bytes)}  ${name}\n`);
  return new TextEncoder().encode(lines.join(""));
}
