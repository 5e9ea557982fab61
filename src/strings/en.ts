/**
 * Every text that the page shows or says, in English. A translation is another file with the same exports, each of the type
 * `Strings["header"]` and so on, so that the compiler asks for every text.
 *
 * One export is one section: what one part of the page says. A build puts each section beside the component that imports
 * it (tools/stringSections.ts), so import sections by name and give parts that load apart sections of their own.
 *
 * - A text with something put in is a function. Numbers come as they are to be read, already formatted; a plain `number`
 *   is there only where it decides between one and many.
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

// The spectrum and its cards.

// Charts.

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

// Keys.

// Landscapes.

export const landscapeProblems = {
  noCheckpoint: (axis: string) => `Choose the file of the other checkpoint (${axis}), or drop it there.`,
  noEigenvalue: (place: string, end: string) => `The run has no eigenvalue ${place} at its ${end}.`,
  sameDirections: "A plane needs two different directions.",
};

// Layers: curvature, bits, pruning.

export const planProblems = {
  noTime: (layer: string, bits: number) =>
    `The latency table has no time of ${layer} at ${bits} bits: add a line ${layer},${bits},MS.`,
};

// Units.

// Comparison.

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

/** Other data that a batch is compared with. */
export const otherData = {
  noise: (deviation: string) => `the same with noise of ${deviation}`,
  from: (samples: number, first: number) => `${samples} from ${first} on`,
  random: (samples: number) => `${samples} at random`,
};

// Lessons.

// Guided tours.

// Export.

// Embeds.

// A run that goes on.

export const deviceLoss = {
  survived: (losses: number): string =>
    `The GPU was lost ${losses === 1 ? "once" : `${count(losses)} times`} during this run. It went on from what was known, and its numbers are the same.`,
};
