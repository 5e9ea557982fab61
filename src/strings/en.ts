/**
 * Every text that the page shows or says, in English. A translation is another file with the same exports, each of the type
 * `Strings["header"]` and so on, so that the compiler asks for every text (docs/translation.md).
 *
 * One export is one section: what one part of the page says. A build puts each section beside the component that imports
 * it (tools/stringSections.ts), so import sections by name and give parts that load apart sections of their own.
 *
 * - A text with something put in is a function. Numbers come as they are to be read, already formatted; a plain `number`
 *   is a small whole one, or decides between one and many.
 * - `<b>…</b>` and the like mark what a component draws in its own way (src/ui/Prose.tsx); a translation may move them.
 * - This file imports nothing and computes nothing but grammar. It is data, and longer than others may be.
 */

export type Strings = typeof import("./en.ts");

const count = (n: number): string => n.toLocaleString("en-US");

/** "1 probe", "2 probes" */
const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

// The frame of the page.

export const header = {
  name: "Eigenscope",
  claim: "the curvature of a network, measured in your browser",
  gpu: "GPU",
  theme: "Theme",
  copyLink: "Copy link",
  copyLinkTitle: "Every setting is in the address of this page",
  copied: "Link copied",
  notCopied: "Copy it from the address bar",
};

export const themeWords = {
  auto: "System theme",
  light: "Light",
  dark: "Dark",
  projector: "Projector",
};

export const notices = { dismiss: "dismiss" };

export const dialog = { close: "Close" };

export const panelWords = { none: "There is no run to draw yet. Press Run to measure this network." };

/** Words within numbers. */
export const numbers = {
  interval: (low: string, high: string) => `${low} to ${high}`,
  bytes: (n: number) => `${n} bytes`,
  minutes: (minutes: number, seconds: number) => `${minutes} min ${seconds} s`,
  hours: (hours: number, minutes: number) => `${hours} h ${minutes} min`,
};

// Controls.

/** Labels and hints of the fields, and the names of what they choose between. */
export const controlWords = {
  model: {
    label: "Model",
    help: "A bundled network, or the checkpoint that you dropped.",
  },
  batchSize: {
    label: "Batch size",
    help: "Samples in the mean loss. Time and memory grow in proportion.",
  },
  start: {
    label: "First sample",
    help: "Where in the data file the batch begins.",
  },
  draw: {
    label: "Samples",
    help: "Those from the first sample on, or drawn from all without replacement, by the data seed.",
    options: { range: "in order", random: "at random" },
  },
  dataSeed: {
    label: "Data seed",
    help: "Decides which samples a random batch holds, the same on every machine.",
  },
  microBatch: {
    label: "Micro-batch",
    help: "Samples computed at once; 0 means as many as fit the memory. The operator is the same.",
  },
  bn: {
    label: "BatchNorm",
    help: "Normalise by the stored running statistics (eval mode), or by the statistics of this very batch.",
    options: { eval: "running", batch: "batch" },
  },
  operator: {
    label: "Matrix",
    help: "Which matrix is measured. For cross-entropy and squared error, Gauss-Newton is the Fisher matrix over all labels.",
    options: {
      hessian: "Hessian",
      ggn: "Gauss-Newton = Fisher",
      "fisher-mc": "Fisher, drawn labels",
      "empirical-fisher": "empirical Fisher",
      residual: "Hessian − Gauss-Newton",
    },
  },
  params: {
    label: "Parameters",
    help: "Empty for all. Patterns such as layer3.* choose a block, with - in front they take out: -*embeddings*.",
    what: "patterns over tensor names with commas between",
  },
  weightDecay: {
    label: "Weight decay",
    help: "Adds this number to every eigenvalue, as λ/2 times the squared weights adds it to the loss.",
  },
  steps: {
    label: "Steps",
    help: "Lanczos steps per probe: more resolve the edges of the spectrum. One product each.",
  },
  probes: {
    label: "Probes",
    help: "Random start vectors of the quadrature. Two or more give the density a band.",
  },
  traceProbes: {
    label: "Trace probes",
    help: "Random vectors of the trace estimate. Those beyond the probes cost one product each.",
  },
  seed: {
    label: "Seed",
    help: "Decides every random vector: the same seed repeats the run on any GPU.",
  },
  xAxis: {
    label: "Eigenvalue axis",
    help: "The bulk sits near zero and the outliers far away: a symmetric logarithm shows both, the logarithm of the size every decade.",
    options: { symlog: "symlog", linear: "linear", log: "log|λ|" },
  },
  yAxis: {
    label: "Density axis",
    help: "One outlier weighs about 1/n of the density: only a logarithm shows it.",
    options: { log: "log", linear: "linear" },
  },
  figure: {
    label: "Figure",
    help: "The density of the eigenvalues, or the share of them up to each value, with a band that holds everywhere at once.",
    options: { density: "density", cumulative: "cumulative" },
  },
  band: {
    label: "Band",
    help: "The range of the probes' curves, or the 95 % interval of their mean at each point (Student-t).",
    options: { range: "range", interval: "95 %" },
  },
  outlier: {
    label: "Outliers above",
    help: "Per cent of the largest eigenvalue from which one counts as an outlier.",
  },
  learningRate: {
    label: "Learning rate",
    help: "Empty for none. Draws 2/η on the spectrum: gradient descent is unstable along eigenvectors to the right of it.",
    what: "a number above 0, such as 0.1 or 1e-3, or nothing",
  },
  sgdBatch: {
    label: "Batch of SGD",
    help: "Samples per step of SGD, for the bound on its stability by the trace.",
  },
  smoothing: {
    label: "Smoothing",
    help: "By hand: a Gaussian of one width all along the axis. PyHessian: the variance that its density plot uses.",
    options: { axis: "by hand", pyhessian: "PyHessian" },
  },
  width: {
    label: "Smoothing width",
    help: "Width of the smoothing in per cent of the axis. A view over the same quadrature: nothing is measured again.",
  },
  layerMeasure: {
    label: "Per layer",
    help: "Trace of each tensor's own block, as it is or divided by the number of its parameters.",
    options: { perParameter: "per parameter", trace: "trace" },
  },
  layerTensors: {
    label: "Tensors",
    help: "Convolution and linear weights only, or BatchNorm scales and biases as well.",
    options: { weights: "weights", all: "all" },
  },
  selected: {
    label: "Selected eigenvalue",
    help: "The eigenvalue whose vector the loss is measured along.",
  },
  about: {
    label: "Of the selected eigenvalue",
    help: "The loss along its vector, the loss over the plane of the two largest, or what its vector is made of.",
    options: { line: "line", plane: "plane", vector: "vector" },
  },
  compare: {
    label: "Compared with",
    help: "Runs beside the shown one: stored runs by their model, saved ones by their name in the list.",
    what: "at most four names of runs with commas between",
  },
  panel: {
    label: "Panel",
    help: "Which part of the page is in sight.",
    options: {
      spectrum: "Spectrum",
      landscape: "Landscape",
      layers: "Layers",
      compare: "Compare",
      study: "Study",
      learn: "Learn",
    },
  },
  layer: {
    label: "Selected layer",
    help: "The tensor whose own block of the matrix is looked at.",
    what: "the name of a tensor",
  },
  tour: {
    label: "Guided tour",
    help: "A walk through the stored runs, a link for each stop.",
    options: {
      none: "none",
      bulk: "bulk and outliers",
      sharp: "sharp and flat",
      norms: "BatchNorm and skip connections",
      batch: "batch size",
      bits: "which layers to quantise",
      bert: "ResNet and BERT",
      lanczos: "how Lanczos finds them",
    },
  },
  tourStep: {
    label: "Stop of the tour",
    help: "Where the guided tour has come to.",
  },
  shortcuts: {
    label: "Keys",
    help: "Whether single keys of the keyboard act on the page.",
    options: { on: "on", off: "off" },
  },
  view: {
    label: "Figure of the embed",
    help: "What embed.html shows of the run; the page shows everything.",
    options: { density: "density", layers: "layers", slice: "slice", eigenvalues: "eigenvalues" },
  },
  hide: {
    label: "Hidden controls",
    help: "Controls that the link takes out of sight, by their keys in the link: steps,seed.",
  },
  landscapeShape: {
    label: "Landscape",
    help: "The loss along one direction from the weights, or over the plane of two.",
    options: { plane: "plane", line: "line" },
  },
  along: {
    label: "Along",
    help: "The first direction: an eigenvector or the gradient, of length one; random, each filter as long as that of the weights; or to another checkpoint.",
    what: "top1, bottom1, random, gradient or checkpoint",
  },
  across: {
    label: "Across",
    help: "The second direction. What it has of the first one is taken out.",
    what: "top1, bottom1, random, gradient or checkpoint",
  },
  landscapeRadius: {
    label: "Radius",
    help: "How far the steps go to both sides, in units of the direction; between checkpoints, how far beyond both.",
  },
  landscapePoints: {
    label: "Points",
    help: "Points along each direction, from coarse to fine. An odd number has one at the weights themselves.",
  },
  landscapeSeed: {
    label: "Seed of the directions",
    help: "Decides the random directions, the same on every machine.",
  },
  oneDimensional: {
    label: "Biases and norms",
    help: "What random directions do to tensors without filters: leave them alone, or scale each as one filter.",
    options: { zero: "zero", scaled: "scaled" },
  },
  landscapeNorm: {
    label: "BatchNorm on the way",
    help: "Away from the weights: the stored running statistics, or those of the batch, estimated anew at every point.",
    options: { same: "as in the run", eval: "frozen", batch: "estimated anew" },
  },
  landscape: {
    label: "Landscape of the run",
    help: "Which one is drawn, in the order in which they were measured; 0 is the last.",
  },
  landscapeView: {
    label: "Drawn as",
    help: "Lines of equal values over the plane, or a surface that turns.",
    options: { map: "map", surface: "surface" },
  },
  landscapeValue: {
    label: "Value",
    help: "Residual: the measured loss minus what slope and curvature at the weights predict.",
    options: { loss: "loss", accuracy: "accuracy", residual: "residual" },
  },
  landscapeScale: {
    label: "Scale of the loss",
    help: "A loss rises by orders of magnitude around a minimum: its logarithm shows both.",
    options: { log: "log", linear: "linear" },
  },
  surfaceTurn: {
    label: "Turn",
    help: "Degrees by which the surface is turned.",
  },
  surfaceTilt: {
    label: "Tilt",
    help: "Degrees from which the surface is seen from above.",
  },
  planCost: {
    label: "Budget",
    help: "What is scarce: bytes of the weights, multiply-accumulates times bits of both sides, or your own measured times.",
    options: { size: "size", bops: "bit operations", latency: "latency" },
  },
  planBudget: {
    label: "Share of the budget",
    help: "0 is every layer at the fewest bits, 1 every layer at the most.",
  },
  planBits: {
    label: "Bits to choose from",
    help: "Each layer gets one of these widths.",
    what: "widths from 2 to 8 with commas between",
  },
  planScheme: {
    label: "Levels",
    help: "Symmetric: as many levels on both sides of zero. Asymmetric: from the smallest to the largest weight.",
    options: { symmetric: "symmetric", asymmetric: "asymmetric" },
  },
  planScale: {
    label: "One scale per",
    help: "What shares a scale: an output channel, the whole tensor, or a group of weights within a channel.",
    options: { channel: "channel", tensor: "tensor", group: "group" },
  },
  planGroup: {
    label: "Weights in a group",
    help: "Weights that share a scale, within a channel.",
  },
  planActivations: {
    label: "Activation bits",
    help: "Bits of what the weights are multiplied with; 0 means as many as the weights. They count in bit operations alone.",
  },
  planTied: {
    label: "Tied layers",
    help: "Layers that share their bits: patterns with commas within a set, semicolons between sets.",
    what: "patterns over tensor names, commas within a set and semicolons between sets",
  },
  pruneCost: {
    label: "What pruning frees",
    help: "What a channel frees when it goes: its weights, or its multiply-accumulates.",
    options: { parameters: "parameters", macs: "multiply-accumulates" },
  },
  pruneKept: {
    label: "Kept",
    help: "The share of the weights, or of the multiply-accumulates, that may stay.",
  },
  lesson: {
    label: "Lesson",
    help: "How eigenvalues are found with products alone, one product at a time.",
    options: { lanczos: "Lanczos", power: "power iteration" },
  },
  lessonStep: {
    label: "Step of the lesson",
    help: "The product that the lesson has come to.",
  },
  lessonProbe: {
    label: "Start vector",
    help: "Which probe of the run the lesson follows.",
  },
  orthogonality: {
    label: "Orthogonality",
    help: "Kept: every new vector is orthogonalised against all before it. Lost: against the last two only, in float32.",
    options: { kept: "kept", lost: "lost" },
  },
  powerMatrix: {
    label: "Matrix of the lesson",
    help: "The eigenvalues of the run; the same with the other sign; or with the negative of the largest added.",
    options: { measured: "as measured", negated: "negated", pair: "opposite pair" },
  },
  powerShift: {
    label: "Shift",
    help: "Iterates with A − shift·I: shifted by the largest eigenvalue, the smallest one is the farthest from zero.",
    options: { none: "none", top: "largest λ" },
  },
};

