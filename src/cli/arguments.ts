/** `--name value` pairs of the headless command, each declared once with its meaning. */

export interface Flag {
  readonly name: string;
  /** What stands after it; empty for a switch. */
  readonly value: string;
  readonly help: string;
}

export const FLAGS: readonly Flag[] = [
  {
    name: "model",
    value: "ID|FILE|DIR|hf:ORG/MODEL",
    help: "a bundled model (resnet20, resnet20-nobn, resnet20-noskip, bert-opinions), a .safetensors, .onnx, .pt, .pth, .th or .bin file, or a folder with model.safetensors or pytorch_model.bin and config.json; or hf: and a name on the Hugging Face Hub",
  },
  {
    name: "data",
    value: "FILE|DIR|hf:ORG/NAME:TABLE",
    help: "npz (or npy beside labels.npy) with images (float32 NCHW normalised, or uint8 NHWC), x or input_ids (for .onnx also under the input's own name), and labels; a folder with .png or .jpg images, a folder a class, or a .csv with file and label that lies beside them; parquet with images or sentences and labels; or hf: with a data set on the Hugging Face Hub and a part of its table's path; by default the bundled batch",
  },
  {
    name: "text",
    value: "FILE",
    help: "instead of --data: .tsv, .csv or .jsonl with the columns sentence or text (or sentence1 and sentence2) and label, read by the model's tokenizer.json or vocab.txt",
  },
  { name: "tokenizer", value: "FILE", help: "of --text: a tokenizer.json or vocab.txt (the model's own)" },
  {
    name: "text-columns",
    value: "A[,B]",
    help: "of --text: the column of the sentences, by name or number; two for pairs",
  },
  { name: "label-column", value: "C", help: "of --text: the column of the labels" },
  { name: "start", value: "I", help: "first sample (0)" },
  { name: "batch-size", value: "N", help: "samples (128, or all if there are fewer)" },
  {
    name: "draw",
    value: "range|random",
    help: "samples from --start on, or drawn from all without replacement by --data-seed (range)",
  },
  { name: "data-seed", value: "S", help: "seed of a random batch (0)" },
  {
    name: "micro-batch",
    value: "M",
    help: "samples computed at once; the result is the same (as many as fit the memory)",
  },
  {
    name: "memory",
    value: "GB",
    help: "of the GPU that a run may take (2 on a software adapter, 4 otherwise)",
  },
  {
    name: "host-memory",
    value: "GB",
    help: "of the computer that a Krylov basis may take where it does not fit the GPU, 0 for none (half of what is free)",
  },
  {
    name: "disk-memory",
    value: "GB",
    help: "of the disk that a Krylov basis may take where it fits neither: a file in the system's folder for temporary files (TMPDIR), gone with the run (none)",
  },
  {
    name: "kernels",
    value: "FILE",
    help: "a table of the command tune, measured on this device: its tilings are used, and the result says so (the usual ones)",
  },
  { name: "bn", value: "eval|batch", help: "BatchNorm with running statistics or those of the batch (eval)" },
  {
    name: "operator",
    value: "NAME",
    help: "hessian, ggn (generalised Gauss-Newton), fisher (exact: the same matrix), fisher-mc (labels drawn by the seed), empirical-fisher, or residual (Hessian minus ggn) (hessian)",
  },
  {
    name: "params",
    value: "GLOBS",
    help: "the block of these tensors: patterns with commas between, * and ? inside, ! or - in front takes out, such as layer3.*,-*.bn* (all)",
  },
  { name: "weight-decay", value: "X", help: "adds X to every eigenvalue (0)" },
  { name: "steps", value: "M", help: "Lanczos steps per probe (80)" },
  {
    name: "probes",
    value: "K",
    help: "probes of the quadrature, or of the trace (1; for trace, layers, sensitivity, plan and prune 10)",
  },
  {
    name: "trace-probes",
    value: "K",
    help: "probes of the trace estimate, at least --probes (for spectrum 8, else --probes)",
  },
  {
    name: "estimator",
    value: "NAME",
    help: "trace, sensitivity, plan: hutchinson, hutch++, xtrace (total only), exact (a sum over samples and classes: ggn, and the Hessian of ReLU nets in eval mode), or auto (exact, else hutch++ where it pays and fits, else hutchinson); --probes products in all (hutchinson; for sensitivity and plan auto)",
  },
  { name: "seed", value: "S", help: "seed of the probes (0)" },
  { name: "top", value: "K", help: "largest eigenvalues to report (5)" },
  { name: "bottom", value: "K", help: "smallest eigenvalues to report (2)" },
  { name: "per-layer", value: "", help: "print the trace of every tensor as well" },
  {
    name: "resize",
    value: "PIXELS",
    help: "shorter side of image files, bilinear as in torchvision (as they are)",
  },
  { name: "crop", value: "PIXELS", help: "square from the middle of image files (all)" },
  { name: "mean", value: "R,G,B", help: "mean of uint8 images after division by 255" },
  { name: "std", value: "R,G,B", help: "standard deviation of the same" },
  { name: "no-skip", value: "", help: "the checkpoint's network has no skip connections" },
  { name: "activation", value: "relu|tanh", help: "of a perceptron (relu)" },
  { name: "heads", value: "N", help: "attention heads of a transformer without config.json" },
  {
    name: "loss",
    value: "cross-entropy|mse",
    help: "of logits and labels, or of outputs and targets [N,outputs] (cross-entropy)",
  },
  {
    name: "train",
    value: "NAME,...",
    help: "an .onnx model's trained tensors, by name or with * (default: all but running statistics, masks and constants)",
  },
  { name: "vector", value: "FILE", help: "hvp: npy, float32 over all parameters in file order" },
  {
    name: "out",
    value: "FILE",
    help: "tune: the table as JSON; hvp: where to write Hv as npy; diag: the diagonal and its standard errors, float32 [2,n]; landscape: the grid as .json or .npz",
  },
  { name: "radius", value: "R", help: "slice, landscape: largest step along a direction (0.5)" },
  {
    name: "points",
    value: "N",
    help: "slice: odd number of points, so that one lies at 0 (21); landscape: along each direction (11)",
  },
  { name: "rank", value: "top:1", help: "slice: which eigenvalue, top:1 or bottom:1; several with commas" },
  {
    name: "explain",
    value: "top:1",
    help: "eigs, spectrum: what these eigenvalues are made of: mass of their vectors over tensors, measured residual, curvature per sample",
  },
  { name: "sharpest", value: "N", help: "of --explain: samples to name, at most 100 (5)" },
  {
    name: "budget",
    value: "size|bops|latency:F",
    help: "plan: between all layers at the fewest bits (0) and all at the most (1), or an amount such as size:=100000 bytes (size:0.5)",
  },
  { name: "bits", value: "4,8", help: "sensitivity, plan: bit widths to choose from, 2 to 8 (4,8)" },
  { name: "scheme", value: "symmetric|asymmetric", help: "sensitivity, plan: the quantiser (symmetric)" },
  {
    name: "granularity",
    value: "tensor|channel|group",
    help: "sensitivity, plan: what shares a scale (channel)",
  },
  { name: "group-size", value: "N", help: "sensitivity, plan: weights of a group (64)" },
  {
    name: "activation-bits",
    value: "N",
    help: "sensitivity, plan: of bit operations (as many as the weights that they meet)",
  },
  { name: "latency-table", value: "FILE", help: "plan: .csv with the columns layer,bits,ms, or .json" },
  {
    name: "tie",
    value: "A,B;C,D",
    help: "plan: sets of tensors, by name or with *, that share their bits",
  },
  {
    name: "keep",
    value: "parameters|macs:F",
    help: "prune: the fraction of the weights' parameters or multiply-accumulates that may stay (parameters:0.8)",
  },
  {
    name: "unit",
    value: "NAME,...",
    help: "jacobian: units such as layer2.0 or encoder.layer.0, or stages of them such as layer2 (all)",
  },
  { name: "units", value: "", help: "jacobian: print the names of the units, and end" },
  {
    name: "activations",
    value: "NAME,...|all",
    help: "eigs: instead of the parameters, the Hessian in what these units give, a matrix per sample",
  },
  {
    name: "samples",
    value: "N",
    help: "jacobian, --activations: the first samples of the batch, a matrix each (8); --steps (40) and --probes (1) are those of each matrix",
  },
  {
    name: "sizes",
    value: "A:B",
    help: "batch-sweep: smallest and largest batch (8:512); --steps at most on each batch (40)",
  },
  { name: "batches", value: "N", help: "batch-sweep: random batches of each size, from --data-seed on (4)" },
  {
    name: "other",
    value: "range:START|random:SEED|noise:DEVIATION|FILE.npz",
    help: "distributions: the data that the batch is compared with, as many samples; --params (the last layer), --steps (40), --probes (4)",
  },
  {
    name: "block-steps",
    value: "M",
    help: "layers, --eigenvalues: Lanczos steps per tensor at most (40)",
  },
  {
    name: "block-density",
    value: "",
    help: "layers: takes all the steps, and writes each tensor's density to --json",
  },
  {
    name: "subsets",
    value: "K",
    help: "layers: the largest eigenvalue on each of K parts of the batch too, mean and spread (Q-BERT)",
  },
  {
    name: "eigenvalues",
    value: "",
    help: "sensitivity, plan: the largest eigenvalue of each layer's block too (HAWQ-V1), a product per step and layer",
  },
  { name: "measure-layers", value: "", help: "plan: measure every layer alone at its bits as well" },
  { name: "csv", value: "FILE", help: "layers, sensitivity, plan, prune: where to write the table" },
  {
    name: "pytorch",
    value: "FILE",
    help: "plan, prune: where to write Python that rounds the weights so, or sets the channels to zero",
  },
  {
    name: "directions",
    value: "D[,D]",
    help: "landscape: top:1, bottom:1, gradient, random, random:SEED, checkpoint:FILE or file:NAME; one for a line, two for a plane (top:1,top:2)",
  },
  {
    name: "direction-file",
    value: "FILE",
    help: "landscape: vectors of file:NAME; npy with rows 1, 2, ..., or safetensors with tensors such as v1.conv1.weight",
  },
  {
    name: "range",
    value: "A:B[,A:B]",
    help: "landscape: first and last step instead of --radius (between checkpoints -0.5:1.5)",
  },
  {
    name: "biases",
    value: "zero|scaled",
    help: "landscape: biases and norms of random directions (zero)",
  },
  {
    name: "landscape-bn",
    value: "eval|batch",
    help: "landscape: BatchNorm frozen, or estimated anew from the batch at every point (that of --bn)",
  },
  { name: "json", value: "FILE", help: "where to write the result; - for standard output" },
];

