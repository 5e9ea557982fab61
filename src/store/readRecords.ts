/** The records of the list of runs, each a run or damaged. Fetched when the list is read. */
import { readKeptRun } from "../run/resultFile.ts";
import type { DamagedRun, ListedRun } from "./listView.ts";

interface Kept {
  readonly key: IDBValidKey;
  readonly record: unknown;
}

/** What a record holds by the schema of result files; a sentence with the field where it breaks it. */
export function readRecord({ key, record }: Kept): ListedRun | DamagedRun {
  try {
    const run = readKeptRun(record, nameOf(key));
    return { ...run, bytes: JSON.stringify(run.result).length };
  } catch (error) {
    return { key, record, problem: error instanceof Error ? error.message : String(error) };
  }
}

const nameOf = (key: IDBValidKey): string => (typeof key === "string" ? key.slice(0, 40) : "record");

/** All records, those that are runs apart from the damaged ones. */
export function readRecords(records: readonly Kept[]) {
  const read = records.map(readRecord);
  return {
    runs: read.filter((run) => !("problem" in run)) as ListedRun[],
    damaged: read.filter((run) => "problem" in run) as DamagedRun[],
  };
}
