/**
 * Every control of the page, declared once: the table drives the state, its validation, the labels and the link.
 * `url` is the key in the address (`#steps=80&bn=batch`); a value equal to its default is left out of the link.
 */
import {
  type ChoiceControl,
  type Control,
  choice,
  integer,
  type NameControl,
  type NumberControl,
  name,
} from "./controlTypes.ts";
import { landscapeControls } from "./landscapeControls.ts";
import { lessonControls } from "./lesson/controls.ts";
import { planControls } from "./planControls.ts";
import { pruneControls } from "./pruneControls.ts";

export type { ChoiceControl, Control, NameControl, NumberControl };

/** The model that stands for the dropped files. */
export const FILE_MODEL = "file";

export const controls = {
  model: name(
    "Model",
    "model",
    /^[a-z0-9-]{1,40}$/,
    "resnet20",
    "A bundled network, or the checkpoint that you dropped.",
  ),
  batchSize: integer(
    "Batch size",
    "n",
    [1, 4096, 128],
    "Samples in the mean loss. Time and memory grow in proportion.",
  ),
  start: integer("First sample", "start", [0, 999_999, 0], "Where in the data file the batch begins."),
  draw: choice(
    "Samples",
    "draw",
    [
      { value: "range", label: "in order" },
      { value: "random", label: "at random" },
    ],
    "Those from the first sample on, or drawn from all without replacement, by the data seed.",
  ),
  dataSeed: integer(
    "Data seed",
    "dataseed",
    [0, 4_294_967_295, 0],
    "Decides which samples a random batch holds, the same on every machine.",
  ),
  microBatch: integer(
    "Micro-batch",
    "micro",
    [0, 4096, 0],
    "Samples computed at once; 0 means as many as fit the memory. The operator is the same.",
  ),
  bn: choice(
    "BatchNorm",
    "bn",
    [
      { value: "eval", label: "running" },
      { value: "batch", label: "batch" },
    ],
    "Normalise by the stored running statistics (eval mode), or by the statistics of this very batch.",
  ),
  operator: choice(
    "Matrix",
    "op",
    [
      { value: "hessian", label: "Hessian" },
      { value: "ggn", label: "Gauss-Newton = Fisher" },
      { value: "fisher-mc", label: "Fisher, drawn labels" },
      { value: "empirical-fisher", label: "empirical Fisher" },
      { value: "residual", label: "Hessian − Gauss-Newton" },
    ],
    "Which matrix is measured. For cross-entropy and squared error, Gauss-Newton is the Fisher matrix over all labels.",
  ),
  params: {
    kind: "name",
    label: "Parameters",
    url: "params",
    pattern: /^[\w.,*?!/:[\] -]{0,300}$/,
    what: "patterns over tensor names with commas between",
    default: "",
    help: "Empty for all. Patterns such as layer3.* choose a block, with - in front they take out: -*embeddings*.",
  } satisfies NameControl,
  weightDecay: {
    kind: "number",
    label: "Weight decay",
    url: "wd",
    min: 0,
    max: 10,
    step: 0.0001,
    default: 0,
    help: "Adds this number to every eigenvalue, as λ/2 times the squared weights adds it to the loss.",
  } satisfies NumberControl,
  steps: integer(
    "Steps",
    "steps",
    [2, 400, 80],
    "Lanczos steps per probe: more resolve the edges of the spectrum. One product each.",
  ),
  probes: integer(
    "Probes",
    "probes",
    [1, 64, 2],
    "Random start vectors of the quadrature. Two or more give the density a band.",
  ),
  traceProbes: integer(
    "Trace probes",
    "trace",
    [1, 1000, 20],
    "Random vectors of the trace estimate. Those beyond the probes cost one product each.",
  ),
  seed: integer(
    "Seed",
    "seed",
    [0, 4_294_967_295, 0],
    "Decides every random vector: the same seed repeats the run on any GPU.",
  ),
  xAxis: choice(
    "Eigenvalue axis",
    "x",
    [
      { value: "symlog", label: "symlog" },
      { value: "linear", label: "linear" },
      { value: "log", label: "log|λ|" },
    ],
    "The bulk sits near zero and the outliers far away: a symmetric logarithm shows both, the logarithm of the size every decade.",
  ),
  yAxis: choice(
    "Density axis",
    "y",
    [
      { value: "log", label: "log" },
      { value: "linear", label: "linear" },
    ],
    "One outlier weighs about 1/n of the density: only a logarithm shows it.",
  ),
  figure: choice(
    "Figure",
    "figure",
    [
      { value: "density", label: "density" },
      { value: "cumulative", label: "cumulative" },
    ],
    "The density of the eigenvalues, or the share of them up to each value, with a band that holds everywhere at once.",
  ),
  band: choice(
    "Band",
    "band",
    [
      { value: "range", label: "range" },
      { value: "interval", label: "95 %" },
    ],
    "The range of the probes' curves, or the 95 % interval of their mean at each point (Student-t).",
  ),
  outlier: integer(
    "Outliers above",
    "outlier",
    [1, 100, 10],
    "Per cent of the largest eigenvalue from which one counts as an outlier.",
  ),
  learningRate: {
    kind: "name",
    label: "Learning rate",
    url: "lr",
    pattern: /^((\d{1,6}(\.\d{0,9})?|\.\d{1,9})(e-?\d{1,2})?)?$/,
    what: "a number above 0, such as 0.1 or 1e-3, or nothing",
    default: "",
    help: "Empty for none. Draws 2/η on the spectrum: gradient descent is unstable along eigenvectors to the right of it.",
  } satisfies NameControl,
  sgdBatch: integer(
    "Batch of SGD",
    "sgd",
    [1, 1_000_000, 128],
    "Samples per step of SGD, for the bound on its stability by the trace.",
  ),
  smoothing: choice(
    "Smoothing",
    "smooth",
    [
      { value: "axis", label: "by hand" },
      { value: "pyhessian", label: "PyHessian" },
    ],
    "By hand: a Gaussian of one width all along the axis. PyHessian: the variance that its density plot uses.",
  ),
  width: {
    kind: "number",
    label: "Smoothing width",
    url: "sigma",
    min: 0.2,
    max: 5,
    step: 0.05,
    default: 1,
    help: "Width of the smoothing in per cent of the axis. A view over the same quadrature: nothing is measured again.",
  } satisfies NumberControl,
  layerMeasure: choice(
    "Per layer",
    "layers",
    [
      { value: "perParameter", label: "per parameter" },
      { value: "trace", label: "trace" },
    ],
    "Trace of each tensor's own block, as it is or divided by the number of its parameters.",
  ),
  layerTensors: choice(
    "Tensors",
    "tensors",
    [
      { value: "weights", label: "weights" },
      { value: "all", label: "all" },
    ],
    "Convolution and linear weights only, or BatchNorm scales and biases as well.",
  ),
  selected: name(
    "Selected eigenvalue",
    "eig",
    /^(top|bottom)[1-9]\d?$/,
    "top1",
    "The eigenvalue whose vector the loss is measured along.",
  ),
  about: choice(
    "Of the selected eigenvalue",
    "show",
    [
      { value: "line", label: "line" },
      { value: "plane", label: "plane" },
      { value: "vector", label: "vector" },
    ],
    "The loss along its vector, the loss over the plane of the two largest, or what its vector is made of.",
  ),
  compare: {
    kind: "name",
    label: "Compared with",
    url: "compare",
    formerly: "a",
    pattern: /^([a-z0-9-]{1,40}(,[a-z0-9-]{1,40}){0,3})?$/,
    what: "at most four names of runs with commas between",
    default: "",
    help: "Runs beside the shown one: stored runs by their model, saved ones by their name in the list.",
  } satisfies NameControl,
  panel: choice(
    "Panel",
    "panel",
    [
      { value: "spectrum", label: "Spectrum" },
      { value: "landscape", label: "Landscape" },
      { value: "layers", label: "Layers" },
      { value: "compare", label: "Compare" },
      { value: "study", label: "Study" },
      { value: "learn", label: "Learn" },
    ],
    "Which part of the page is in sight.",
  ),
  ...landscapeControls,
  layer: {
    kind: "name",
    label: "Selected layer",
    url: "layer",
    pattern: /^[^\p{Cc}]{0,200}$/u,
    what: "the name of a tensor",
    default: "",
    help: "The tensor whose own block of the matrix is looked at.",
  } satisfies NameControl,
  ...planControls,
  ...pruneControls,
  ...lessonControls,
  tour: choice(
    "Guided tour",
    "tour",
    [
      { value: "none", label: "none" },
      { value: "bulk", label: "bulk and outliers" },
      { value: "sharp", label: "sharp and flat" },
      { value: "norms", label: "BatchNorm and skip connections" },
      { value: "bits", label: "which layers to quantise" },
      { value: "bert", label: "ResNet and BERT" },
      { value: "lanczos", label: "how Lanczos finds them" },
    ],
    "A walk through the stored runs, a link for each stop.",
  ),
  tourStep: integer("Stop of the tour", "step", [1, 20, 1], "Where the guided tour has come to."),
  shortcuts: choice(
    "Keys",
    "keys",
    [
      { value: "on", label: "on" },
      { value: "off", label: "off" },
    ],
    "Whether single keys of the keyboard act on the page.",
  ),
  view: choice(
    "Figure of the embed",
    "view",
    [
      { value: "density", label: "density" },
      { value: "layers", label: "layers" },
      { value: "slice", label: "slice" },
      { value: "eigenvalues", label: "eigenvalues" },
    ],
    "What embed.html shows of the run; the page shows everything.",
  ),
  hide: name(
    "Hidden controls",
    "hide",
    /^[a-z,]{0,200}$/,
    "",
    "Controls that the link takes out of sight, by their keys in the link: steps,seed.",
  ),
} as const satisfies Record<string, Control>;