export class UsageError extends Error {
  override readonly name = "UsageError";
}

export type Arguments = ReadonlyMap<string, string>;

/** Throws UsageError for a flag that does not exist or lacks its value. */
export function parseArguments(argv: readonly string[]): Arguments {
  const found = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].replace(/^--/, "");
    const flag = FLAGS.find((f) => f.name === name && argv[i].startsWith("--"));
    if (flag === undefined) throw new UsageError(`Unknown argument "${argv[i]}". See --help.`);
    if (flag.value === "") found.set(name, "yes");
    else if (i + 1 < argv.length) found.set(name, argv[++i]);
    else throw new UsageError(`--${name} needs a value: --${name} ${flag.value}.`);
  }
  return found;
}

/** A whole number of at least `least`. */
export function wholeNumber(args: Arguments, name: string, fallback: number, least = 0): number {
  const text = args.get(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) {
    throw new UsageError(`--${name}: expected a whole number of at least ${least}, found "${text}".`);
  }
  return value;
}

/** A number of at least 0. */
export function numberFromZero(args: Arguments, name: string, fallback: number): number {
  const text = args.get(name);
  if (text === undefined) return fallback;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value < 0)
    throw new UsageError(`--${name}: expected a number of at least 0, found "${text}".`);
  return value;
}