/** What is said of an entry that a field or a link cannot use. */
export const controlProblems = {
  refused: (label: string, expected: string, found: string) =>
    `${label}: expected ${expected}, found ${found}`,
  wholeNumber: (least: string, most: string) => `a whole number from ${least} to ${most}`,
  number: (least: string, most: string) => `a number from ${least} to ${most}`,
  oneOf: (values: readonly string[]) => values.join(" or "),
  name: "a name of this page",
};

export const linkProblems = {
  unusable: (problem: string, fallback: string) => `The link: ${problem}. The default, ${fallback}, is used.`,
  nothing: "none",
  droppedFile: "The link means a dropped file, which no link can carry: drop it again.",
};

// The model, its data and the Hub.

export const fileProblems = {
  unknownKind: (file: string, kinds: string) => `${file}: expected ${kinds}`,
  tooLarge: (file: string, most: string, bytes: string) =>
    `${file}: expected at most ${most} bytes, found ${bytes}: drop a smaller file`,
  dataMissing: (model: string) =>
    `${model} is here. Still missing: its data, an .npz file with images, vectors or tokens and labels, a folder of images, or sentences in a text file.`,
  modelMissing: (data: string) =>
    `${data} is here. Still missing: the model, a .safetensors, .onnx or .pt file.`,
  wholeNumber: (field: string, found: string) =>
    `${field}: expected a whole number of at least 1, found ${found}`,
  channels: (field: string, found: string) =>
    `${field}: expected numbers separated by commas, one a channel, found ${found}`,
  positiveChannels: (field: string, found: string) =>
    `${field}: expected positive numbers separated by commas, one a channel, found ${found}`,
};

/** Stored runs and the list of models, which the page fetches. */
export const storedProblems = {
  answered: (path: string, status: string) => `${path}: the server answered ${status}`,
  noCatalogue: (path: string) => `${path}: expected a list of {id, title, description}`,
  noResult: (path: string) => `${path}: expected an eigenscope-result of version 1`,
  noRun: (model: string, why: string) => `No stored run of ${model}: ${why}.`,
  catalogueMissing: (why: string) => `The list of bundled models is missing: ${why}.`,
};

export const modelPanel = {
  title: "Model",
  stale: (model: string) => `The figure still shows ${model}. Run to measure this model.`,
  parameters: "Parameters",
  data: "Data",
  sentences: "Sentences there",
  samples: "Samples there",
  classes: "Classes",
  someClasses: (names: string, named: number, all: number) => `${names} (${named} of ${all})`,
};

export const batchFacts = {
  loss: "Loss",
  over: (samples: string) => `over ${samples}`,
  accuracy: "Accuracy",
  gradientNorm: "Gradient norm",
  looking: "Looking at the batch",
  look: (samples: string) => `Loss and accuracy of ${samples}`,
  shape: "Shape",
  mean: "Mean",
  standardDeviation: "Standard deviation",
  tokens: "Tokens",
  tokenCounts: (least: string, most: string, mean: string) => `${least} to ${most}, ${mean} on average`,
  classOf: (index: number) => `Class ${index}`,
  summary: "What is in the batch",
  columns: ["Quantity", "Value"],
};

export const tensorDialog = {
  open: (tensors: number) => `All ${plural(tensors, "tensor")}`,
  title: (model: string) => `Parameters of ${model}`,
  note: (parameters: string, tensors: number) => `${parameters} in ${plural(tensors, "tensor")}`,
  table: "Tensors",
  columns: ["Tensor", "Shape", "Parameters", "Share"],
  group: (tensors: number) => plural(tensors, "tensor"),
};

/** Which tensors of an ONNX file are trained. */
export const trainedTable = {
  about:
    "The file does not say which tensors are trained. The Hessian is that of the ticked ones; the others are constants.",
  table: "Tensors that can be trained",
  tensor: "Tensor",
  shape: "Shape",
  noModule: "without a module",
  group: (tensors: number) => plural(tensors, "tensor"),
  scalar: "scalar",
  train: (tensors: number) => `Train ${plural(tensors, "tensor")}`,
  assumed: "As assumed",
};

export const dropZone = {
  invitation:
    "Drop a <b>model</b> and its <b>data</b> anywhere, or <files>choose files</files> or <folder>a folder</folder>. Nothing leaves this page.",
  files: "Checkpoint and batch files",
  folder: "Folder of images or of a model",
  question: "What can be dropped?",
  kinds: [
    { what: "Model", files: ".safetensors, .onnx (and its .onnx.data), .pt, .pth, .bin" },
    { what: "With a transformer", files: "config.json, tokenizer.json or vocab.txt" },
    { what: "Data as arrays", files: ".npz with images, x or input_ids, and labels; or these as .npy" },
    { what: "Images", files: "a folder a class with .png or .jpg; or with a .csv of file and label" },
    { what: "Text with labels", files: ".tsv, .csv, .jsonl" },
    { what: "Hugging Face tables", files: ".parquet" },
    { what: "A run exported before", files: "its .json, to see or compare it" },
  ],
  reading: "Reading the files",
  unread: (file: string, why: string) => `${file}: the browser could not read it: ${why}`,
  empty: (folder: string) => `${folder}: expected a file of use in it, found none`,
  theFolder: "The folder",
};

export const uploadOptions = {
  activation: "Activation",
  activations: { relu: "relu", tanh: "tanh" },
  heads: "Attention heads",
  loss: "Loss",
  losses: { "cross-entropy": "cross-entropy", "mean-squared-error": "squared error" },
  skip: "Skip connections",
  resize: "Shorter side",
  asItIs: "as it is",
  crop: "Middle square",
  all: "all",
  mean: "Mean",
  std: "Std",
  channels: "r, g, b",
  forImages: "Mean and std are for uint8 images only.",
  text: "Text",
  textColumn: "sentence",
  label: "Label",
  labelColumn: "label",
  forText: "Columns by name or number, two with a comma for pairs.",
  imagenet: "ImageNet values",
  forget: "forget the files",
};

export const hubField = {
  title: "From the Hugging Face Hub",
  address: "Hugging Face model or dataset",
  placeholder: "org/model or datasets/org/name",
  lookUp: "Look up",
  privacy:
    "Look up contacts huggingface.co, a download also its file servers (*.hf.co), and nothing else. They see your address and what you ask for; your files stay here.",
  waiting: (seconds: number) => `Goes on by itself in ${seconds} s.`,
  here: (files: string) => `Here: ${files}`,
  kept: (bytes: string) => `This browser keeps ${bytes} of downloads. <delete>delete them</delete>`,
  progress: "Download",
  progressOf: (done: string, total: string) => `${done} of ${total}`,
  progressOfAtMost: (done: string, total: string) => `${done} of at most ${total}`,
  asking: "Asking the Hub",
  cancel: "Cancel",
  weights: "Weights",
  files: "Files",
  download: (bytes: string) => `Download ${bytes}`,
  table: "Table",
  firstRow: "First row",
  rows: "Rows",
  readRows: "Read rows",
  partly: (bytes: string, first: string, last: string) =>
    `Of ${bytes} only the parts with rows ${first} to ${last} are fetched.`,
};

// Measuring: fields, buttons, progress.

export const runButtons = {
  run: "Run on this GPU",
  pause: "Pause",
  resume: "Resume",
  cancel: "Cancel",
  moreSteps: (n: number) => `+${n} ${n === 1 ? "step" : "steps"}`,
  moreProbes: (n: number) => `+${n} ${n === 1 ? "probe" : "probes"}`,
};

export const measure = {
  title: "Measure",
  allTensors: "all",
  products: (n: number) => `${plural(n, "matrix-vector product")}.`,
  adopt: "Use the figure's settings",
};

export const webgpuProblems = {
  missing: "This browser does not offer WebGPU to this page, so nothing can be measured here.",
};

export const runStatus = {
  progress: "Progress of the run",
  software: (adapter: string) =>
    `Software adapter (${adapter}): right numbers, but slow. Choose a small batch and few steps.`,
};

/** Where WebGPU is missing. */
export const webgpuHelp = {
  title: "WebGPU is missing",
  stays: "The stored runs stay open to you: choose a model, drag the smoothing, click an eigenvalue.",
  question: "How to get WebGPU",
  answers: [
    "Chrome or Edge 113 and later on Windows, macOS and ChromeOS; Chrome 121 on Android 12.",
    "Safari 26 on macOS, iOS and iPadOS. Firefox 141 on Windows, 145 on macOS.",
    "Chrome on Linux: switch on <code>chrome://flags/#enable-unsafe-webgpu</code>, or start it with <code>--enable-unsafe-webgpu --enable-features=Vulkan</code>. Firefox: <code>dom.webgpu.enabled</code> in <code>about:config</code>.",
    "The page must come from https:// or from localhost. <code>chrome://gpu</code> tells why a GPU is not used.",
  ],
};

/** The line under the progress bar, and what is said aloud. */
export const runProgress = {
  cancelling: "Cancelling",
  starting: "Starting",
  startingEngine: "Starting the engine and reading the model",
  phases: {
    loading: "Reading the model",
    compiling: "Compiling shaders",
    recovering: "The GPU was lost and is not given back yet; the run goes on when it is",
    primal: "Loss and gradient",
    lanczos: "Lanczos",
    trace: "Trace",
    checks: "Checking the run",
    slice: "Loss along the vector",
    landscape: "Loss landscape",
    kernels: "Measuring kernels",
    batchSweep: "Batches of doubling size",
    distributions: "Spectra of two data",
    activations: "Hessian in activations",
    jacobian: "Jacobians of units",
    plan: "Quantised weights",
    prune: "Channels",
    vector: "What the eigenvalue is made of",
    layerSpectra: "Spectra of layers",
    subsetEigenvalues: "Subsets of the batch",
  },
  done: (done: string, total: string) => `${done} of ${total}`,
  paused: "paused",
  left: (time: string) => `about ${time} left`,
  quarter: (phase: string, percent: number) => `${phase}: ${percent} % done.`,
  said: { starting: "Starting.", paused: "Paused.", running: "Running." },
};

/** How a run, or what was asked of one, has ended. */
export const runEndings = {
  done: {
    run: "Finished.",
    extend: "Finished.",
    slice: "The slice is measured.",
    landscape: "The landscape is measured.",
    kernels: "The kernels are measured.",
    batchSweep: "The batch sizes are measured.",
    distributions: "The two data are compared.",
    activations: "The Hessians in the activations are measured.",
    jacobian: "The Jacobians are measured.",
    plan: "The bit plan is ready.",
    prune: "The pruning plan is ready.",
    vector: "The eigenvalue is explained.",
    layerSpectra: "The spectra of the layers are ready.",
    subsetEigenvalues: "The eigenvalues on the subsets are ready.",
  },
  cancelled: "Cancelled before the first result.",
  cancelledKept: "Cancelled. The figure keeps what was measured.",
  lost: (why: string) => `The GPU was lost: ${why}`,
};

// The spectrum and its cards.

