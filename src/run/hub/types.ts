/** What the page and the headless command know of the Hugging Face Hub: plain data and one interface. */

import type { NamedFile } from "../protocol.ts";

export interface HubAddress {
  readonly kind: "model" | "dataset";
  /** `org/name`, or `name` for the oldest repositories. */
  readonly id: string;
  /** A branch, a tag, a commit or `refs/pr/N`. */
  readonly revision: string;
}

/** A file of a repository. Its two hashes come from git: one of them always tells whether the bytes arrived whole. */
export interface HubFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of files in large file storage; null for the others. */
  readonly sha256: string | null;
  /** Git's hash of the others: SHA-1 of `blob SIZE\0` and the bytes. */
  readonly blob: string | null;
}

/** One way to take a model from its repository: a file of weights with what goes with it. */
export interface HubChoice {
  readonly id: string;
  /** The commit whose files these are: that of a pull request where the weights lie there. */
  readonly commit: string;
  /** The file of the weights, for people. */
  readonly label: string;
  readonly files: readonly HubFile[];
  /** Bytes of all files. */
  readonly total: number;
  /** Where the weights come from, if not from the revision asked for. */
  readonly note: string | null;
  /** Why it cannot be used; null if it can. */
  readonly refusal: string | null;
}

/** A Parquet file of a data set. */
export interface HubTable {
  readonly file: HubFile;
  /** Path for people, e.g. `sst2/validation-00000-of-00001`. */
  readonly label: string;
}

export type HubListing =
  | { readonly kind: "model"; readonly address: HubAddress; readonly choices: readonly HubChoice[] }
  | {
      readonly kind: "dataset";
      readonly address: HubAddress;
      readonly commit: string;
      readonly tables: readonly HubTable[];
    };

/** Samples `start` to `start + count - 1` of a table; fewer where it ends before. */
export interface RowRange {
  readonly start: number;
  readonly count: number;
}

export interface HubProblem {
  readonly kind:
    | "address"
    | "offline"
    | "unreachable"
    | "rate-limit"
    | "denied"
    | "missing"
    | "server"
    /** What arrived is not what the Hub announced. */
    | "damaged"
    /** There is nothing in the repository that can be used, or a file was refused. */
    | "unusable";
  /** The sentence for the user. */
  readonly message: string;
  /** Seconds to wait before asking again, for `rate-limit`; null otherwise. */
  readonly wait: number | null;
}

export type HubOutcome<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "cancelled" }
  | { readonly kind: "problem"; readonly problem: HubProblem };

/** Bytes that are there, of those that are needed; what the cache or an earlier attempt gave counts at once. */
export interface HubProgress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

export interface HubWork {
  readonly signal: AbortSignal;
  onProgress(progress: HubProgress): void;
}

export interface Hub {
  /** Lists what a repository offers, with sizes; downloads none of it. */
  lookUp(text: string, signal: AbortSignal): Promise<HubOutcome<HubListing>>;
  /** A model's files. What an interrupted or cancelled download got is kept for the next attempt. */
  download(choice: HubChoice, work: HubWork): Promise<HubOutcome<readonly NamedFile[]>>;
  /** Rows of a table, as files of samples; only the parts of the table that hold them are fetched. */
  readRows(
    listing: Extract<HubListing, { kind: "dataset" }>,
    table: HubTable,
    rows: RowRange,
    work: HubWork,
  ): Promise<HubOutcome<readonly NamedFile[]>>;
  /** Bytes of downloaded files that this browser keeps; null where it lets this page keep none. */
  cacheSize(): Promise<number | null>;
  clearCache(): Promise<void>;
}
