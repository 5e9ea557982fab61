/** `--model hf:org/model` and `--data hf:org/name:table`: the client of the page, with lines on standard error. */

import type { Hub, HubOutcome, HubProgress, HubWork } from "../run/hub/types.ts";
import type { NamedFile } from "../run/protocol.ts";

const PREFIX = /^hf:/;

/** Whether an argument means the Hub, not a file or a bundled model. */
export const isHub = (text: string): boolean => PREFIX.test(text);

const forever = new AbortController().signal;

/** @throws Error with the sentence for the user */
export async function hubModel(text: string, hub: Hub): Promise<readonly NamedFile[]> {
  const listing = done(await hub.lookUp(text.replace(PREFIX, ""), forever));
  if (listing.kind !== "model") throw new Error(`${text}: expected a model, found a data set.`);
  const choice = listing.choices.find(({ refusal }) => refusal === null);
  if (choice === undefined) throw new Error(`${text}: ${listing.choices[0].refusal}`);
  const paths = choice.files.map(({ path, size }) => `${path} (${size} bytes)`).join(", ");
  process.stderr.write(`${choice.id} at ${choice.commit}: ${paths}\n`);
  return done(await hub.download(choice, work()));
}

/**
 * The first `count` rows of a table.
 * @param text `hf:org/name`, with a part of the table's path after a colon: `hf:nyu-mll/glue:sst2/validation`
 * @throws Error with the sentence for the user
 */
export async function hubRows(text: string, count: number, hub: Hub): Promise<readonly NamedFile[]> {
  const [name, part = ""] = text.replace(PREFIX, "").split(":");
  const address = name.startsWith("datasets/") ? name : `datasets/${name}`;
  const listing = done(await hub.lookUp(address, forever));
  if (listing.kind !== "dataset") throw new Error("internal: a data set was asked for");
  const table = listing.tables.find(({ label }) => label.includes(part));
  if (table === undefined) {
    const labels = listing.tables.map(({ label }) => label).join(", ");
    throw new Error(`${text}: no table has "${part}" in its path. There are: ${labels}.`);
  }
  process.stderr.write(`${name} at ${listing.commit}: ${table.label}, rows 0 to ${count - 1}\n`);
  return done(await hub.readRows(listing, table, { start: 0, count }, work()));
}

function work(): HubWork {
  const onProgress = (progress: HubProgress): void => {
    if (!process.stderr.isTTY) return;
    process.stderr.write(
      `\r\x1b[K${progress.file}: ${progress.done} of ${progress.total} bytes${progress.done === progress.total ? "\n" : ""}`,
    );
  };
  return { signal: forever, onProgress };
}

function done<T>(outcome: HubOutcome<T>): T {
  if (outcome.kind === "done") return outcome.value;
  if (outcome.kind === "cancelled") throw new Error("internal: nobody cancels here");
  const { message, wait } = outcome.problem;
  throw new Error(wait === null ? message : `${message} Try again in ${wait} s.`);
}