export function positiveNumber(args: Arguments, name: string, fallback: number): number {
  const text = args.get(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) {
    throw new UsageError(`--${name}: expected a number above 0, found "${text}".`);
  }
  return value;
}

/** One of the words that the flag's help lists. */
export function oneOf<T extends string>(args: Arguments, name: string, words: readonly T[], fallback: T): T {
  const text = args.get(name);
  if (text === undefined) return fallback;
  const word = words.find((w) => w === text);
  if (word === undefined) throw new UsageError(`--${name}: expected ${words.join(" or ")}, found "${text}".`);
  return word;
}

/** Eigenvalues by their place from either end, with commas between. */
export function ranks(args: Arguments, name: string): { end: "top" | "bottom"; place: number }[] {
  return (args.get(name) ?? "top:1").split(",").map((text) => {
    const match = /^(top|bottom):(\d+)$/.exec(text);
    if (match === null || Number(match[2]) === 0)
      throw new UsageError(`--${name}: expected top:1 or bottom:1, found "${text}".`);
    return { end: match[1] as "top" | "bottom", place: Number(match[2]) - 1 };
  });
}

/** Numbers with commas between; null if the flag is absent. */
export function numberList(args: Arguments, name: string): number[] | null {
  const text = args.get(name);
  if (text === undefined) return null;
  const values = text.split(",").map(Number);
  if (!values.every(Number.isFinite)) {
    throw new UsageError(`--${name}: expected numbers with commas between, found "${text}".`);
  }
  return values;
}