/** What distinguishes one run from another, and how its numbers were made. */
export const runWords = {
  batchNorm: { eval: "BatchNorm running", batch: "BatchNorm batch" },
  matrix: {
    ggn: "Gauss-Newton",
    fisher: "Fisher",
    "fisher-mc": "Fisher, drawn labels",
    "empirical-fisher": "empirical Fisher",
    residual: "Hessian − Gauss-Newton",
  },
  tensors: (n: number) => plural(n, "tensor"),
  samples: (n: number) => plural(n, "sample"),
  sentences: (n: number) => plural(n, "sentence"),
  doubt: (checks: readonly string[]) =>
    `Do not trust this: the ${checks.length === 1 ? "check" : "checks"} ${checks.join(", ")} failed.`,
  seed: (seed: number) => `Seed ${seed}`,
  quadrature: (probes: number, steps: number) =>
    `${plural(probes, "probe")} of ${plural(steps, "Lanczos step")}`,
  exactTrace: "exact trace",
  traceProbes: (n: number) => plural(n, "trace probe"),
  products: (n: number, time: string) => `${plural(n, "product")} in ${time}`,
  software: (adapter: string) => `${adapter} (software)`,
  hostBasis: (size: string) => `Krylov basis in the computer's memory (${size})`,
  fileBasis: (size: string) => `Krylov basis in a file (${size})`,
  densityOnly: (copies: string, all: string) =>
    `No reorthogonalisation: density only. The Krylov basis does not fit the memory, so that eigenvalues come in copies (${copies} of ${all} Ritz values) and cannot be listed. Look at fewer tensors, or take fewer steps.`,
};

export const densityCard = {
  title: "Eigenvalue density",
  cumulativeTitle: "Cumulative distribution",
  densityOnly: "no reorthogonalisation: density only",
  unstable: "gradient descent unstable to the right of it",
  density: "density",
  band: "band",
  curveCsv: "Curve (CSV)",
  curveAndBandCsv: "Curve and band (CSV)",
  ritzCsv: "Ritz values (CSV)",
  summary: (run: string, values: string, least: string, most: string, negative: string) =>
    `Eigenvalue density of ${run}, from ${values} Ritz values between ${least} and ${most}. Eigenvalues below zero hold ${negative} of the spectrum.`,
  cumulativeSummary: (run: string, steps: string) =>
    `Cumulative distribution of the eigenvalues of ${run}, in ${steps} steps.`,
  cumulativeSummaryWithBand: (run: string, steps: string, side: string) =>
    `Cumulative distribution of the eigenvalues of ${run}, in ${steps} steps, with a band that holds it everywhere with probability 95 %, at least ${side} to either side.`,
  sharesTable: "Shares and band",
  sharesColumns: ["Eigenvalue", "Share up to it", "At least", "At most"],
  ritzTable: "Ritz values and weights",
  ritzColumns: ["Probe", "Ritz value", "Weight"],
};

/** What the band of the figure says, and what it does not. */
export const bandWords = {
  computing: "Computing the band.",
  lacking: "The file lacks the matrices that a band needs.",
  cumulative: (sampling: string) =>
    `Band: holds the whole curve with probability 95 %, but for rounding. ±${sampling} of it more probes would shrink, the rest more steps.`,
  sides: "Solid: λ > 0. Dashed: λ < 0.",
  notDrawn: (zero: string) => `Not drawn: ${zero}, which is zero within the rounding of float32.`,
  none: "One probe, so no band.",
  range: (probes: number) => `Band: range over ${plural(probes, "probe")}.`,
  interval: (probes: number) =>
    `Band: 95 % interval of the mean at each point over ${plural(probes, "probe")}; not of steps and smoothing.`,
};

export const smoothingBar = {
  label: "Smoothing",
  decades: (sigma: string) => `${sigma} decades`,
  value: (sigma: string) => `sigma ${sigma}`,
  sigma: (sigma: string) => `σ = ${sigma}`,
  pyhessian: "PyHessian",
};

export const compareBar = {
  clear: (letter: string) => `clear ${letter}`,
  keep: (letter: string) => `keep as ${letter}`,
  keepTitle: "Keeps this run beside those that come, to compare them",
};

export const spectrumFacts = {
  title: "In brackets: 95 % intervals",
  belowZero: "Below zero",
  belowZeroAbout: "Share of all eigenvalues, beyond the rounding of the products, with its 95 % interval",
  above: "Above <field></field> % of λ₁",
  aboveAbout: (help: string) => `${help} A 95 % interval of their number.`,
  learningRate: "Learning rate η <field></field>",
  draws: "draws 2/η",
  tooShort: "needs 10 Lanczos steps",
  range: (low: string, high: string) => `${low} to ${high}`,
  limit: (value: string) => `2/η = ${value}`,
  beyond: (n: number) => `${plural(n, "Ritz value")} beyond`,
  noneBeyond: "no Ritz value beyond",
  sgd: "SGD, batch <field></field>",
  sgdAbout:
    "tr/B + (1 − 1/B) λ₁, with the 95 % interval of the trace. At most 2/η: stable in mean square near a minimum where no sample has a gradient and no eigenvalue is negative, if all samples have the same trace. Above it nothing is guaranteed.",
  sgdNeeds: "needs a trace and λ₁",
  sgdLevel: (value: string) => `tr/B + (1 − 1/B) λ₁ = ${value}`,
  stable: "at most 2/η: stable, if samples are alike",
  unsure: "2/η is within its error",
  unstable: "above 2/η: not guaranteed",
  none: "none",
};

export const checkMeanings = {
  "sum of weights": "The weights of each probe's quadrature add up to one: T was solved properly.",
  orthogonality: "The Krylov vectors are orthonormal, so that eigenvalues may be listed.",
  ghosts: "No Ritz value is a copy of another one that lost orthogonality has left behind.",
  "non-finite numbers": "Loss, gradient, every product and T hold no NaN and no infinity.",
  "arithmetic of the device": "Its worst function, as a part of what it may be off by (numerics passport).",
  "moments 1 to 4": "Moments of the density agree with products: nodes and weights belong to this matrix.",
  symmetry: "u′Hv and v′Hu agree: the product is that of a symmetric matrix.",
  "residual of the top pair": "‖Hu − λu‖ measured for the largest eigenvalue is no larger than claimed.",
  "float64 on a sample": "The product of the hardest sample agrees with the CPU in double precision.",
  "second route": "Another derivation of the same product gives the same numbers in double precision.",
};

export const checksPanel = {
  allPass: (all: number) => `all ${all} checks pass`,
  someFail: (failed: number, all: number) => `${failed} of ${all} checks fail`,
  someNotMade: (n: number) => `${n} not made`,
  table: "Checks of the run",
  check: "Check",
  found: "Found",
  atMost: "At most",
  verdict: "Verdict",
  meaning: "What it means",
  passes: "passes",
  fails: "fails",
  notMade: "not made",
  why: (reason: string) => `Not made: ${reason}.`,
  about:
    "A run that fails a check is hatched, here and in every export. The arithmetic of the GPU was measured too: <gpu>GPU and its passport</gpu>",
};

export const eigenvalueCard = {
  title: "Extreme eigenvalues",
  note: "true to ± error",
  densityOnly: "density only",
  trace: "Trace",
  exact: "Exact, as a sum over samples and classes",
  oneSample: "One sample says nothing of the spread.",
  interval: (interval: string, probes: number) => `95 % interval ${interval}, ${plural(probes, "probe")}`,
  eigenvalue: "Eigenvalue",
  error: "± error",
  errorTitle: "The Ritz residual, or the rounding of float32 where that is larger",
  convergence: "Converged",
  measure: "Measure the loss along its vector",
  converged: "converged",
  notYet: "not yet",
};

export const sliceCard = {
  partsTitle: "Parts of an eigenvalue",
  title: "Loss along a vector",
  titleOf: (vector: string) => `Loss along ${vector}`,
  select: "Select an eigenvalue of the table.",
  csv: "Slice (CSV)",
  summary: (
    vector: string,
    from: { readonly step: string; readonly loss: string; readonly predicted: string },
    to: { readonly step: string; readonly loss: string; readonly predicted: string },
    middle: string,
  ) =>
    `Loss along ${vector} from step ${from.step} to ${to.step}: measured ${from.loss} and ${to.loss} at the ends, ${middle} in the middle; the parabola of the eigenvalue says ${from.predicted} and ${to.predicted}.`,
  measured: "measured",
  table: (symbol: string) => `Slope and ${symbol} against the measured loss`,
  columns: ["Step", "Measured", "Parabola"],
  measuring: "Measuring",
  later: "The loss along this vector can be measured when the run ends.",
  notStored: "The stored run holds no slice along this vector. Run it here to measure one.",
  notHeld: "The engine does not hold this run. Run its model again to measure along its vectors.",
  measure: "Measure the loss along this vector",
};

export const planeCard = {
  title: "Loss over a plane",
  titleOf: (directions: string) => `Loss ${directions}`,
  measure: "Measure one in the landscape panel",
  more: "Other directions and views in the landscape panel",
};

export const vectorCard = {
  title: (symbol: string) => `Parts of ${symbol}`,
  massCsv: "Mass (CSV)",
  sharpestCsv: "Sharpest samples (CSV)",
  quantity: (vector: string) => `mass of ${vector}`,
  summary: (vector: string, tensors: number, share: string, largest: string) =>
    `Mass of ${vector} in ${plural(tensors, "tensor")}, in sum 1; the largest part, ${share}, lies in ${largest}.`,
  facts: (
    share: string,
    concentration: { readonly entries: string; readonly all: string },
    residual: { readonly of: string; readonly measured: string; readonly lanczos: string },
  ) =>
    `Most in <largest></largest>, ${share}; as concentrated as ${concentration.entries} equal entries of ${concentration.all}. ‖${residual.of}‖ is ${residual.measured} measured, ${residual.lanczos} by Lanczos.`,
  tensorsTable: "Tensors and channels",
  tensorsColumns: ["Tensor", "Parameters", "Mass", "Channels", "Most in channels"],
  samplesTable: "Sharpest samples",
  samplesColumns: ["Place", "Curvature", "Gauss-Newton part", "Slope", "Loss", "Label", "Predicted"],
  measuringSamples: "Measuring the curvature of every sample",
  noSamples: "The curvature of the samples was not measured.",
  ofSamples: (n: number, mean: string, share: string, symbol: string) =>
    `Curvature of ${plural(n, "sample")}: mean ${mean}; the sharpest tenth makes ${share} of ${symbol}`,
  ofTokens: (n: number, mean: string, share: string, symbol: string) =>
    `Curvature of ${plural(n, "labelled token")}: mean ${mean}; the sharpest tenth makes ${share} of ${symbol}`,
  sample: "Sample",
  sampleToken: "Sample, token",
  curvature: "Curvature",
  loss: "Loss",
  takenFor: "Label → taken for",
  measuring: "Measuring",
  later: "This eigenvalue can be explained when the run ends.",
  notStored: "The stored run does not say what this eigenvalue is made of. Run it here, then ask.",
  notHeld: "The engine has gone on to another model. Run this one again to ask about its eigenvalues.",
  ask: "Ask what it is made of",
  cost: "Layers, channels and samples: one product and one pass over the batch.",
};

export const layerCard = {
  title: "Trace by layer",
  exact: "exact",
  interval: (probes: number) => `95 % intervals, ${plural(probes, "probe")}`,
  paler: (certainty: string) => `${certainty}; paler: norms and biases`,
  csv: "Traces (CSV)",
  none: "No trace per layer yet.",
  summary: (quantity: string, tensors: number, largest: string, value: string) =>
    `${quantity} of ${plural(tensors, "tensor")}; the largest is ${largest} with ${value}.`,
  selected: "<layer></layer> is selected. <look>Look at this layer</look>",
  table: (tensors: number) => `Trace of all ${plural(tensors, "tensor")}`,
  columns: ["Tensor", "Parameters", "Trace", "95 % interval", "Per parameter"],
  unknown: "unknown",
};

// Charts.

/** Words that several charts have. */
export const charts = {
  eigenvalue: "eigenvalue λ",
  loss: "loss",
  trace: "trace",
  density: "density",
  stepAlong: (direction: string) => `step along ${direction}`,
  step: (step: string) => `step ${step}`,
  interval: (interval: string) => `95 % interval ${interval}`,
  howToRead: "arrow keys read the values",
};

export const densityChart = {
  size: "size of the eigenvalue |λ|",
  yTitle: "density, weight of a stem",
  oneInN: "1/n, one eigenvalue",
  read: "Read the density",
  density: (density: string) => `density ${density}`,
  above: (density: string) => `density above zero ${density}`,
  below: (density: string) => `density below zero ${density}`,
  beside: (letter: string, density: string) => `density of ${letter} ${density}`,
  nearest: (theta: string, weight: string, probe: number) =>
    `nearest Ritz value ${theta}, weight ${weight}, probe ${probe}`,
};

