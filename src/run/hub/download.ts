/** The files of a choice to memory: from the cache, or from the Hub and then checked against its size and hash. */

import type { NamedFile } from "../protocol.ts";
import type { HubCache } from "./cache.ts";
import { checkHash } from "./hashes.ts";
import { HubError } from "./problem.ts";
import type { Place } from "./request.ts";
import {
  emptyStretch,
  fill,
  provenance,
  type Repo,
  type Report,
  reporter,
  resolvePath,
  type Stretch,
  type TransferOptions,
  unlessAborted,
} from "./transfer.ts";
import type { HubChoice, HubFile, HubWork } from "./types.ts";

export class Downloader {
  private readonly place: Place;
  private readonly cache: HubCache;
  private readonly options: TransferOptions;
  /** What the last attempt got, by address; of one choice only, since it may be large. */
  private kept: { readonly of: HubChoice | null; readonly files: Map<string, Stretch> };

  constructor(place: Place, cache: HubCache, options: TransferOptions) {
    this.place = place;
    this.cache = cache;
    this.options = options;
    this.kept = { of: null, files: new Map() };
  }

  /**
   * One file after the other. A cancel, a 429 or a lost connection keeps what is there for the next call.
   * @throws HubError, or the reason of the signal
   */
  async files(choice: HubChoice, work: HubWork): Promise<readonly NamedFile[]> {
    if (this.kept.of !== choice) this.kept = { of: choice, files: new Map() };
    const repo: Repo = { kind: "model", id: choice.id, commit: choice.commit };
    const report = reporter(choice.total, work);
    const files: NamedFile[] = [];
    for (const file of choice.files) {
      files.push({
        name: provenance(repo, file.path),
        bytes: await this.file(repo, file, work.signal, report),
      });
    }
    this.kept = { of: null, files: new Map() };
    return files;
  }

  private async file(repo: Repo, file: HubFile, signal: AbortSignal, report: Report): Promise<Uint8Array> {
    const path = resolvePath(repo, file.path);
    const cached = await unlessAborted(this.cache.get(path), signal);
    if (cached?.length === file.size) {
      report(file.path, cached.length);
      return cached;
    }
    const stretch = this.kept.files.get(path) ?? emptyStretch(0, file.size);
    this.kept.files.set(path, stretch);
    report(file.path, stretch.have);
    await fill(stretch, {
      ...this.options,
      place: this.place,
      path,
      file,
      signal,
      report: (bytes) => report(file.path, bytes),
    });
    try {
      await unlessAborted(checkHash(stretch.bytes, file), signal);
    } catch (error) {
      if (error instanceof HubError) this.kept.files.delete(path);
      throw error;
    }
    await unlessAborted(this.cache.put(path, stretch.bytes), signal);
    return stretch.bytes;
  }
}
