/**
 * Every control of the page, declared once: the table drives the state, its validation, the labels and the link.
 * `url` is the key in the address (`#steps=80&bn=batch`); a value equal to its default is left out of the link.
 */
import { controlWords, controlProblems as problems } from "../strings/en.ts";
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
  model: name(controlWords.model, "model", /^[a-z0-9-]{1,40}$/, "resnet20"),
  batchSize: integer(controlWords.batchSize, "n", [1, 4096, 128]),
  start: integer(controlWords.start, "start", [0, 999_999, 0]),
  draw: choice(controlWords.draw, "draw", ["range", "random"]),
  dataSeed: integer(controlWords.dataSeed, "dataseed", [0, 4_294_967_295, 0]),
  microBatch: integer(controlWords.microBatch, "micro", [0, 4096, 0]),
  bn: choice(controlWords.bn, "bn", ["eval", "batch"]),
  operator: choice(controlWords.operator, "op", [
    "hessian",
    "ggn",
    "fisher-mc",
    "empirical-fisher",
    "residual",
  ]),
  params: {
    kind: "name",
    ...controlWords.params,
    url: "params",
    pattern: /^[\w.,*?!/:[\] -]{0,300}$/,
    default: "",
  } satisfies NameControl,
  weightDecay: {
    kind: "number",
    ...controlWords.weightDecay,
    url: "wd",
    min: 0,
    max: 10,
    step: 0.0001,
    default: 0,
  } satisfies NumberControl,
  steps: integer(controlWords.steps, "steps", [2, 400, 80]),
  probes: integer(controlWords.probes, "probes", [1, 64, 2]),
  traceProbes: integer(controlWords.traceProbes, "trace", [1, 1000, 20]),
  seed: integer(controlWords.seed, "seed", [0, 4_294_967_295, 0]),
  xAxis: choice(controlWords.xAxis, "x", ["symlog", "linear", "log"]),
  yAxis: choice(controlWords.yAxis, "y", ["log", "linear"]),
  figure: choice(controlWords.figure, "figure", ["density", "cumulative"]),
  band: choice(controlWords.band, "band", ["range", "interval"]),
  outlier: integer(controlWords.outlier, "outlier", [1, 100, 10]),
  learningRate: {
    kind: "name",
    ...controlWords.learningRate,
    url: "lr",
    pattern: /^((\d{1,6}(\.\d{0,9})?|\.\d{1,9})(e-?\d{1,2})?)?$/,
    default: "",
  } satisfies NameControl,
  sgdBatch: integer(controlWords.sgdBatch, "sgd", [1, 1_000_000, 128]),
  smoothing: choice(controlWords.smoothing, "smooth", ["axis", "pyhessian"]),
  width: {
    kind: "number",
    ...controlWords.width,
    url: "sigma",
    min: 0.2,
    max: 5,
    step: 0.05,
    default: 1,
  } satisfies NumberControl,
  layerMeasure: choice(controlWords.layerMeasure, "layers", ["perParameter", "trace"]),
  layerTensors: choice(controlWords.layerTensors, "tensors", ["weights", "all"]),
  selected: name(controlWords.selected, "eig", /^(top|bottom)[1-9]\d?$/, "top1"),
  about: choice(controlWords.about, "show", ["line", "plane", "vector"]),
  compare: {
    kind: "name",
    ...controlWords.compare,
    url: "compare",
    formerly: "a",
    pattern: /^([a-z0-9-]{1,40}(,[a-z0-9-]{1,40}){0,3})?$/,
    default: "",
  } satisfies NameControl,
  panel: choice(controlWords.panel, "panel", [
    "spectrum",
    "landscape",
    "layers",
    "compare",
    "study",
    "learn",
  ]),
  ...landscapeControls,
  layer: {
    kind: "name",
    ...controlWords.layer,
    url: "layer",
    pattern: /^[^\p{Cc}]{0,200}$/u,
    default: "",
  } satisfies NameControl,
  ...planControls,
  ...pruneControls,
  ...lessonControls,
  tour: choice(controlWords.tour, "tour", [
    "none",
    "bulk",
    "sharp",
    "norms",
    "batch",
    "bits",
    "bert",
    "lanczos",
  ]),
  tourStep: integer(controlWords.tourStep, "step", [1, 20, 1]),
  shortcuts: choice(controlWords.shortcuts, "keys", ["on", "off"]),
  view: choice(controlWords.view, "view", ["density", "layers", "slice", "eigenvalues"]),
  hide: name(controlWords.hide, "hide", /^[a-z,]{0,500}$/, ""),
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
    message: problems.refused(control.label, expected, JSON.stringify(text)),
  });
  switch (control.kind) {
    case "number": {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      const whole = control.step === 1;
      const fits = value >= control.min && value <= control.max && (!whole || Number.isInteger(value));
      return fits
        ? { ok: true, value }
        : refuse((whole ? problems.wholeNumber : problems.number)(String(control.min), String(control.max)));
    }
    case "choice":
      return control.options.some((option) => option.value === text)
        ? { ok: true, value: text }
        : refuse(problems.oneOf(control.options.map((option) => option.value)));
    case "name":
      return control.pattern.test(text) ? { ok: true, value: text } : refuse(control.what ?? problems.name);
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