export const cumulativeChart = {
  yTitle: "share of eigenvalues up to λ",
  read: "Read the cumulative distribution",
  share: (share: string) => `${share} of the eigenvalues up to it`,
  band: (low: string, high: string) => `certain at 95 %: ${low} to ${high}`,
};

export const sliceChart = {
  xTitle: (vector: string) => `step along ${vector} (unit length)`,
  read: (vector: string) => `Read the loss along ${vector}`,
  measured: (loss: string) => `measured ${loss}`,
  parabola: (loss: string) => `parabola ${loss}`,
};

export const layerChart = {
  read: "Read the layers",
  value: (quantity: string, value: string) => `${quantity} ${value}`,
};

export const planeChart = {
  weights: "weights",
  read: (quantity: string, first: string, second: string) =>
    `Read the ${quantity} over ${first} and ${second}`,
  slider: "two-dimensional slider",
};

export const surfaceChart = {
  turn: "Turn the surface",
  turned: (turn: number, tilt: number) => `turned by ${turn} degrees, seen from ${tilt} degrees above`,
  hint: "Drag, or use the arrow keys; Home turns it back",
};

export const compareChart = {
  read: "Read the densities",
  density: (letter: string, density: string) => `${letter}: density ${density}`,
};

export const lossChart = {
  xTitle: (vector: string) => `step along ${vector} of each run (unit length)`,
  read: (vector: string) => `Read the losses along ${vector}`,
  loss: (letter: string, loss: string) => `${letter}: loss ${loss}`,
};

export const stageChart = {
  read: "Read the traces",
  trace: (trace: string) => `trace ${trace}`,
};

export const aboveChart = {
  yTitle: "share above λ",
  read: "Read the two data",
  ofRun: (percent: string) => `run: ${percent} % above`,
  ofOther: (percent: string) => `other: ${percent} % above`,
};

export const sweepChart = {
  xTitle: "samples of a batch",
  yTitle: "largest eigenvalue",
  read: "Read the batch sizes",
  batches: (samples: number, batches: number) => `${samples} samples, ${plural(batches, "batch", "batches")}`,
  mean: (mean: string) => `mean ${mean}`,
  spread: (least: string, most: string) => `from ${least} to ${most}`,
};

export const bitsChart = {
  read: "Read the bits",
  bits: (bits: number) => `${bits} bits`,
};

export const frontChart = {
  yTitle: "rise of the loss",
  uniform: (bits: number) => `all ${bits} bits`,
  read: "Read the front",
  predicted: (rise: string) => `predicted rise ${rise}`,
};

export const unitChart = {
  read: "Read the units",
  notConverged: (value: string) => `${value} (not converged)`,
  largest: (value: string) => `largest ${value}`,
  middle: (low: string, high: string) => `90 % from ${low} to ${high}`,
  median: (value: string) => `median ${value}`,
  smallest: (value: string) => `smallest ${value}`,
};

export const treeChart = {
  xTitle: "Ritz value",
  yTitle: "Lanczos step",
  read: "Read the Ritz values of this step",
  kinds: { open: "not settled yet", settled: "settled", ghost: "a copy" },
  value: (theta: string) => `Ritz value ${theta}`,
  weight: (weight: string) => `weight ${weight}`,
};

export const convergenceChart = { read: (quantity: string) => `Read: ${quantity}` };

// The GPU.

export const largeNetworks = {
  title: "Large networks",
  lead: "Whether ResNet-50 and BERT-base fit this GPU, and how.",
  ask: "Plan them",
  askHint: "A plan only: nothing is computed and no memory is taken",
  planning: "Planning: a few seconds",
  fits: "fits",
  refused: "too large",
};

/** Tilings of kernels, measured on the GPU. */
export const kernelsCard = {
  title: "Kernels",
  lead: "Which layout of the work over threads is fastest differs from GPU to GPU. Measured for the chosen network and batch, with nothing of the run computed; later runs on this GPU use the fastest, and their results say so.",
  ask: "Measure kernels",
  askHint: "Some seconds on a GPU, about a minute in software; a run must have ended",
  cancel: "Cancel",
  export: "Export",
  exportHint: "The table as JSON, for the headless command",
  forget: "Forget",
  forgetHint: "Later runs use the usual layouts, to the bits of before",
  /** Of the table in messages, and of the file that is exported. */
  file: "kernels.json",
  result: (table: {
    readonly shapes: number;
    readonly others: number;
    readonly usual: string;
    readonly chosen: string;
    readonly less: string;
  }): string =>
    table.others === 0
      ? `${plural(table.shapes, "shape")} measured: none is clearly faster in another layout than in the usual one.`
      : `${plural(table.shapes, "shape")} measured, ${table.others} in another layout than the usual one: the kernels of a product take ${table.chosen} ms in place of ${table.usual} ms, ${table.less} less.`,
  notKept: "This browser does not keep it: it lasts as long as this page.",
};

export const gpuButton = { title: "Adapter, what fits it, and the accuracy of its arithmetic" };

export const gpuDialog = {
  title: "The GPU",
  which: "Whose GPU",
  of: "of",
  here: "this browser",
  run: "the run shown",
  older: "This run was made before results carried a numerics passport.",
  kernels: (shapes: number, table: string): string =>
    `${plural(shapes, "shape")} of its kernels ran in measured layouts, which decide the last bits (table ${table}).`,
  asking: "Asking for the GPU and measuring its arithmetic: about a second",
  notMeasured: "The arithmetic of this GPU could not be measured.",
};

export const gpuFacts = {
  hosts: {
    worker: "a worker of the page",
    main: "the page itself, whose workers have no GPU",
    node: "the headless command",
  },
  adapter: "Adapter",
  software: "A software adapter: right numbers, slowly.",
  runsIn: "Runs in",
  largestBuffer: "Largest buffer",
  binding: (bytes: string) => `${bytes} of it in one kernel: no single tensor can be larger.`,
  workgroups: "Workgroups",
  invocations: (n: string) => `${n} invocations`,
  workgroupMemory: (bytes: string) => `with ${bytes} bytes of memory`,
  features: "Features",
  noFeatures: "none beyond WebGPU",
  fits: "What fits",
  budget: (bytes: string) => `a run takes at most ${bytes}`,
  basisOf: (parameters: string, steps: number) => `${parameters} parameters at ${steps} steps`,
  basis: (first: string, second: string) =>
    `The Lanczos basis alone fits for ${first} or ${second}. A batch that does not fit beside it is computed in parts, with the same result.`,
};

export const passportTable = {
  title: "Numerics passport",
  sound: "sound",
  faulty: "with faults",
  soundAbout:
    "Measured on this device, on the safe paths that its kernels take: every function that they call holds its bound. Each result carries this table.",
  faults: (faults: string) => `${faults}. Runs on this device are drawn hatched.`,
  table: "Largest errors",
  columns: ["Function", "Of", "Between", "Largest error", "At most", "At", "Verdict"],
  about: (operands: string) =>
    `Errors against float64 at ${operands} operands each, in units in the last place (ulps) or absolute. Builtins of WGSL that are not good enough stand beside ours for comparison; no kernel calls them.`,
  ulps: (error: string) => `${error} ulps`,
  range: (from: string, to: string) => `${from} to ${to}`,
  holds: "holds",
  fails: "fails",
  notUsed: "not used",
  notUsedOff: "not used, off",
  ours: "ours",
  builtin: "WGSL",
  repetition: "The same kernel twice",
  sameBits: "same bits",
  otherBits: "other bits",
  repeatable: "A run can be repeated bit for bit.",
  notRepeatable: "Runs on this device cannot be repeated bit for bit.",
  nonFinite: "NaN and infinity",
  seen: "seen by their bits",
  notSeen: "not seen",
  made: "Overflow and undefined results give them.",
  notMade: "Overflow and undefined results do not give them.",
  compared: "Comparing a number with itself finds NaN too.",
  notCompared: "Comparing a number with itself does not find NaN here, so the bits are looked at.",
  hidden: "A maximum with zero turns NaN into zero: as it stands, a ReLU would hide it.",
  subnormals: "Numbers below 1.2·10⁻³⁸",
  flushed: "flushed to zero",
  kept: "kept",
  subnormalsAbout: "They matter to no spectrum; said for completeness.",
  twoSum: "Rounding errors of sums",
  recovered: "recovered exactly",
  lost: "lost",
  ordered: "The compiler keeps the order of additions (TwoSum).",
  reordered: (failures: string, pairs: string) =>
    `The compiler reorders additions: TwoSum failed for ${failures} of ${pairs} pairs. No kernel relies on it.`,
  paths: "Safe paths of the kernels",
  pathsOf: (names: readonly string[]) => names.join(", "),
  noPaths: "none",
  pathsNotKept: "not recorded",
  pathsAbout:
    "Functions that miss their bound or hide a NaN here get another text in every kernel. Sums, products and finite results of sound functions keep their bits.",
  pathsOlder: "This run was made before kernels chose their paths by the passport.",
  noPathsAbout: "Every function keeps its usual text.",
  multiplyAdd: "x·x + z",
  once: "rounded once",
  twice: "rounded twice",
  fmaOnce: "The builtin fma rounds once.",
  fmaTwice: "The builtin fma rounds twice here.",
};

// Keys.

export const keysButton = { label: "Keys", title: "All keys of this page (?)" };

/** The sheet of all keys. */
export const keySheet = {
  title: "Keys",
  lead: "keys",
  about: "Tab goes through everything in the order of the page. No key acts while you type in a field.",
  places: {
    chart: "While a chart has the focus",
    map: "While the map of a landscape has the focus",
    surface: "While the surface of a landscape has the focus",
    lesson: "In a lesson",
    tour: "On a guided tour",
    page: "Anywhere",
  },
  does: {
    chart: {
      next: "Reads the next value",
      previous: "Reads the value before",
      far: "Ten values on",
      farBack: "Ten values back",
      first: "The first value",
      last: "The last value",
      pick: "Selects the nearest eigenvalue, where the chart offers it",
    },
    map: {
      left: "Reads the value at the step before, along the first direction",
      right: "At the next step along it",
      down: "At the step before, along the second direction",
      up: "At the next step along it",
      middle: "In the middle",
    },
    surface: {
      left: "Turns it to the left",
      right: "Turns it to the right",
      up: "Seen more from above",
      down: "Seen more from the side",
      middle: "As it stood at first",
    },
    lesson: {
      play: "Plays and stops",
      forward: "One product on",
      back: "One product back",
      start: "Back to the first product",
      end: "To the last product",
    },
    tour: {
      next: "The next stop",
      previous: "The stop before",
      leave: "Leaves the tour",
    },
    page: {
      reset: "Back to what the link said; the browser's Back button undoes it",
      help: "This sheet",
    },
  },
  shows: (panels: string) => `Shows ${panels}`,
  /** As keyboards print them. */
  names: {
    space: "Space",
    home: "Home",
    end: "End",
    enter: "Enter",
    escape: "Esc",
    pageUp: "Page up",
    pageDown: "Page down",
  },
};

// Landscapes.

