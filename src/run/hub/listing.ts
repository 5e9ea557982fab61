/** The files of a repository at one commit, with their sizes and hashes. */

import { gatedError, HubError } from "./problem.ts";
import { type Place, requestJson } from "./request.ts";
import type { HubAddress, HubFile } from "./types.ts";

/** Pages of the list: the Hub puts a thousand files on each, and no model has so many. */
const PAGES = 20;

export interface Repository {
  readonly address: HubAddress;
  /** The commit that the revision stands for now: what is fetched later is fetched of this one. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

/** @throws HubError, or the reason of `signal` */
export async function listRepository(
  place: Place,
  address: HubAddress,
  signal: AbortSignal,
): Promise<Repository> {
  const what = nameOf(address);
  const api = `/api/${address.kind}s/${address.id}`;
  const revision = encodeURIComponent(address.revision);
  const { body } = await requestJson(place, `${api}/revision/${revision}`, { what, signal });
  const commit = field(body, "sha");
  if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit)) throw strange(what, "it names no commit");
  const gated = field(body, "gated");
  if (gated !== undefined && gated !== false) throw gatedError(what);
  return { address, commit, files: await listFiles(place, `${api}/tree/${commit}`, what, signal) };
}

/** All pages of a tree: each names the next in its Link header. */
async function listFiles(
  place: Place,
  tree: string,
  what: string,
  signal: AbortSignal,
): Promise<readonly HubFile[]> {
  const files: HubFile[] = [];
  let next: string | null = `${tree}?recursive=1`;
  for (let page = 0; next !== null; page++) {
    if (page === PAGES) {
      throw new HubError("unusable", `${what}: it has more files than ${PAGES} lists of the Hub hold.`);
    }
    const { body, headers } = await requestJson(place, next, { what, signal });
    if (!Array.isArray(body)) throw strange(what, "its list of files is none");
    files.push(...body.flatMap((entry) => fileOf(entry, what)));
    next = nextPage(headers.get("Link"), place.base, what);
  }
  return files;
}

/** A file of the list; folders are left out. */
function fileOf(entry: unknown, what: string): readonly HubFile[] {
  if (field(entry, "type") !== "file") return [];
  const [path, size, oid] = [field(entry, "path"), field(entry, "size"), field(entry, "oid")];
  const sha256 = field(field(entry, "lfs"), "oid");
  if (typeof path !== "string" || !isPath(path)) throw strange(what, "a file has no sound name");
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw strange(what, `${path} has no size`);
  const large = typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
  const small = field(entry, "lfs") === undefined && typeof oid === "string" && /^[0-9a-f]{40}$/.test(oid);
  return [{ path, size: size as number, sha256: large ? sha256 : null, blob: small ? oid : null }];
}

/** Relative, without empty names, `.` or `..`. */
const isPath = (path: string): boolean =>
  path.length <= 512 && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");

/** `<https://...>; rel="next"`, on the same server only. */
function nextPage(link: string | null, base: string, what: string): string | null {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? "")?.[1];
  if (target === undefined) return null;
  const url = URL.canParse(target, base) ? new URL(target, base) : null;
  if (url === null || url.origin !== new URL(base).origin) throw strange(what, "its list goes on elsewhere");
  return url.pathname + url.search;
}

const strange = (what: string, why: string): HubError =>
  new HubError("server", `${what}: the Hub's answer is not understood: ${why}.`);

/** A field of what may be an object. */
export const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** For people: `org/model`, `datasets/org/name`, with the revision if it is not the usual one. */
export const nameOf = ({ kind, id, revision }: HubAddress): string =>
  `${kind === "dataset" ? "datasets/" : ""}${id}${revision === "main" ? "" : `@${revision}`}`;
