/** The results of the bench: a JSON file that grows unit by unit. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DeviceReport } from "../src/run/protocol.ts";
import { nameOf, type Part, type Rows, type Unit } from "./units.ts";

export const SCHEMA = 1;

/** When and where a unit was measured. */
export interface Measured<P extends Part = Part> {
  readonly part: P;
  readonly model: string;
  readonly variant: string | null;
  /** ISO 8601, when it ended. */
  readonly at: string;
  readonly rounds: number;
  /** Mean number of processes that wanted to compute over the last minute: this one and its threads among them. */
  readonly load: number;
  readonly row: Rows[P];
}

/** What `npm run bench:page` writes. */
export interface PageResults {
  readonly loads: number;
  readonly firstPictureMs: number;
  readonly slowestMs: number;
  /** JavaScript until the first picture, compressed. */
  readonly scriptBytes: number;
  /** Keys pressed during a run, and tasks above 50 ms. */
  readonly run: {
    readonly keys: number;
    readonly answerMs: number;
    readonly worstAnswerMs: number;
    readonly longTasks: number;
    readonly longestTaskMs: number;
  };
}

export interface Results {
  readonly schema: typeof SCHEMA;
  readonly device: DeviceReport;
  readonly host: { readonly cores: number; readonly node: string; readonly jax: string };
  /** By `part/model/variant`. Times are in milliseconds, memory in bytes; docs/performance.md says what the others mean. */
  readonly units: Readonly<Record<string, Measured>>;
  readonly page?: PageResults;
}

/** With what `npm run bench:page` has left beside the file, if it has been run. */
export function withPage(results: Results, path: string): Results {
  const page = join(dirname(path), "bench-page.json");
  return existsSync(page)
    ? { ...results, page: JSON.parse(readFileSync(page, "utf8")) as PageResults }
    : results;
}

/** The results in a file; null if there is none. Throws where it is of another schema. */
export function readResults(path: string): Results | null {
  if (!existsSync(path)) return null;
  const found = JSON.parse(readFileSync(path, "utf8")) as Results;
  if (found.schema !== SCHEMA)
    throw new Error(`${path}: expected results of schema ${SCHEMA}. Remove the file.`);
  return found;
}

/** Adds a unit; results of another device are begun anew. */
export function addResult(path: string, here: Pick<Results, "device" | "host">, measured: Measured): void {
  const before = readResults(path);
  const kept = before?.device.name === here.device.name ? before : { units: {} };
  const units = { ...kept.units, [nameOf(measured)]: measured };
  const results: Results = { ...kept, schema: SCHEMA, ...here, units };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
}

/** The rows of a part, in the order in which they are usually measured. */
export function rowsOf<P extends Part>({ units }: Results, part: P, order: readonly Unit[]): Measured<P>[] {
  return order.flatMap((unit) => {
    const found = units[nameOf(unit)];
    return unit.part === part && found !== undefined ? [found as Measured<P>] : [];
  });
}