export const landscape = {
  title: "Loss landscape",
  along: (name: string) => `along ${name}`,
  over: (names: readonly string[]) => `over ${names.join(" and ")}`,
  norm: { frozen: "BatchNorm frozen", anew: "BatchNorm estimated anew" },
  points: (sizes: string) => `${sizes} points`,
  pointsSoFar: (measured: string, sizes: string) => `${measured} of ${sizes} points`,
  noPoint: (quantity: string) => `No point has a finite ${quantity} yet.`,
  stepAlong: (name: string) => `step along ${name}`,
  read: (quantity: string, name: string) => `Read the ${quantity} along ${name}`,
  nothingMeasured: (what: string) => `${what}: nothing is measured yet.`,
  summary: (figure: {
    readonly what: string;
    readonly points: string;
    readonly axes: number;
    readonly least: string;
    readonly leastAt: string;
    readonly most: string;
    readonly mostAt: string;
  }) =>
    `${figure.what} in ${figure.points} points: least ${figure.least} at ${figure.axes === 1 ? "step" : "steps"} ` +
    `${figure.leastAt}, largest ${figure.most} at ${figure.mostAt}.`,
  direction: {
    random: "random, filter-normalised",
    gradient: "gradient",
    checkpoint: "to another checkpoint",
    seeded: (seed: number) => `random (seed ${seed})`,
    theGradient: "the gradient",
    file: (axis: string) => `Checkpoint ${axis}`,
    choose: "Choose its file, or drop it here",
  },
  reading: {
    at: (axes: number, steps: string) => `${axes === 1 ? "step" : "steps"} ${steps}`,
    unmeasured: "not measured",
    measured: (loss: string) => `measured ${loss}`,
    predicted: (loss: string) => `predicted ${loss}`,
    residual: (loss: string) => `residual ${loss}`,
    accuracy: (accuracy: string) => `accuracy ${accuracy}`,
  },
  curvature: {
    title: "Curvature, per squared step",
    along: "along",
    eigenvalue: "eigenvalue",
    product: "d·Hd by a product",
    other: "another loss or block",
    grid: "from the grid",
    tooFew: "no three points about the weights",
    within: (curvature: string, step: string) => `${curvature} within ±${step}`,
    kinks:
      "The grid tells the mean curvature within its step. Where the network has kinks (ReLU), it does not " +
      "tend to the eigenvalue as the step shrinks.",
  },
  form: {
    title: "Measure a landscape",
    stored: "The stored run can be looked at only: run it here to measure along its directions.",
    goneOn: "The engine has gone on to another model: run this one again to measure along its directions.",
    cost: (evaluations: string, axes: number) =>
      `${evaluations} evaluations of the loss and ${axes === 1 ? "one product" : "two products"}, from coarse to fine; it can be cancelled.`,
    measure: (points: string) => `Measure ${points} points`,
  },
  legend: {
    turn: "drag, or use the arrow keys, to turn the surface; the ring marks the weights",
    residual: ": loss minus L + g·d + ½ d·Hd",
    predicted: "as slope and curvature at the weights predict",
  },
  nothing: {
    coming: "The first point is on its way.",
    later: "A landscape can be measured when the run ends.",
    yet: "No landscape yet: choose its directions and measure one.",
    held: "This run holds no landscape. Run it here, then choose the directions and measure one.",
  },
  numbers: {
    csv: "Grid (CSV)",
    npz: "Grid (npz)",
    table: "Loss and accuracy at every point",
    along: (name: string) => `Along ${name}`,
    columns: ["Measured", "Predicted", "Residual", "Accuracy"],
  },
};

export const landscapeProblems = {
  noCheckpoint: (axis: string) => `Choose the file of the other checkpoint (${axis}), or drop it there.`,
  noEigenvalue: (place: string, end: string) => `The run has no eigenvalue ${place} at its ${end}.`,
  sameDirections: "A plane needs two different directions.",
};

// Layers: curvature, bits, pruning.

/** Why a measurement is not there, and what gets it. */
export const asking = {
  measuring: "Measuring",
  later: "This can be measured when the engine is free.",
  stored: (what: string) => `The stored run holds no ${what}: run it here, then measure.`,
  goneOn: (what: string) => `The engine has gone on to another model: run this one again for its ${what}.`,
};

export const layers = {
  bitOperations: "bit operations",
  costs: {
    size: "size of the weights",
    bops: "bit operations per sample",
    latency: "time by your table",
  },
  beside: {
    quantity: "Quantity",
    predicted: "predicted",
    measured: "measured",
    rise: "Rise of the loss",
    notYet: "not yet",
    loss: "Loss",
    accuracy: "Accuracy",
    before: (accuracy: string) => `${accuracy} before`,
    orders: (slope: string, curvature: string) =>
      `Slope and curvature along the very change of the weights: ${slope} and ${curvature}.`,
    oneProbe: "One trace probe says nothing of the spread of the prediction.",
    exact: "Predicted by exact traces: no sampling error.",
    parts: { layers: "layers", channels: "channels" },
    interval: (bounds: string) => `95 % interval of the predicted rise: ${bounds}.`,
    intervalIf: (bounds: string, parts: string) =>
      `95 % interval of the predicted rise: ${bounds}, if all ${parts} err the same way.`,
  },
  bits: {
    count: (n: number, bits: number) => `${plural(n, "layer")} at ${bits} bits`,
    note: (rise: string) => `predicted rise ${rise}`,
    noteAlone: (rise: string) => `measured alone ${rise}`,
    summary: (n: number, counts: string) => `Bits of ${plural(n, "layer")}: ${counts}.`,
    table: "Bits of every layer",
    columns: ["Layer", "Weights", "Bits", "Predicted rise", "Measured alone"],
    csv: "Bits (CSV)",
  },
  block: {
    what: "spectrum of this block",
    measure: "Measure the spectrum of its block",
    cost: (products: number) =>
      `${plural(products, "product")} of the whole network, cut back to this tensor.`,
    summary: (tensor: string, n: number, least: string, most: string) =>
      `Eigenvalue density of the block of ${tensor}, from ${plural(n, "Ritz value")} between ${least} and ${most}.`,
    table: "Ritz values of the block",
    columns: ["Ritz value", "Weight"],
  },
  plan: {
    title: "Bit plan",
    note: "the bits of each layer that raise the loss least within a budget",
    what: "rounding errors of its weights",
    predict: "Predict the rise of the loss",
    cost:
      "Rounds the weights to 2 to 8 bits; the traces are exact where a closed sum gives them, else those of " +
      "the run.",
    none: "No plan stays within this budget: raise it or allow fewer bits.",
    summary: (front: {
      readonly plans: string;
      readonly least: string;
      readonly most: string;
      readonly budget: string;
      readonly cost: string;
      readonly rise: string;
    }) =>
      `Predicted rise of the loss of ${front.plans} undominated plans from ${front.least} to ${front.most}. ` +
      `Within ${front.budget} the best costs ${front.cost} and predicts a rise of ${front.rise}.`,
    budget: "Budget",
    chosen: "chosen",
    measured: "measured; hollow: another plan",
    table: "Plans of the front",
    columns: ["Cost", "Predicted rise"],
    csv: "Plan (CSV)",
    json: "Plan (JSON)",
    pytorch: "PyTorch",
    ofBudget: (cost: string, budget: string) => `<b>${cost}</b> of at most ${budget}`,
    mean: (bits: string, weights: string, size: string) =>
      `${bits} bits a weight; in float32 the ${weights} weights take ${size}.`,
    notPositive: (unsure: number, all: number) =>
      `The exact traces of ${unsure} of ${plural(all, "layer")} are not positive: the plan takes rounding there for a gain.`,
    unsure: (unsure: number, all: number) =>
      `The traces of ${unsure} of ${plural(all, "layer")} may be zero or negative: with more trace probes the plan follows less noise.`,
    proof: (plans: number) =>
      `Best of ${plural(plans, "undominated plan")}: no other plan within this budget predicts less.`,
    uniform: (bits: number, cost: string, rise: string) =>
      `All layers at ${bits} bits cost ${cost} and predict ${rise}.`,
    stored: "A stored run cannot measure this plan: run it here.",
    goneOn: "The engine has gone on to another model: run this one again to measure the plan.",
    measure: "Measure with the planned weights",
    andAlone: "And each layer alone",
    alone: "Measure each layer alone",
  },
  settings: {
    levels: "Levels",
    scale: "One scale per",
    bits: "Bits",
    times: "Your times (CSV: layer,bits,ms; or JSON)",
    timesOf: (file: string, n: number) => `${file}: ${plural(n, "time")}`,
  },
  prune: {
    title: "Pruning plan",
    note: "the output channels without which the loss rises least",
    keep: "Keep",
    what: "traces of channels",
    predict: "Predict the rise without each channel",
    cost: (products: number) =>
      `Exact where a closed sum gives them, else by at most ${plural(products, "product")}.`,
    none: "Each tensor keeps one channel at least: keep more than that.",
    quantity: { macs: "multiply-accumulates", parameters: "parameters" },
    axis: (quantity: string) => `${quantity} that stay (per cent)`,
    summary: (curve: {
      readonly kept: string;
      readonly what: string;
      readonly channels: number;
      readonly rise: string;
    }) =>
      "Predicted rise of the loss as the channels go one after the other. " +
      `With ${curve.kept} of the ${curve.what} left ${plural(curve.channels, "channel")} are gone and the predicted rise is ${curve.rise}.`,
    atMost: (share: string) => `at most ${share}`,
    predicted: "predicted, channels by rise for what they free",
    table: "Channels of each layer",
    columns: ["Layer", "Channels", "Go", "Their rise", "Least rise of one", "Largest"],
    gone: (gone: string, all: number) => `<b>${gone}</b> of ${plural(all, "channel")} go`,
    stay: (kept: {
      readonly weights: string;
      readonly allWeights: string;
      readonly macs: string;
      readonly allMacs: string;
    }) =>
      `${kept.weights} of ${kept.allWeights} weights and ${kept.macs} of ${kept.allMacs} multiply-accumulates ` +
      "a sample stay, of the layers with channels.",
    most: (tensor: string, share: string) => `Most go in ${tensor}: ${share}.`,
    proof: (rise: string) =>
      `No choice of channels within this budget predicts less than ${rise}: they ` +
      "go by their rise for what they free, which is best up to the last one.",
    stored: "Run the network here to measure the loss without these channels.",
    measure: "Measure without these channels",
    csv: "Channels (CSV)",
  },
  one: {
    title: "One layer",
    choose: "Choose a bar, or a row of the table, to look at one layer.",
    unknown: (tensor: string) => `This run has no tensor ${tensor}: choose a bar, or a row of the table.`,
    csv: "Ritz values (CSV)",
    close: "Close",
    parameters: "Parameters",
    trace: "Trace of its block",
    share: "Share of the trace",
    largest: "Largest eigenvalue",
    smallest: "Smallest eigenvalue",
    notConverged: (eigenvalue: string) => `${eigenvalue}, not yet converged`,
    restrict: "Restrict the Hessian to this layer",
    toEigenvalues: "To the eigenvalues",
    noPattern: "No pattern names this tensor alone, so that a run cannot be restricted to it here.",
    restricted: "The next run measures the block of this tensor: its eigenvalues, density and trace.",
    restricting: "Restricting sets Parameters of the next run to this tensor.",
  },
  table: {
    title: "Sensitivity of the layers",
    note: (n: number) => `${plural(n, "tensor")} of weights; 95 % intervals where traces are sampled`,
    order: "Order of the layers",
    byPart: "by part",
    all: "all",
    csv: "Sensitivity (CSV)",
    label: "Table of the layers",
    layer: "Layer",
    look: "Look at this layer",
    interval: (bounds: string) => `95 % interval ${bounds}`,
  },
  columns: {
    size: { head: "Parameters", title: "Weights of the tensor" },
    macs: { head: "MACs", title: "Multiply-accumulates per sample" },
    trace: { head: "Trace", title: "Trace of the tensor's own block, with its 95 % interval" },
    mean: {
      head: "Trace per parameter",
      title: "Mean eigenvalue of the block, tr/n (HAWQ-V2), with its 95 % interval",
    },
    top: { head: "Largest eigenvalue", title: "Of the tensor's own block; ~ where it has not converged" },
    hawqV1: { head: "λ₁ per parameter", title: "Largest eigenvalue of the block over its size (HAWQ-V1)" },
    subsets: {
      head: "λ₁ over subsets",
      title:
        "Mean of the block's largest eigenvalue over subsets of the batch; ~ where one has not converged",
    },
    qbert: {
      head: "Q-BERT",
      title: "|mean| + standard deviation of the block's largest eigenvalue over subsets of the batch",
    },
    hap: {
      head: "Rise without a channel",
      title: "Mean over the output channels of tr(H_c)/n_c ‖w_c‖²/2, half of HAP's measure",
    },
    rise: (bits: number) => ({
      head: `Rise at ${bits} bits`,
      title: `Predicted rise of the loss at ${bits} bits, tr/n ‖Q(w) − w‖²/2 (half of HAWQ-V2's measure)`,
    }),
    bits: { head: "Bits", title: "Bits in the plan" },
    alone: { head: "Measured alone", title: "Measured rise of the loss with this layer alone at its bits" },
  },
  unmeasured: {
    options: {
      what: "multiply-accumulates and rounding errors",
      label: "Rise of the loss at each width",
      title:
        "Rounds the weights and takes the traces: no matrix-vector product, or as many as an exact trace is worth",
    },
    tops: (steps: number) => ({
      what: "largest eigenvalues of the blocks",
      label: "Largest eigenvalue of each block",
      title: `HAWQ-V1: at most ${steps} products a layer, several layers at a time`,
    }),
    channels: {
      what: "traces of the channels",
      label: "Rise without a channel",
      title: "HAP: traces of the output channels, exact where a closed sum gives them",
    },
    subsets: (subsets: number, steps: number) => ({
      what: "eigenvalues on subsets of the batch",
      label: `Largest eigenvalues on ${subsets} subsets`,
      title: `Q-BERT: at most ${steps} products a layer and subset, several layers at a time`,
    }),
    missing: (what: string) => `Not measured: ${what}.`,
    stored: "Run the network here to measure them.",
    again: "Run the network again to measure them.",
    measure: "Measure",
  },
};

