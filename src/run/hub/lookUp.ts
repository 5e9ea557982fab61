/** From what was typed to what can be downloaded. */

import { parseHubAddress } from "./address.ts";
import { datasetTables, modelChoices } from "./choices.ts";
import { field, listRepository, nameOf, type Repository } from "./listing.ts";
import { HubError } from "./problem.ts";
import { type Place, requestJson } from "./request.ts";
import type { HubChoice, HubListing } from "./types.ts";

/** The account whose pull requests add a safetensors copy to repositories that have pickles only. */
const CONVERTER = "SFconvertbot";

/** Where the Hub keeps its own Parquet copy of data sets in other forms. */
const PARQUET_COPY = "refs/convert/parquet";

/** @throws HubError, or the reason of `signal` */
export async function lookUp(place: Place, text: string, signal: AbortSignal): Promise<HubListing> {
  const address = parseHubAddress(text);
  const repository = await listRepository(place, address, signal);
  return address.kind === "model"
    ? lookUpModel(place, repository, signal)
    : lookUpDataset(place, repository, signal);
}

async function lookUpModel(place: Place, repository: Repository, signal: AbortSignal): Promise<HubListing> {
  const { address } = repository;
  const own = modelChoices(repository);
  const pickled = own.length > 0 && own.every(({ files }) => files.some(({ path }) => path.endsWith(".bin")));
  const choices = pickled ? [...(await twins(place, repository, signal)), ...own] : own;
  if (choices.length === 0) {
    throw new HubError(
      "unusable",
      `${nameOf(address)}: it has no .safetensors, .onnx or pytorch_model.bin file. Models for other programs (GGUF, TensorFlow, Flax) are not read.`,
    );
  }
  return { kind: "model", address, choices };
}

/** What the converter's open pull requests offer, the newest first. */
async function twins(
  place: Place,
  { address }: Repository,
  signal: AbortSignal,
): Promise<readonly HubChoice[]> {
  const { body } = await requestJson(
    place,
    `/api/models/${address.id}/discussions?p=0&type=pull_request&author=${CONVERTER}`,
    { what: nameOf(address), signal },
  );
  const listed = field(body, "discussions");
  const numbers = (Array.isArray(listed) ? listed : [])
    .filter(
      (entry) =>
        field(entry, "isPullRequest") === true &&
        field(entry, "status") === "open" &&
        field(field(entry, "author"), "name") === CONVERTER,
    )
    .map((entry) => field(entry, "num"))
    .filter((num) => Number.isInteger(num))
    .slice(0, 3);
  for (const num of numbers) {
    const twin = await listRepository(place, { ...address, revision: `refs/pr/${num}` }, signal);
    const choices = modelChoices(
      twin,
      `From pull request ${num} by ${CONVERTER}, a safetensors copy of the pickle that the repository has.`,
    ).filter(({ label }) => label.endsWith(".safetensors"));
    if (choices.length > 0) return choices;
  }
  return [];
}

async function lookUpDataset(place: Place, repository: Repository, signal: AbortSignal): Promise<HubListing> {
  const { address } = repository;
  const listing = (from: Repository): HubListing | null => {
    const tables = datasetTables(from);
    return tables.length === 0 ? null : { kind: "dataset", address, commit: from.commit, tables };
  };
  const found = listing(repository);
  if (found !== null) return found;
  const none = new HubError(
    "unusable",
    `${nameOf(address)}: it has no .parquet files, and the Hub has made none of it. Download its files and drop images, .csv or .npz here.`,
  );
  if (address.revision !== "main") throw none;
  try {
    const copy = await listRepository(place, { ...address, revision: PARQUET_COPY }, signal);
    const made = listing(copy);
    if (made !== null) return made;
  } catch (error) {
    if (!(error instanceof HubError && error.problem.kind === "missing")) throw error;
  }
  throw none;
}
