/** The formats that are read from strangers, and how a refusal of each names its place. */
import { FormatError } from "../../src/model/errors.ts";
import { HubError } from "../../src/run/hub/problem.ts";

/** What the page says of something that is no file: a link, a message. Each sentence must name its part. */
export class Said extends Error {
  readonly sentences: readonly string[];

  constructor(sentences: readonly string[]) {
    super(sentences.join(" "));
    this.sentences = sentences;
  }
}

interface Format {
  /** What is refused names one of these. */
  readonly places: readonly RegExp[];
}

/** In bytes, from the start, at the end or of a length that is wrong. */
const BYTES = /\bbytes? \d+\b|\b\d+ bytes\b/;
/** A name out of the file. */
const QUOTED = /^(?:[\w ]+: )?"[^"]/;
/** A tensor by its full name. */
const TENSOR = /^(?:[\w-]+\.)+[\w-]+(?::|$)/;
/** A field of a JSON file by its path. */
const FIELD = /^(?!text:|file:|contents:)[A-Za-z_$][\w$-]*(?:\[\d+\]|\.[^\s.:]+)*: expected /;
const LINE = /^line \d+/;
/** A numpy array by its name. */
const ARRAY = /^(?:x|images|labels|input_ids|attention_mask|token_type_ids|position_ids|arrays)(?:$|[: ,])/;

const weights = [BYTES, QUOTED, TENSOR, /^__metadata__/, /^tensors: .*"/];
const numpy = [
  /^entry: .*"/,
  BYTES,
  QUOTED,
  ARRAY,
  /^(?:descr|fortran_order|shape|header|samples|classes)(?:$|[: ])/,
];
const onnx = [
  BYTES,
  QUOTED,
  /^node (?:\d+|"(?:[^"\\]|\\.)*") \(/,
  /^(?:initialiser|output|input|attribute) (?:\d+|")/,
  /^(?:Model|Graph|Node|Tensor|Attribute)Proto\.\w+/,
  /^(?:opset_import|graph inputs|initialisers)/,
];
const pickle = [
  /^entry: .*"/,
  BYTES,
  QUOTED,
  TENSOR,
  /^data\/\d+/,
  /^data\.pkl|^byteorder|^version/,
  /^tensors: .*"/,
];
/** A column, a sample, a class of a table. */
const table = [BYTES, LINE, /^columns: /, /^(?:labels|samples)\b.*\b\d+\b/, /^row \d+/];

const parquet = [
  BYTES,
  QUOTED,
  /^(?:columns|schema|rows|notes): /,
  /^row group \d+/,
  /\b(?:value|row|field|column) -?\d+/,
  // The columns of the samples.
  /^(?:label|sentence|img\.(?:bytes|path))\b/,
];
const link = [
  /^The link: [^:]+: expected /,
  /\bmodels\/[\w-]+\/run\.json\b/,
  /^The link means a dropped file/,
];

/** The regular expressions are held against `where: expected X, file has Y`. */
export const FORMATS = {
  safetensors: { places: weights },
  "config.json": { places: [BYTES, FIELD, QUOTED] },
  "tokenizer.json": { places: [BYTES, FIELD, QUOTED, /^[a-z_]+: /] },
  "vocab.txt": { places: [BYTES, LINE, /\bsentence \d+/, /^(?:tokens|vocabulary): .*\[?[A-Z<]/] },
  onnx: { places: onnx },
  "onnx external data": { places: onnx },
  "state dict, zip": { places: pickle },
  "state dict, legacy": {
    places: [...pickle, /^(?:list of storages|magic number|protocol version|system information)/],
  },
  npz: { places: numpy },
  npy: { places: numpy },
  png: { places: [BYTES, /(?:image|picture|bytes \d+), (?:IDAT|PLTE|row \d+|pixel \d+)\b/, /^size: /] },
  jpeg: { places: [BYTES, /^image, component \d/, /^size: /] },
  "list of pictures": { places: [BYTES, LINE, /^columns: /, /^(?:folders|images): .*"/] },
  csv: { places: table },
  tsv: { places: table },
  "json lines": { places: table },
  parquet: { places: parquet },
  result: { places: [BYTES, FIELD] },
  "saved run": { places: [FIELD] },
  "latency table, csv": { places: [BYTES, LINE, QUOTED, /^first line: .*"/] },
  "latency table, json": { places: [BYTES, QUOTED] },
  "kernel table": { places: [BYTES, FIELD] },
  link: { places: link },
  message: { places: [/^There is no control "/, /^[^:]+: expected /, ...link] },
  hub: {
    places: [
      /^(?:datasets\/)?[\w.-]+(?:\/[\w.-]+)+(?:@[\w/.-]+)?: /,
      /^[\w/-]+\.[\w.]+: /,
      /\b127\.0\.0\.1|\(429\)/,
      ...parquet,
    ],
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

export const formatNames = Object.keys(FORMATS) as FormatName[];

/** Why an error is no refusal of its format; null if it is one and names its place. */
export function faultOf(format: FormatName, error: unknown): string | null {
  const sentences = wordsOf(error);
  if (sentences === null) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const places: readonly RegExp[] = FORMATS[format].places;
  const vague = sentences.find((sentence) => !places.some((place) => place.test(sentence)));
  return vague === undefined ? null : `names no place: ${vague}`;
}

/** What is said, from its place on; null for errors that are no refusals. */
function wordsOf(error: unknown): readonly string[] | null {
  if (error instanceof FormatError) {
    // Without the remedy, which is the same for all places.
    return [`${error.where}: expected ${error.expected}, file has ${error.found}`];
  }
  if (error instanceof HubError) return [error.message];
  return error instanceof Said ? error.sentences : null;
}