export const planProblems = {
  noTime: (layer: string, bits: number) =>
    `The latency table has no time of ${layer} at ${bits} bits: add a line ${layer},${bits},MS.`,
};

// Units.

/** What a unit of the network does to a change, and how the loss bends in what it gives. */
export const units = {
  measure: "What of a unit",
  jacobian: {
    name: "Jacobian",
    title: "Jacobian of a unit",
    quantity: "singular values",
    table: (n: number) => `Singular values of ${plural(n, "unit")}`,
    mean: "Mean square",
    what: "Jacobians of units",
    cost:
      "How a change of what a unit takes comes out of it: 30 steps forwards and backwards through each unit, " +
      "on 4 samples. It can be cancelled.",
  },
  activations: {
    name: "Hessian of its output",
    title: "Hessian in a unit’s output",
    quantity: "eigenvalues",
    table: (n: number) => `Eigenvalues of ${plural(n, "unit")}`,
    mean: "Mean trace",
    what: "Hessians in activations",
    cost: "How the loss bends in what a unit gives: 30 products for each unit, on 4 samples. It can be cancelled.",
  },
  csv: "Units (CSV)",
  columns: (mean: string) => [
    "Unit",
    "Matrix",
    "Largest",
    "Smallest",
    "Median",
    "5 to 95 %",
    mean,
    "95 % interval",
  ],
  oneMatrix: (samples: number, steps: number) =>
    `one matrix for a batch of ${plural(samples, "sample")}, ${steps} steps`,
  matrixEach: (samples: number, steps: number) =>
    `a matrix for each of ${plural(samples, "sample")}, ${steps} steps`,
  summary: (chart: {
    readonly quantity: string;
    readonly units: number;
    readonly most: string;
    readonly mostIn: string;
    readonly least: string;
    readonly leastIn: string;
  }) =>
    `Range of the ${chart.quantity} of ${plural(chart.units, "unit")} in the order of the network: the largest is ` +
    `${chart.most} in ${chart.mostIn}; the least of the largest ${chart.least} in ${chart.leastIn}.`,
  legend: {
    middle: "90 % of the values, with the median",
    ends: "largest and smallest",
    open: "not converged: the range reaches at least so far",
    one: "1: lengths are kept",
  },
  onnx: "An ONNX file names no units. Use the checkpoint of a ResNet, a BERT or a perceptron.",
  notSaid: "This run does not say what the units of its network are. Run it again to measure them.",
  unit: "Unit",
  all: (n: number) => `all ${n}`,
  again: (steps: number) => `Measure with ${steps} steps`,
  ask: "Measure",
};

// Comparison.

/** Where a table has no number. */
export const cells = { none: "none", unknown: "unknown", notConverged: "not converged" };

/** Several runs on common axes. */
export const compare = {
  title: "Runs on common axes",
  oneRun: "one run; add others from the list below",
  differencesFrom: (letter: string) => `differences from ${letter}`,
  density: "density",
  figure: "Eigenvalue densities",
  differencesCsv: "Differences (CSV)",
  curvesCsv: "Curves (CSV)",
  noRitz: "The run has no Ritz value yet.",
  eigenvalues: "Eigenvalues side by side",
  eigenvalue: "Eigenvalue",
  errorOf: (letter: string) => `${letter}: ± error`,
};

export const densityTable = { densities: "Densities along the axis", eigenvalue: "Eigenvalue" };

export const differences = {
  label: "Differences",
  quantity: "Quantity",
  claims:
    "A difference is claimed where its interval leaves out zero. Loss and eigenvalues: known to rounding " +
    "and residual. Trace and share below zero: 95 % over the random probes, taken as independent.",
  errorUnknown: "error unknown",
  differs: "differs",
  equal: "equal",
  open: "not told apart",
  distance: "Distance of the spectra",
  distanceHelp: "1-Wasserstein: the area between the cumulative distributions of the eigenvalues",
  itsProbes: (distance: string) => `its probes: ${distance}`,
};

export const runList = {
  title: "Runs to choose from",
  upToFour: "up to four are compared",
  inList: (runs: number, size: string) => `${runs} in the list, ${size}`,
  notKept: (why: string) =>
    `This browser keeps nothing for this page (${why}), so that the list lasts as long as the ` +
    "page. Export what you want to keep.",
  label: "Runs",
  compare: "Compare",
  run: "Run",
  from: "From",
  size: "Size",
  actions: "Actions",
  keeping:
    "The last run that was measured here is in the list by itself; the next one takes its place unless it " +
    "is saved. What you save or import stays in this browser until you delete it, and goes nowhere else.",
  save: "Save this run",
  saved: "Saved",
  exportList: "Export the list",
  files: "Result files",
  importResult: "Import a result",
  origin: {
    saved: "saved",
    imported: "imported",
    last: "last measured here",
    stored: "stored with the model",
  },
  show: "show",
  shown: "shown",
  shows: (run: string) => `Shows ${run}`,
  showsStored: (model: string) => `Shows the stored run of ${model}`,
  exportRun: "export",
  exports: (run: string) => `Exports ${run} as a result file`,
  deleteRun: "delete",
  deleteSurely: "delete for good",
  deletes: (run: string) => `Deletes ${run} from the list`,
  compares: (run: string) => `Compare ${run}`,
  name: "name",
  nameOf: (run: string) => `Name of ${run}`,
};

/** The loss around the weights of several runs. */
export const around = {
  title: (vector: string) => `Loss along ${vector}, run by run`,
  none: (vector: string) =>
    `None of these runs holds the loss along ${vector}. Select an eigenvalue of a run that was measured ` +
    "here, in the panel Spectrum, to measure it.",
  rise: (letter: string, from: string, to: string) => `${letter} from ${from} to ${to}`,
  without: (letters: string) => `without ${letters}, which hold none`,
  csv: "Losses (CSV)",
  summary: (vector: string, rises: string) => `Loss along ${vector} of each run: ${rises}.`,
  columns: ["Run", "Step", "Loss"],
};

/** The traces of the parts of several networks. */
export const stages = {
  title: "Trace by stage",
  estimated: "95 % intervals: those of the tensors of a stage, added, so too wide rather than too narrow",
  exact: "exact: closed sums over samples and classes",
  csv: "Traces (CSV)",
  none: "These runs have no trace per tensor.",
  noneDiffers: (parts: number, letters: string) =>
    `Trace of ${parts} parts of the networks ${letters}: no difference is larger than its interval.`,
  differing: (parts: number, letters: string, differing: string, first: string) =>
    `Trace of ${parts} parts of the networks ${letters}: ${differing} differ from ${first} by more than their intervals.`,
  table: "Traces by stage",
  stage: "Stage",
  columnsOf: (letter: string) => [`${letter}: trace`, `${letter}: 95 % interval`],
};

/** What is seen of a run, and of a run beside run A. */
export const runSentences = {
  and: (parts: readonly string[]) => parts.join(" and "),
  notConverged: (eigenvalue: string) => `${eigenvalue} (not converged)`,
  loss: (loss: string) => `loss ${loss}`,
  lossAndAccuracy: (loss: string, accuracy: string) => `loss ${loss}, accuracy ${accuracy}`,
  trace: (trace: string) => `Trace ${trace}`,
  exact: "(exact)",
  interval: (bounds: string) => `(95 % interval ${bounds})`,
  largestPart: (trace: string, part: string) => `its largest part, ${trace}, is that of ${part}`,
  timesA: (times: string) => `λ₁ is ${times} times that of A`,
  sameAsA: "λ₁ cannot be told from that of A",
  traceOpen: "the trace cannot be told from that of A with these probes",
  traceSmaller: (by: string) => `the trace is smaller by ${by}`,
  traceLarger: (by: string) => `the trace is larger by ${by}`,
  apart: (distance: string) => `the spectra lie ${distance} apart`,
  probesOfA: (distance: string) => `(two probes of A: ${distance})`,
  besideA: (facts: string) => `Beside A: ${facts}.`,
};

export const keptProblems = {
  nothing: (why: string) => `Nothing to compare with: ${why}.`,
};

/** Rows of the comparison, and what is to be known before it is believed. */
export const comparisonWords = {
  loss: "Loss",
  accuracy: "Accuracy",
  gradientNorm: "Gradient norm",
  largest: "Largest eigenvalue",
  smallest: "Smallest eigenvalue",
  trace: "Trace",
  belowZero: "Eigenvalues below zero",
  matrices: "They measure different matrices.",
  losses: "Their losses differ, so that their eigenvalues have different units.",
  data: "Their data differ: part of every difference is that of the samples.",
  batches: "Their batches differ: part of every difference is that of the samples.",
  batchNorm: "BatchNorm uses running statistics in one and those of the batch in another.",
  weightDecay: "Their weight decay differs: it moves every eigenvalue.",
  parameters: "Some look at all parameters, others at the block of a few tensors.",
};

/** What is said of the list of runs that the browser keeps. */
export const runListNotices = {
  keepsNothing: "this page keeps nothing",
  full: (most: number) => `The list of runs is full with ${most}: delete some of them in the panel Compare.`,
  listed: (file: string) => `${file} is in the list of the panel Compare.`,
  leftOut: (file: string, what: string) => `${file}: left out what this version does not know: ${what}.`,
  unknown: (id: string) => `this browser has no run ${id} in its list`,
  otherTab: "another tab holds an older list",
  stopped: "the browser stopped writing",
};

// The study.

/** Said while stored runs are fetched. */
export const storedRuns = { reading: "Reading the stored runs" };

/** Three networks side by side. */
export const study = {
  title: "What BatchNorm and skip connections change",
  note: "ResNet-20 as it is, without BatchNorm, without skip connections",
  runs: "Runs",
  stored: "stored runs",
  measured: "measured here",
  partly: (runs: number, all: number) => `${runs} of ${all} measured. The stored runs have all three.`,
  none: "No run yet.",
  noStep: "The first step is still to come.",
  progress: (network: number, all: number, line: string) => `Network ${network} of ${all}: ${line}`,
  runAll: "Run all three here",
  noGpu: "This browser offers no GPU, so the figures show the stored runs.",
  busy: "Another run is at work.",
  series: (samples: number) =>
    `One after the other, with the settings of the form (${plural(samples, "sample")} each), and the loss over the plane of v₁ and v₂.`,
  behind: (letter: string) => `${letter}, behind the others`,
  grey: (letter: string) => `grey: ${letter} behind the others`,
  summary: (runs: string) => `Side by side. ${runs}`,
};

/** The last layer on two data. */
export const twoData = {
  title: "The last layer on two data",
  note: (tensors: readonly string[], rows: string) => `Hessian of ${tensors.join(" and ")}, ${rows} rows`,
  csv: "Spectra (CSV)",
  summary: (data: readonly string[]) =>
    `Share of the last layer's eigenvalues above each value, on ${data.join(" and on ")}.`,
  apart: (distance: string) =>
    `The densities lie <b>${distance}</b> apart (1-Wasserstein, in units of the eigenvalue).`,
  apartBeside: (distance: string, chance: string) =>
    `The densities lie <b>${distance}</b> apart (1-Wasserstein, in units of the eigenvalue); two probes on the same data ${chance}.`,
  byChance: "Chance alone could do that.",
  top: (from: string, to: string) => `The largest eigenvalue goes from ${from} to ${to}.`,
  table: "Both data in numbers",
  columns: ["Data", "Loss", "Accuracy", "Largest eigenvalue", "Trace", "95 % interval"],
  compareWith: "Compare with",
  compare: "Compare",
  orFile: "or with a file (.npz)",
  what: "comparison of data",
  cost:
    "40 Lanczos steps from four probes on each of the two data, for the last layer alone. It can be " +
    "cancelled.",
};

