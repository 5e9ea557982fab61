/** The runs that are stored beside the bundled models: fetched from the page's own folder, checked, kept. */
import type { RunResult } from "../run/protocol.ts";
import { storedProblems as problems } from "../strings/en.ts";

/** A bundled model, as `models/index.json` lists it. */
export interface BundledModel {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

export type Fetched<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

export type FetchJson = (path: string) => Promise<Fetched<unknown>>;

/** Reads JSON relative to the page. Every failure becomes a sentence that names the path. */
export const fetchJson: FetchJson = async (path) => {
  try {
    const response = await fetch(path);
    if (!response.ok) return { ok: false, message: problems.answered(path, String(response.status)) };
    return { ok: true, value: await response.json() };
  } catch (error) {
    return { ok: false, message: `${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
};

export async function fetchCatalogue(get: FetchJson): Promise<Fetched<readonly BundledModel[]>> {
  const path = "./models/index.json";
  const answer = await get(path);
  if (!answer.ok) return answer;
  const usable = Array.isArray(answer.value) && answer.value.every(isBundledModel);
  return usable
    ? { ok: true, value: answer.value as BundledModel[] }
    : { ok: false, message: problems.noCatalogue(path) };
}

export type StoredRuns = (id: string) => Promise<Fetched<RunResult>>;

/** Each run is fetched once, so that the same run is the same object; a failure is tried again. */
export function createStoredRuns(get: FetchJson): StoredRuns {
  const fetched = new Map<string, RunResult>();
  return async (id) => {
    const known = fetched.get(id);
    if (known !== undefined) return { ok: true, value: known };
    const answer = await fetchStoredRun(get, id);
    if (answer.ok && !fetched.has(id)) fetched.set(id, answer.value);
    return answer.ok ? { ok: true, value: fetched.get(id) ?? answer.value } : answer;
  };
}

async function fetchStoredRun(get: FetchJson, id: string): Promise<Fetched<RunResult>> {
  const path = `./models/${id}/run.json`;
  const answer = await get(path);
  if (!answer.ok) return answer;
  const value = answer.value as Partial<RunResult> | null;
  if (value?.schema !== "eigenscope-result" || value.version !== 1) {
    return { ok: false, message: problems.noResult(path) };
  }
  return { ok: true, value: value as RunResult };
}

function isBundledModel(value: unknown): value is BundledModel {
  const entry = value as Partial<BundledModel> | null;
  return [entry?.id, entry?.title, entry?.description].every((text) => typeof text === "string");
}