export type ControlKey = keyof typeof controls;

type ValueOf<C> = C extends NumberControl ? number : C extends ChoiceControl<infer T> ? T : string;

/** The value of every control. */
export type ControlValues = { readonly [K in ControlKey]: ValueOf<(typeof controls)[K]> };

export const controlKeys = Object.keys(controls) as ControlKey[];

export const defaultValues = Object.fromEntries(
  controlKeys.map((key) => [key, controls[key].default]),
) as unknown as ControlValues;

/** The controls that decide the numbers of a run; the others choose a model or a view. */
export const runSettingKeys = [
  ...(["bn", "draw", "start", "dataSeed", "batchSize", "microBatch"] as const),
  ...(["operator", "params", "weightDecay"] as const),
  ...(["steps", "probes", "traceProbes", "seed"] as const),
] as const;

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** Reads the text of a control (a field, or the link). The message names the control, what it takes and what came. */
export function parseControl(key: ControlKey, text: string): Checked<string | number> {
  const control: Control = controls[key];
  const refuse = (expected: string): Checked<never> => ({
    ok: false,
    message: `${control.label}: expected ${expected}, found ${JSON.stringify(text)}`,
  });
  switch (control.kind) {
    case "number": {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      const whole = control.step === 1;
      const fits = value >= control.min && value <= control.max && (!whole || Number.isInteger(value));
      return fits
        ? { ok: true, value }
        : refuse(`a ${whole ? "whole number" : "number"} from ${control.min} to ${control.max}`);
    }
    case "choice":
      return control.options.some((option) => option.value === text)
        ? { ok: true, value: text }
        : refuse(control.options.map((option) => option.value).join(" or "));
    case "name":
      return control.pattern.test(text)
        ? { ok: true, value: text }
        : refuse(control.what ?? "a name of this page");
  }
}

/** What a change brings with it: PyHessian's smoothing is one of eigenvalues, so it lives on the linear axis; another lesson begins. */
export function coupled(values: ControlValues, changed: ControlKey): ControlValues {
  if (changed === "smoothing" && values.smoothing === "pyhessian") return { ...values, xAxis: "linear" };
  if (changed === "xAxis" && values.xAxis !== "linear") return { ...values, smoothing: "axis" };
  if (changed === "width") return { ...values, smoothing: "axis" };
  if (["lesson", "powerMatrix", "powerShift"].includes(changed)) return { ...values, lessonStep: 1 };
  if (changed === "tour") return { ...values, tourStep: 1 };
  return values;
}