/** How the largest eigenvalue depends on the size of the batch. */
export const sweep = {
  title: "Batch size and sharpness",
  what: "batch sizes",
  measure: "Measure the batch sizes",
  cost: (least: string, most: string, batches: string) =>
    `The largest eigenvalue on random batches of ${least} to ${most} samples, ${batches} of each size. It can be cancelled.`,
  note: (samples: number) => `random batches of ${plural(samples, "sample")}`,
  noteSoFar: (samples: number, batches: number) =>
    `random batches of ${plural(samples, "sample")}, ${plural(batches, "batch", "batches")} so far`,
  csv: "Batches (CSV)",
  open: "not converged: at least so large",
  measureAll: "Measure all batches",
  table: (batches: number) => `Largest eigenvalue of ${plural(batches, "batch", "batches")}`,
  columns: ["Samples", "Batch", "Largest eigenvalue", "±", "Converged"],
  yes: "yes",
  no: "no",
  summary: (chart: {
    readonly least: string;
    readonly leastSamples: number;
    readonly most: string;
    readonly mostSamples: string;
  }) =>
    `Largest eigenvalue against the size of the batch: ${chart.least} in the mean with ` +
    `${plural(chart.leastSamples, "sample")}, ${chart.most} with ${chart.mostSamples}.`,
};

/** Other data that a batch is compared with. */
export const otherData = {
  noise: (deviation: string) => `the same with noise of ${deviation}`,
  from: (samples: number, first: number) => `${samples} from ${first} on`,
  random: (samples: number) => `${samples} at random`,
};

// Lessons.

/** The lessons: power iteration and Lanczos, step by step. */
export const lesson = {
  orthogonality: "orthogonality",
  shift: "shift",
  probe: (n: number) => `probe ${n}`,
  player: {
    reset: "Reset",
    resetHelp: "Back to the first product (Home)",
    back: "Back",
    backHelp: "One product back (←)",
    play: "Play",
    stop: "Stop",
    playHelp: "Plays and stops (Space)",
    step: "Step",
    stepHelp: "One product on (→)",
    place: (at: number, total: number) => `<b>${at}</b> of ${total}`,
    product: "Product",
  },
  lanczos: {
    title: "Lanczos, step by step",
    none: "The first Lanczos step of this run is not done yet.",
    step: (now: {
      readonly alpha: string;
      readonly beta: string;
      readonly step: number;
      readonly settled: number;
      readonly copies: number;
      readonly largest: string;
    }) =>
      `One more product gave α = ${now.alpha} on the diagonal and β = ${now.beta} beside it. ` +
      `T has ${plural(now.step, "eigenvalue")}: ${now.settled} settled` +
      `${now.copies > 0 ? `, ${now.copies} mere ${now.copies === 1 ? "copy" : "copies"}` : ""}; ` +
      `the largest is ${now.largest}.`,
    replayed: (probe: number, probes: number) =>
      `Replayed from the run: probe ${probe} of ${probes}, in the numbers that its device used.`,
    inSmall: (values: number, probe: number) =>
      `In small: a diagonal matrix with the ${plural(values, "Ritz value")} of probe ${probe}. Exact Lanczos gives it the T of the run; here it holds two vectors of float32.`,
  },
  matrix: {
    title: (rows: number) => `T, ${rows} × ${rows}`,
    note: "lighter is larger; a bar: below zero",
    csv: "T (CSV)",
    summary: (rows: number, last: string) =>
      `Tridiagonal matrix of ${plural(rows, "row")}; the last diagonal entry is ${last}.`,
    table: "Entries of T",
    columns: ["Row", "α, diagonal", "β, to the next row"],
  },
  errors: {
    title: "Errors of the outermost",
    quantity: "± error",
    csv: "Steps (CSV)",
    step: "Lanczos step",
    summary: (title: string, step: number, values: string) => `${title} at step ${step}: ${values}.`,
    table: "Values at every step",
    stepHead: "Step",
  },
  defect: {
    title: "Loss of orthogonality",
    quantity: "‖V′V − I‖, largest entry",
    all: "against all vectors",
    lastTwo: "against the last two",
  },
  ritz: {
    title: "Ritz values, step by step",
    csv: "All steps (CSV)",
    summary: (chart: {
      readonly steps: number;
      readonly least: string;
      readonly most: string;
      readonly settled: number;
      readonly copies: number;
    }) =>
      `Ritz values of ${plural(chart.steps, "Lanczos step")} between ${chart.least} and ${chart.most}: ` +
      `${chart.settled} settled, ${chart.copies} copies.`,
    arrive: "faint lines: where the last step arrives",
    known: (steps: number) =>
      `Eigenvalue density that ${plural(steps, "step")} of one probe know, over that of the whole run.`,
    run: "the run",
    oneProbe: (steps: number) => `${plural(steps, "step")}, one probe`,
    whole: "the whole run",
    table: "Ritz values of this step",
    columns: ["Ritz value", "± error", "Weight", "State"],
    kinds: { open: "not yet", settled: "settled", ghost: "copy" },
  },
  power: {
    title: "Power iteration, step by step",
    none: "The run has fewer than two Ritz values so far.",
    matrix: (start: { readonly values: number; readonly probe: number; readonly matrix: string }) =>
      `A is a diagonal matrix with the ${plural(start.values, "Ritz value")} of probe ${start.probe} (${start.matrix}), ` +
      "started with random signs: this run's spectrum in small.",
    shifted: "A − shift·I",
    multiply: (iteration: number, matrix: string) =>
      `Iteration ${iteration}: multiply by ${matrix}, scale to length 1.`,
    project: (iteration: number) =>
      `Iteration ${iteration} of the second pair: the first vector is projected out, then multiply and scale as before.`,
    now: (quotient: string, residual: string) =>
      `The Rayleigh quotient v′Av is ${quotient}, with residual ${residual}.`,
    converged: (quotient: string, residual: string) =>
      `The Rayleigh quotient v′Av is ${quotient}, with residual ${residual}: converged.`,
    swings:
      "Two eigenvalues are equally far from zero: the vector keeps swinging between them and never settles.",
    rate: (rate: string) => `In the end every iteration multiplies the residual by |λ₂/λ₁| = ${rate}.`,
    first: "Errors of the first pair",
    second: "Errors of the second pair",
    csv: "Iterations (CSV)",
    iteration: "iteration",
    error: "error",
    summary: (now: {
      readonly title: string;
      readonly iteration: number;
      readonly residual: string;
      readonly error: string;
    }) =>
      `${now.title} at iteration ${now.iteration}: residual ${now.residual}, eigenvalue off by ${now.error}.`,
    table: "All iterations of this pair",
    columns: ["Iteration", "v′Av", "‖Av‖", "Residual"],
    residual: "residual ‖Av − θv‖",
    promised: "promised: |λ₂/λ₁| per iteration",
  },
  found: {
    title: "What it finds",
    note: (products: number) => `after ${products} products`,
    pair: "Pair",
    quotient: "v′Av",
    length: "‖Av‖",
    shiftedLength: "‖(A − shift·I)v‖",
    exact: "True λ",
  },
  trap: {
    range: (low: string, high: string) => `The spectrum reaches from ${low} to ${high}.`,
    shifted: (rate: string) =>
      `Shifted by the largest, the smallest eigenvalue is the farthest from zero, and power iteration creeps towards it: the rate is ${rate}. Lanczos finds both ends at once.`,
    swinging: "‖Av‖ looks as if it had settled, and no eigenvector is near: only the residual tells.",
    negative: (length: string) =>
      `The length ‖Av‖ is ${length}: who reports it says that the largest eigenvalue is positive. Only v′Av has the sign.`,
    hidden:
      "Power iteration sees |λ| alone: the negative end stays hidden behind the larger positive eigenvalues. The shift shows it.",
  },
};

// Guided tours.

