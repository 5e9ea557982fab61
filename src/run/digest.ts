/** A hash in hexadecimal; empty where the page has no crypto.subtle (plain http). */
export async function digest(bytes: Uint8Array, algorithm: "SHA-256" | "SHA-1" = "SHA-256"): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) return "";
  const hash = new Uint8Array(await subtle.digest(algorithm, bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
