import { quote, type Refuse, refuser } from "../errors.ts";
import { limits } from "../limits.ts";
import { type Label, numberLabels } from "../text/labels.ts";
import { readTable } from "../text/table.ts";

/** Which image files make a data set and of which class each is: by folders, or by a CSV file. */

export interface PictureFile {
  /** With the folders that it came in, separated by slashes. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Listing {
  /** The folder or the table. */
  readonly source: string;
  /** In the order of the samples. */
  readonly files: readonly PictureFile[];
  readonly labels: Int32Array;
  /** By class number; null where numbers stood for classes. */
  readonly classNames: readonly string[] | null;
  readonly warnings: readonly string[];
}

type Numbers = Readonly<Record<string, number>> | null;

const FOLDERS = "Put the images of each class into a folder of its own, or add a CSV with file and label";
const SPLITS = new Set(["train", "training", "val", "valid", "validation", "test", "testing"]);

/**
 * A folder a class, as torchvision's ImageFolder reads it: classes and files in the order of their names.
 * @param label2id of config.json, where it names these very folders; null if there is none
 * @throws FormatError
 */
export function listFolders(files: readonly PictureFile[], label2id: Numbers): Listing {
  const refuse: Refuse = refuser(files[0]?.name ?? "images", FOLDERS);
  checkCount(files.length, refuse);
  const above = commonFolder(files.map(({ name }) => name));
  const inside = files.map((file) => ({ file, path: file.name.slice(above.length).split("/") }));
  const lone = inside.find(({ path }) => path.length < 2);
  // A single folder is its own class, which only config.json can number.
  const single = lone !== undefined && above !== "" && inside.every(({ path }) => path.length < 2);
  if (lone !== undefined && !single)
    refuse("folders", "each image in the folder of its class", quote(lone.file.name));
  const classOf = (path: readonly string[]): string => (single ? lastFolder(above) : path[0]);
  const names = [...new Set(inside.map(({ path }) => classOf(path)))].sort(byCode);
  if (names.length > 1 && names.every((name) => SPLITS.has(name.toLowerCase())))
    refuse(
      "folders",
      "the classes of one split",
      names.map(quote).join(" and "),
      "Choose the folder of one split",
    );
  const known = label2id !== null && names.every((name) => Object.hasOwn(label2id, name));
  if (!known && names.length < 2) refuse("folders", "two classes or more", quote(names[0]));
  const numbers = new Map(names.map((name, i) => [name, known ? label2id[name] : i]));
  const ordered = inside.toSorted(
    (a, b) =>
      byCode(classOf(a.path), classOf(b.path)) ||
      byCode(a.path.slice(0, -1).join("/"), b.path.slice(0, -1).join("/")) ||
      byCode(a.path[a.path.length - 1], b.path[b.path.length - 1]),
  );
  return {
    source: above === "" ? `${files.length} images` : above,
    files: ordered.map(({ file }) => file),
    labels: Int32Array.from(ordered, ({ path }) => numbers.get(classOf(path)) ?? -1),
    classNames: known ? null : names,
    warnings: known ? [] : [orderWarning(names)],
  };
}

function orderWarning(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name, i) => `${quote(name)} is ${i}`);
  const rest = names.length > 4 ? ", ..." : "";
  return `Classes are numbered in the order of the folders' names, as ImageFolder does it (${shown.join(", ")}${rest}).`;
}

/** As Python sorts: by the numbers of the characters. */
const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The folders that all names begin with, with the slash after them, or nothing. */
function commonFolder(names: readonly string[]): string {
  const [first, ...others] = names;
  let end = first.lastIndexOf("/") + 1;
  for (const name of others) {
    while (end > 0 && !name.startsWith(first.slice(0, end))) end = first.lastIndexOf("/", end - 2) + 1;
  }
  return first.slice(0, end);
}

const lastFolder = (path: string): string => path.slice(0, -1).split("/").pop() as string;

const FILE_COLUMNS = ["file", "image", "path", "filename", "file_name", "image_path"];
const LABEL_COLUMNS = ["label", "labels", "class"];

/** True for a table whose first line names a column of files. */
export function listsFiles(table: Uint8Array): boolean {
  const [first] = new TextDecoder().decode(table.subarray(0, 4096)).split(/\r?\n/, 1);
  return first
    .split(/[,\t]/)
    .some((cell) => FILE_COLUMNS.includes(cell.trim().replaceAll('"', "").toLowerCase()));
}

/**
 * The images that a table lists, in its order; names are relative to the table.
 * @throws FormatError
 */
export function listTable(table: PictureFile, files: readonly PictureFile[], label2id: Numbers): Listing {
  const remedy = "List a file and a label in each line, under the names file and label";
  const refuse: Refuse = refuser(table.name, remedy);
  const header = (cells: readonly string[]): boolean =>
    cells.some((cell) => FILE_COLUMNS.includes(cell.trim().toLowerCase()));
  const { columns, rows } = readTable(table.bytes, table.name, header);
  const names = columns?.map((name) => name.toLowerCase());
  const present = columns === null ? "no names in the first line" : columns.map(quote).join(", ");
  const place = (wanted: readonly string[]): number => {
    const found = names?.findIndex((name) => wanted.includes(name)) ?? -1;
    return found >= 0 ? found : refuse("columns", wanted.join(" or "), present);
  };
  const [file, label] = [place(FILE_COLUMNS), place(LABEL_COLUMNS)];
  checkCount(rows.length, refuse);
  const folder = table.name.slice(0, table.name.lastIndexOf("/") + 1);
  const byName = new Map(files.map((each) => [each.name, each]));
  const byBase = indexByBase(files);
  const found: PictureFile[] = [];
  const labels: Label[] = rows.map(({ line, cells }) => {
    const name = (cells[file] ?? "").trim();
    const inside = insidePath(name);
    if (inside === null) return refuse(`line ${line}: file`, "a path below the table's folder", quote(name));
    // Where folders got lost on the way, a base name that only one file has is enough.
    const picture = byName.get(folder + inside) ?? byBase.get(inside.slice(inside.lastIndexOf("/") + 1));
    if (picture === undefined || picture === null)
      return refuse(
        `line ${line}: file`,
        "an image that lies beside the table",
        quote(name),
        "Add the images",
      );
    found.push(picture);
    const text = (cells[label] ?? "").trim();
    return text === "" ? refuse(`line ${line}: label`, "a class", "nothing") : { line, text };
  });
  const numbered = numberLabels(labels, label2id, refuse);
  return { source: table.name, files: found, ...numbered };
}

/** Without `./` and backslashes; null for a path that leaves the folder. */
function insidePath(path: string): string | null {
  const parts = path
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== ".");
  const leaves =
    parts.length === 0 || parts.some((part) => part === "" || part === ".." || part.includes(":"));
  return leaves ? null : parts.join("/");
}

/** Null where two files share a base name. */
function indexByBase(files: readonly PictureFile[]): ReadonlyMap<string, PictureFile | null> {
  const found = new Map<string, PictureFile | null>();
  for (const file of files) {
    const base = file.name.slice(file.name.lastIndexOf("/") + 1);
    found.set(base, found.has(base) ? null : file);
  }
  return found;
}

function checkCount(count: number, refuse: Refuse): void {
  if (count > limits.pictures)
    refuse(
      "images",
      `at most ${limits.pictures}`,
      `${count}`,
      "Keep the images that you need in a smaller folder",
    );
}