/** The guided tours: what each stop says of the stored runs. */
export const tours = {
  title: "Guided tours",
  tour: (title: string) => `Guided tour: ${title}`,
  place: (title: string, stop: number, stops: number) => `${title}, stop ${stop} of ${stops}`,
  previous: "Previous stop",
  previousHelp: "The stop before (←)",
  next: "Next stop",
  nextHelp: "The next stop (→)",
  end: "End of the tour",
  leave: "leave the tour",
  leaveHelp: "Leaves the tour (Esc)",
  otherRuns: "The stored runs of this copy are not those that this tour was written for.",
  stored: "These numbers are those of the stored run.",
  show: "Show it",
  bulk: {
    title: "Bulk and outliers",
    nearZero: {
      title: "Nearly all eigenvalues are nearly zero",
      text: (eigenvalues: string, bulk: string, largest: string) =>
        `The Hessian of this network has ${eigenvalues} eigenvalues. By this quadrature ` +
        `${bulk} of them lie within one hundredth of the largest, ${largest}. ` +
        "That is the bulk; the few others are the outliers.",
    },
    linear: {
      title: "Linear axes hide what matters",
      text: (weight: string) =>
        `The same run on linear axes is one peak at zero. A single eigenvalue weighs 1/n = ${weight}: ` +
        "no outlier can be seen at that height. The two logarithms of the stop before show both.",
    },
    outliers: {
      title: "The outliers, one by one",
      text: (facts: {
        readonly fifth: string;
        readonly first: string;
        readonly smallest: string;
        readonly times: string;
      }) =>
        `The five largest go from ${facts.fifth} to ${facts.first}, and all have settled. ` +
        `The smallest is ${facts.smallest}: negative, and ${facts.times} ` +
        "times smaller in size. A method that sees magnitudes alone would never show it.",
    },
    outermost: {
      title: "Outliers come first",
      text: (settled: number, open: number) =>
        `Twelve products with the Hessian, and ${settled} of 12 Ritz values have settled: the outermost. ` +
        `The ${open} others are still on their way. So outliers are known as numbers, and the bulk as a density.`,
    },
  },
  sharp: {
    title: "Sharp and flat",
    rises: {
      title: "A sharp direction",
      text: (facts: {
        readonly eigenvalue: string;
        readonly loss: string;
        readonly left: string;
        readonly right: string;
        readonly weights: string;
      }) =>
        `Along the vector of the largest eigenvalue, ${facts.eigenvalue}, a step of length 0.1 ` +
        `takes the loss from ${facts.loss} to ${facts.left} on one side and ${facts.right} on the other. ` +
        `All ${facts.weights} weights together moved by 0.1.`,
    },
    bendsDown: {
      title: "A direction that bends down",
      text: (eigenvalue: string, there: string, loss: string) =>
        `The smallest eigenvalue is ${eigenvalue}: along its vector the loss bends down. ` +
        `At 0.2 it is ${there}, below the ${loss} of the trained weights. ` +
        "A minimum has no such direction: on these samples, training did not end in one.",
    },
    local: {
      title: "Curvature is a local statement",
      text: (promised: string, measured: string) =>
        "The dashed parabola knows the slope and the eigenvalue, nothing else. Near the weights it fits; at 0.5 it promises " +
        `${promised}, and ${measured} is measured. Sharpness tells about small steps.`,
    },
    training: {
      title: "What it means for training",
      text: (limit: string, bulk: string) =>
        "On a quadratic loss, gradient descent overshoots more and more along an eigenvector once its step size exceeds 2/λ: " +
        `here 2/λ₁ = ${limit}. The sharpest direction sets the limit, and ${bulk} of the spectrum ` +
        "is a hundred times flatter or more.",
    },
  },
  batch: {
    title: "Batch size",
    sample: {
      title: "A batch is a sample",
      text: (facts: {
        readonly available: string;
        readonly samples: number;
        readonly batches: number;
        readonly range: string;
      }) =>
        `The loss is a mean over ${facts.available} held-out images, and a batch is a few of them. ` +
        `${facts.batches} random batches of ${facts.samples} images have a largest eigenvalue of ${facts.range}. ` +
        "Each is exact to many digits, for its own batch.",
    },
    spread: {
      title: "Larger batches agree more",
      text: (factors: string) =>
        `From the flattest to the sharpest batch of a size λ₁ changes by a factor of ${factors}. ` +
        "A mean over more images varies less, and so does its largest eigenvalue.",
    },
    mean: {
      title: "What a few batches cannot show",
      text: (facts: {
        readonly small: number;
        readonly smallMean: string;
        readonly large: number;
        readonly largeMean: string;
        readonly batches: number;
        readonly sharpest: string;
      }) =>
        "In expectation λ₁ falls as batches grow: the largest eigenvalue of a mean of matrices is at most the mean of theirs. " +
        `Here it is ${facts.smallMean} in the mean with ${facts.small} images and ${facts.largeMean} with ${facts.large}, the other way ` +
        `round. Of the mean of the small ones ${facts.sharpest} is one batch's: ${facts.batches} batches do not tell it.`,
    },
    oneBatch: {
      title: "What an error bar is about",
      text: (facts: {
        readonly samples: number;
        readonly value: string;
        readonly residual: string;
        readonly range: string;
      }) =>
        `This spectrum is that of one batch of ${facts.samples} images: λ₁ = ${facts.value} with a residual of ${facts.residual}. ` +
        `Others of ${facts.samples} gave ${facts.range}. The residual is about this batch; ` +
        "how much the data vary, other batches tell.",
    },
  },
  norms: {
    title: "BatchNorm and skip connections",
    omissions: {
      title: "One network, two omissions",
      text: (full: string, withoutNorm: string, withoutSkip: string) =>
        `ResNet-20 has λ₁ = ${full}; without BatchNorm ${withoutNorm}, without skip connections ${withoutSkip}. ` +
        "On these samples the full network is the sharpest of the three. One trained network each is an example, not a law.",
    },
    negative: {
      title: "The negative end",
      text: (facts: {
        readonly withoutNorm: string;
        readonly full: string;
        readonly withoutSkip: string;
        readonly shares: string;
      }) =>
        `Without BatchNorm the spectrum reaches down to ${facts.withoutNorm}, with it to ${facts.full}, and without skip ` +
        `connections to ${facts.withoutSkip}. Beside their largest eigenvalues that is ${facts.shares}.`,
    },
    unclaimed: {
      title: "What cannot be claimed",
      text: (facts: {
        readonly full: string;
        readonly withoutNorm: string;
        readonly probes: number;
        readonly steps: number;
        readonly fullBounds: string;
        readonly withoutNormBounds: string;
      }) =>
        `By the quadrature ${facts.full} of the eigenvalues lie below zero, and ${facts.withoutNorm} without BatchNorm. ` +
        `But what ${plural(facts.probes, "probe")} of ${facts.steps} steps can vouch for is ${facts.fullBounds}, and ` +
        `${facts.withoutNormBounds}: they overlap, and the page does not call that a difference.`,
    },
  },
  bits: {
    title: "Which layers to quantise",
    trace: {
      title: "Trace by layer",
      text: (facts: {
        readonly tensors: number;
        readonly tensor: string;
        readonly trace: string;
        readonly size: string;
      }) =>
        `To second order, rounding a weight raises the loss by half its curvature times the square of the error. Of ${facts.tensors} weight tensors ` +
        `${facts.tensor} has the largest trace, ${facts.trace}, but it also has ${facts.size} parameters to share it.`,
    },
    perParameter: {
      title: "Per parameter it is another layer",
      text: (facts: {
        readonly tensor: string;
        readonly mean: string;
        readonly times: string;
        readonly largest: string;
      }) =>
        `Divided by its size, ${facts.tensor} comes first: ${facts.mean} per parameter, ` +
        `${facts.times} times that of ${facts.largest}. ` +
        "HAWQ-V2 gives such layers the most bits: they are small, so that costs little.",
    },
    measured: {
      title: "Predicted and measured",
      text: (facts: {
        readonly predicted: string;
        readonly rise: string;
        readonly secondOrder: string;
        readonly firstOrder: string;
      }) =>
        `The traces here are exact, and the best plan half-way between the fewest and the most bits predicts a rise of ${facts.predicted}. ` +
        `Measured with the rounded weights it is ${facts.rise}: the curvature along the error gives ` +
        `${facts.secondOrder}, as predicted, and the slope, which HAWQ leaves out, ${facts.firstOrder}.`,
    },
  },
  families: {
    title: "ResNet and BERT",
    bert: {
      title: "A transformer has a bulk and outliers too",
      text: (bert: string, largest: string, resnet: string) =>
        `${bert} of the spectrum of this BERT lies within one hundredth of its largest eigenvalue, ` +
        `${largest}; in ResNet-20 it was ${resnet}. ` +
        "Other layers, other data, the same shape.",
    },
    beside: {
      title: "Side by side",
      text: (bert: string, resnet: string) =>
        `The negative end of BERT is ${bert} of its largest eigenvalue, that of ResNet-20 ${resnet}. ` +
        "Their data differ, which the page says above the figure: the shapes can be compared, the sizes hardly.",
    },
    where: {
      title: "Where the curvature sits",
      text: (facts: {
        readonly tensor: string;
        readonly mean: string;
        readonly size: string;
        readonly biggest: string;
        readonly share: string;
        readonly times: string;
      }) =>
        `Per parameter, ${facts.tensor} leads with ${facts.mean}: ${facts.size} numbers that every token shares. ` +
        `The largest tensor, ${facts.biggest}, holds ${facts.share} of the parameters and has ` +
        `${facts.times} times less curvature each.`,
    },
  },
  lanczos: {
    title: "How Lanczos finds them",
    one: {
      title: "One product",
      text: (n: string, quotient: string) =>
        `Nobody can store ${n} × ${n} numbers, but the Hessian times a vector costs about two gradients. ` +
        `One product with a random unit vector v gives v′Hv = ${quotient}: an estimate of the mean of all eigenvalues, and nothing of the outliers.`,
    },
    twelve: {
      title: "Twelve products",
      text: (facts: {
        readonly largest: string;
        readonly error: string;
        readonly products: number;
        readonly final: string;
      }) =>
        `The 12 × 12 matrix T stands for the whole Hessian, and its largest eigenvalue is ${facts.largest} ± ${facts.error}. ` +
        `After all ${facts.products} products it is ${facts.final}.`,
    },
    copies: {
      title: "Forget the old vectors, and copies appear",
      text:
        "Each new vector ought to be orthogonal to all before it. Held against the last two only, in float32, the vectors lose that " +
        "as soon as a Ritz value settles: the orange line. Then settled values return as copies, and a list of eigenvalues " +
        "would count them twice.",
    },
    length: {
      title: "Power iteration sees the length alone",
      text: (farthest: string, length: string) =>
        `Here every eigenvalue has the other sign, so the one farthest from zero is ${farthest}. ` +
        `The length ‖Av‖ tends to ${length} all the same: only the Rayleigh quotient v′Av has the sign. ` +
        "Switch to the opposite pair to see an iteration that never settles.",
    },
  },
};

// Export.

export const exportMenu = {
  title: "Export",
  copied: "Copied.",
  width: "Width of the PNG in millimetres",
  millimetres: (width: number) => `${width} mm`,
  resolution: "Dots per inch of the PNG",
  dotsPerInch: (dots: number) => `${dots} dpi`,
  svg: "SVG",
  png: "PNG",
  result: "Result (JSON)",
  numbers: "Numbers (npz)",
  matplotlib: "matplotlib script",
  pytorch: "PyTorch script",
  methods: "Copy methods sentence",
  bibtex: "Copy BibTeX",
};

/** Titles and legends of the figures of the first view, on the page and as they leave it. */
export const figures = {
  none: "There is no figure to export yet.",
  density: "Eigenvalue density",
  cumulative: "Cumulative distribution of the eigenvalues",
  quantity: { trace: "trace", perParameter: "trace per parameter" },
  byLayer: (quantity: string) => `${quantity} by layer`,
  lossAlong: (vector: string) => `Loss along ${vector}`,
  measured: "measured",
  predictedAlong: "predicted by slope and eigenvalue",
  massByLayer: (vector: string) => `Mass of ${vector} by layer`,
};

/** Those of the panels that load later. */
export const panelFigures = {
  predicted: "predicted",
  predictedAround: "predicted by slope and curvature",
  landscape: { loss: "loss", accuracy: "accuracy", residual: "residual" },
  equalLines: (quantity: string) => `lines of equal ${quantity}, measured`,
  units: {
    jacobian: "Singular values of the Jacobians of units",
    activations: "Eigenvalues of the Hessian in the output of units",
    middle: "90 % of the values",
    ends: "largest and smallest, converged",
  },
  sweep: {
    title: "Largest eigenvalue against the size of the batch",
    batch: "a batch",
    mean: "mean of the size",
  },
  sharesAbove: "Share of the last layer's eigenvalues above each value",
  plans: "Bit plans: cost against rise of the loss",
  bestPlans: "best plan for each budget, predicted",
  bits: "Bits of the plan",
  block: (tensor: string) => `Eigenvalue density of the block of ${tensor}`,
  channels: "Channels that go: what stays against rise of the loss",
  ritz: {
    title: (steps: number) => `Ritz values of ${steps} Lanczos steps`,
    open: "not settled",
    settled: "settled",
    copy: "copy of a settled one",
  },
  tridiagonal: (steps: number) =>
    `Tridiagonal matrix of ${steps} Lanczos steps, lighter is larger in magnitude`,
};

/** Why a figure cannot leave the page. */
export const exported = {
  noCanvas: "This browser offers no canvas to draw the PNG on.",
  noRoom: (width: number) => `This browser has no room for a PNG of ${width} pixels: choose fewer DPI.`,
  noRun: "There is no run to export yet.",
  noSlice: "No eigenvalue is selected, so there is no slice.",
  isTable: "This view is a table: export it as json.",
};

// Embeds.

export const embedButton = {
  label: "Embed",
  help: "Show this figure in a page, a deck, a notebook, a paper",
};

/** For authors who embed a figure. */
export const embedding = {
  title: "Embed this figure",
  noStoredRun:
    "An embed draws the stored run of a bundled model, which a link can name. A dropped file has neither: " +
    "export its figure as SVG instead.",
  figureOf: (run: string) => `${run}: Hessian spectrum`,
  shows: "shows",
  kind: "Kind of document",
  forKind: "for",
  frame: (model: string) =>
    `The frame draws the stored run of ${model} with this page's settings. It computes ` +
    "nothing until its reader presses Recompute, keeps nothing, and sends nothing.",
  insecure: (host: string) =>
    `This copy is served by ${host}: readers elsewhere need one that is served over https.`,
  snippetFor: (kind: string) => `Snippet for ${kind}`,
  copy: "Copy",
  noClipboard: "The clipboard is out of reach: select the text and copy it.",
  notes: {
    html: "Into any page.",
    quarto: "HTML gets the live figure, PDF and Word the exported one.",
    reveal: "A slide. The script lets arrow keys turn slides while the figure has the focus.",
    jupyter: "A cell of a notebook.",
    latex: (file: string) => `Needs hyperref and svg. Export the figure as ${file}.svg first.`,
  },
};

/** The embed itself. */
export const embed = {
  recompute: "Recompute",
  recomputeHelp: "Measures this figure again, on your own device",
  storedRun: "A stored run; your GPU is not used.",
  software: "Software adapter: right numbers, but slow.",
  unavailable: (why: string) => `${why} The stored run is shown.`,
  insecure:
    "A page around this frame came without https, so the browser offers no WebGPU here. The stored run is shown.",
  open: "Open in Eigenscope",
  noControl: (key: string, known: string) => `There is no control ${key}. The controls: ${known}.`,
  noFiles: "An embed takes no files.",
  tooMany: (most: number, rate: number) =>
    `Too many messages: at most ${most} at once and ${rate} a second are read, the others are dropped.`,
};

// A run that goes on.

export const deviceLoss = {
  survived: (losses: number): string =>
    `The GPU was lost ${losses === 1 ? "once" : `${count(losses)} times`} during this run. It went on from what was known, and its numbers are the same.`,
};

// The list of runs.

export const damagedRuns = {
  title: "Kept by this browser, but damaged or written by something else. Nothing is deleted by itself:",
  name: (key: string) => `the record ${key}`,
  export: "export as it is",
  exportTitle: (name: string) => `Exports ${name} as a text file`,
  delete: "delete for good",
  deleteTitle: (name: string) => `Deletes ${name} from this browser`,
  within: "the value that it lies in",
  more: "more than can be written",
};
