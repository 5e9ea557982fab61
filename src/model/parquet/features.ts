/** Which columns of a table are samples and labels, from what the datasets library notes down, or from their names. */

import type { Column } from "./footer.ts";
import type { Table } from "./table.ts";

export interface Features {
  /** Bytes of image files; null for a table of sentences. */
  readonly image: Column | null;
  /** One sentence column, or two for pairs. */
  readonly texts: readonly Column[];
  readonly label: Column;
  /** In the order of the labels; null if the file does not tell. */
  readonly classNames: readonly string[] | null;
}

const BYTE_ARRAY = 6;

/** Names that sentence columns of the usual classification sets have, pairs before their parts. */
const SENTENCES: readonly (readonly string[])[] = [
  ["sentence1", "sentence2"],
  ["premise", "hypothesis"],
  ["question", "sentence"],
  ["question1", "question2"],
  ["sentence"],
  ["text"],
  ["content"],
  ["review"],
];
const LABELS = ["label", "labels", "fine_label", "target", "class"];

/** @throws FormatError where samples or labels are missing */
export function findFeatures(table: Table): Features {
  const { columns, refuse } = table;
  const noted = notedFeatures(table.notes.get("huggingface") ?? "");
  const byName = (name: string) => columns.find((column) => column.name === name);
  const isNumber = (column: Column) => column.type === 1 || column.type === 2;
  const classLabel = [...noted].find(([name, { type }]) => type === "ClassLabel" && byName(name))?.[0];
  const label = [...(classLabel === undefined ? [] : [classLabel]), ...LABELS]
    .map(byName)
    .find((column) => column !== undefined && isNumber(column));
  const listed = columns
    .map(({ name }) => name)
    .slice(0, 12)
    .join(", ");
  if (label === undefined) {
    return refuse(
      "columns",
      `whole numbers in a column named ${LABELS.join(" or ")}`,
      listed || "no columns",
    );
  }
  const classNames = noted.get(label.name)?.names ?? null;
  const image = columns.find(
    ({ name, type }) =>
      type === BYTE_ARRAY && name.endsWith(".bytes") && byName(name.replace(/bytes$/, "path")),
  );
  if (image !== undefined) return { image, texts: [], label, classNames };
  const isText = (column: Column | undefined): column is Column => column?.type === BYTE_ARRAY;
  const texts = SENTENCES.map((names) => names.map(byName)).find((set) => set.every(isText));
  if (texts === undefined) {
    return refuse("columns", "images, or sentences in a column named sentence or text", listed);
  }
  return { image: null, texts: texts.filter(isText), label, classNames };
}

interface Noted {
  readonly type: string;
  readonly names: readonly string[] | null;
}

/** `{"info": {"features": {"label": {"names": [...], "_type": "ClassLabel"}}}}`; anything else tells nothing. */
function notedFeatures(json: string): ReadonlyMap<string, Noted> {
  let features: unknown;
  try {
    features = (JSON.parse(json) as { info?: { features?: unknown } } | null)?.info?.features;
  } catch {
    return new Map();
  }
  if (typeof features !== "object" || features === null) return new Map();
  return new Map(
    Object.entries(features).map(([name, feature]) => {
      const { _type, names } = (feature ?? {}) as { readonly _type?: unknown; readonly names?: unknown };
      const sound = Array.isArray(names) && names.every((one) => typeof one === "string");
      return [name, { type: String(_type), names: sound ? (names as string[]) : null }];
    }),
  );
}
