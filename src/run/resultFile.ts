/**
 * Reads result files, lists of runs as the page exports them, and the records in which a browser keeps them. What they hold
 * comes from strangers: of the browser's storage too, since other pages of the same origin may write there.
 */
import { printJson, quote, type Refuse, refuser } from "../model/errors.ts";
import { isObject, readJsonObject } from "../model/jsonObject.ts";
import { limits } from "../model/limits.ts";
import type { RunResult } from "./protocol.ts";
import { checkAgreement } from "./results/agree.ts";
import { type Check, type Checking, list, mayLack, object, oneOf, text, whole } from "./results/check.ts";
import { resultSchema } from "./results/schema.ts";

export interface ReadRun {
  /** As its owner called it; null where the file does not say. */
  readonly name: string | null;
  readonly result: RunResult;
}

export interface ReadResults {
  readonly runs: readonly ReadRun[];
  /** Fields and answers that this version does not know, by their places: at most ten. */
  readonly leftOut: readonly string[];
}

const REMEDY = "Export the run again from the page, or write it with --json";
/** Places that a message names. */
const MOST_NAMED = 10;

/**
 * A result (`eigenscope-result`) or a list of them (`eigenscope-runs`), version 1.
 * @throws FormatError for everything else
 */
export function readResultFile(bytes: Uint8Array, file: string): ReadResults {
  const refuse = refuser(file, REMEDY);
  const value = readJsonObject(bytes, limits.resultBytes, refuse);
  const leftOut = new Set<string>();
  const checking: Checking = { refuse, leftOut };
  const runs =
    value.schema === "eigenscope-runs"
      ? readList(value, checking)
      : value.schema === "eigenscope-result"
        ? [{ name: null, result: readResult(value, "", checking) }]
        : refuse(
            "schema",
            '"eigenscope-result" or "eigenscope-runs"',
            value.schema === undefined ? "none" : printJson(value.schema),
          );
  return { runs, leftOut: [...leftOut].slice(0, MOST_NAMED) };
}

function readResult(value: unknown, at: string, checking: Checking): RunResult {
  const result = resultSchema(value, at, checking);
  checkAgreement(result, (where, ...rest) => checking.refuse(at === "" ? where : `${at}.${where}`, ...rest));
  // The stored runs of older versions lack it, and computed all samples at once.
  return result.microBatch > 0 ? result : { ...result, microBatch: result.settings.batchSize };
}

interface List {
  readonly schema: "eigenscope-runs";
  readonly version: 1;
  readonly runs: readonly { readonly name: string; readonly at?: string; readonly result: unknown }[];
}

const listSchema = object<List>({
  schema: oneOf("eigenscope-runs"),
  version: oneOf(1),
  runs: list(
    object<List["runs"][number]>({ name: text(500), at: mayLack(text(40)), result: (result) => result }),
    limits.resultRuns,
    1,
  ),
});

const readList = (value: unknown, checking: Checking): ReadRun[] =>
  listSchema(value, "", checking).runs.map(({ name, result }, i) => ({
    ...{ name, result: readResult(result, `runs[${i}].result`, checking) },
  }));

/** A run as a browser keeps it. */
export interface KeptRun {
  readonly id: string;
  readonly name: string;
  readonly from: "saved" | "imported" | "last";
  readonly at: string;
  readonly result: RunResult;
}

/** A link carries it, and no other run must answer to it. */
const keptId: Check<string> = (value, at, checking) => {
  const id = text(40)(value, at, checking);
  return /^(?:last|saved-[0-9a-z]+)$/.test(id)
    ? id
    : checking.refuse(at, '"last", or "saved-" with letters and digits', quote(id));
};

const keptSchema = object<Omit<KeptRun, "result"> & { readonly bytes?: number; readonly result: unknown }>({
  ...{ id: keptId, name: text(500), from: oneOf("saved", "imported", "last"), at: text(40) },
  bytes: mayLack(whole()),
  result: (result) => result,
});

/**
 * @param record as it was stored, or changed since
 * @throws FormatError by the fields of a result file, below `result`
 */
export function readKeptRun(record: unknown, file: string): KeptRun {
  const checking: Checking = {
    refuse: refuser(file, "Export it as it is if you need it, then delete it"),
    leftOut: new Set(),
  };
  const { id, name, from, at, result } = keptSchema(plain(record, checking.refuse), "", checking);
  return { id, name, from, at, result: readResult(result, "result", checking) };
}

/** Storage holds what JSON cannot say. Of that NaN alone is ours, and the schema takes null for it where it may stand. */
function plain(record: unknown, refuse: Refuse): object {
  let value: unknown;
  // No value takes less than a character; shared ones are written out each time.
  let left: number = limits.resultBytes;
  const counted = (_: string, entry: unknown): unknown => {
    if (left-- === 0) throw new RangeError("the record is too long");
    return entry;
  };
  try {
    value = JSON.parse(JSON.stringify(record, counted) ?? "null");
  } catch {
    // A value within itself, an integer without bounds, or too many values.
    return refuse("record", "values that JSON has", "others");
  }
  return isObject(value) ? value : refuse("record", "an object", printJson(value));
}
