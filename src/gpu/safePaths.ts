/** Safe paths by name: texts that kernels take on a device whose arithmetic misses what they count on (safeText.ts). */

/** Ways around a fault, as results list them. */
export const SAFE_PATHS = [
  // Builtins that miss their bound: texts from sums, products and bits.
  ...(["own division", "own sqrt", "own 1 / sqrt", "own exp"] as const),
  // Own texts that a compiler spoils by reordering their sums: the order is held by bits.
  ...(["ordered log", "ordered sine"] as const),
  // Own texts that still miss theirs.
  ...(["builtin log", "builtin sine", "builtin tanh"] as const),
  // A NaN that a function would turn into a number stays one, so that it reaches the loss.
  "maximum keeps NaN",
  ...(["log keeps NaN", "tanh keeps NaN", "erf keeps NaN", "pow keeps NaN"] as const),
] as const;

/** Functions of the project that may give a number for NaN. */
export const NAN_HIDERS = ["log", "tanh", "erf", "pow"] as const;
export type NanHider = (typeof NAN_HIDERS)[number];

export type SafePath = (typeof SAFE_PATHS)[number];

/** By row of the passport: the paths to try one after the other. What others are made of comes first. */
export const RUNGS: readonly Readonly<Record<string, readonly SafePath[]>>[] = [
  {
    "x / y": ["own division"],
    sqrt: ["own sqrt"],
    "1 / sqrt": ["own 1 / sqrt"],
    exp: ["own exp"],
  },
  {
    log: ["ordered log", "builtin log"],
    "log near 1": ["ordered log", "builtin log"],
    sin: ["ordered sine", "builtin sine"],
    cos: ["ordered sine", "builtin sine"],
    tanh: ["builtin tanh"],
  },
];

/** The path that the text of a row has on the given ones, if it is not the usual text. */
export const pathOf = (row: string, paths: readonly SafePath[]): SafePath | undefined =>
  RUNGS.flatMap((rungs) => rungs[row] ?? []).find((path) => paths.includes(path));
