/** What a file is for, told from its name: the one table that the page, the headless command and the loader share. */

/**
 * `external`: numbers that an ONNX model keeps outside its own file. `preprocessor`: what is done to images.
 * `arrays`: npz. `array`: npy. `table`: Parquet.
 */
export type Role =
  | ("weights" | "external" | "config" | "tokenizer" | "preprocessor")
  | ("arrays" | "array" | "picture" | "text" | "table");

interface Rule {
  readonly role: Role;
  /** Of its base name, in any case. */
  readonly pattern: RegExp;
  /** Which of the two sources it belongs to. */
  readonly side: "model" | "data";
  /** Several may be used together; of the others the last one dropped counts. */
  readonly many: boolean;
}

const EXTERNAL: Rule = {
  role: "external",
  pattern: /\.(onnx_data|data|weights?)$/i,
  side: "model",
  many: true,
};

/** The first rule that fits decides. */
const RULES: readonly Rule[] = [
  { role: "weights", pattern: /\.(safetensors|onnx|pt|pth|th|bin)$/i, side: "model", many: false },
  EXTERNAL,
  {
    role: "tokenizer",
    pattern: /(tokenizer(_config)?|special_tokens_map|added_tokens|vocab)\.json$|^(vocab|merges)\.txt$/i,
    ...{ side: "model", many: true },
  },
  { role: "preprocessor", pattern: /preprocessor_config\.json$/i, side: "model", many: false },
  { role: "config", pattern: /\.json$/i, side: "model", many: false },
  { role: "arrays", pattern: /\.npz$/i, side: "data", many: false },
  { role: "array", pattern: /\.npy$/i, side: "data", many: true },
  { role: "picture", pattern: /\.(png|jpe?g)$/i, side: "data", many: true },
  { role: "text", pattern: /\.(tsv|csv|jsonl|ndjson)$/i, side: "data", many: false },
  { role: "table", pattern: /\.parquet$/i, side: "data", many: false },
];

/** What can be dropped, in words. */
export const KINDS_OF_FILES =
  "a .safetensors, .onnx (with its .onnx.data) or .pt model, its config.json and tokenizer, an .npz batch (or .npy arrays) with images, vectors or tokens and labels, .png or .jpg images in a folder a class or with a .csv of files and labels, a .tsv, .csv or .jsonl file with sentences and labels, a .parquet file with images or sentences and labels, or the .json of a run";

/** For the file dialog. */
export const ACCEPTED =
  ".safetensors,.onnx,.data,.onnx_data,.pt,.pth,.th,.bin,.npz,.npy,.png,.jpg,.jpeg,.json,.txt,.tsv,.csv,.jsonl,.ndjson,.parquet";

interface Named {
  readonly name: string;
}

/** @param name may hold the folder that it was dropped in, before a slash */
export function roleOf(name: string): Role | null {
  return ruleOf(name)?.role ?? null;
}

const ruleOf = (name: string): Rule | undefined => {
  const base = name.slice(name.lastIndexOf("/") + 1);
  return RULES.find(({ pattern }) => pattern.test(base));
};

/** Beside an ONNX model a .bin, and what has no role of its own, may hold its numbers under any name. */
const ruleAmong = (name: string, files: readonly Named[]): Rule | undefined => {
  const rule = ruleOf(name);
  const open = rule === undefined || /\.bin$/i.test(name);
  return open && files.some((file) => /\.onnx$/i.test(file.name)) ? EXTERNAL : rule;
};

/** The files of one role, in the order given. */
export const filesOf = <F extends Named>(files: readonly F[], role: Role): readonly F[] =>
  files.filter(({ name }) => ruleAmong(name, files)?.role === role);

/** The files that belong to a model or to its data. */
export const filesOfSide = <F extends Named>(files: readonly F[], side: Rule["side"]): readonly F[] =>
  files.filter(({ name }) => ruleAmong(name, files)?.side === side);

/** Of the data that are held, what goes on beside a further drop: the other arrays of a batch, images and their list. */
const GOES_WITH: Partial<Record<Role, Role>> = { array: "array", picture: "text", text: "picture" };

/**
 * What is held after a further drop. New weights end the model before them, and samples the data before them, unless
 * they belong together; a file of a role that stands alone takes the place of its predecessor, and any file that of
 * its namesake.
 */
export function joinFiles<F extends Named>(held: readonly F[], dropped: readonly F[]): readonly F[] {
  const among = (file: Named): Rule | undefined => ruleAmong(file.name, dropped);
  const newModel = dropped.some((file) => among(file)?.role === "weights");
  const stays = (rule: Rule): boolean =>
    rule.side === "model"
      ? !newModel
      : dropped.every((file) => {
          const other = among(file);
          return other?.side !== "data" || GOES_WITH[other.role] === rule.role;
        });
  const kept = held.filter(({ name }) => {
    const rule = ruleAmong(name, held);
    if (rule === undefined || !stays(rule) || dropped.some((file) => file.name === name)) return false;
    return rule.many || !dropped.some((file) => among(file)?.role === rule.role);
  });
  const latest = dropped.filter(
    (file, i) =>
      among(file)?.many || !dropped.slice(i + 1).some((later) => among(later)?.role === among(file)?.role),
  );
  return [...kept, ...latest];
}

/** The model's own file, and the first file with samples: of images, not the table that may list them. */
export const modelFile = <F extends Named>(files: readonly F[]): F | undefined =>
  filesOf(files, "weights")[0];
export const dataFile = <F extends Named>(files: readonly F[]): F | undefined =>
  (["arrays", "array", "picture", "text", "table"] as const)
    .map((role) => filesOf(files, role)[0])
    .find((file) => file !== undefined);
