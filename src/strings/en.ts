/** Temporary head. */
import { count } from "../ui/format.ts";

const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

export const common = {
  cancel: "Cancel",
  none: "none",
};

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

/** Titles and legends of the figures, on the page and as they leave it. */
export const figures = {
  none: "There is no figure to export yet.",
  density: "Eigenvalue density",
  cumulative: "Cumulative distribution of the eigenvalues",
  quantity: { trace: "trace", perParameter: "trace per parameter" },
  byLayer: (quantity: string) => `${quantity} by layer`,
  lossAlong: (vector: string) => `Loss along ${vector}`,
  measured: "measured",
  predicted: "predicted",
  predictedAlong: "predicted by slope and eigenvalue",
  predictedAround: "predicted by slope and curvature",
  landscape: { loss: "loss", accuracy: "accuracy", residual: "residual" },
  equalLines: (quantity: string) => `lines of equal ${quantity}, measured`,
  massByLayer: (vector: string) => `Mass of ${vector} by layer`,
  units: {
    jacobian: "Singular values of the Jacobians of units",
    activations: "Eigenvalues of the Hessian in the output of units",
    middle: "90 % of the values",
    ends: "largest and smallest, converged",
    open: "not converged",
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

/** The menus that take something away from the page. */
export const exporting = {
  title: "Export",
  width: "Width of the PNG in millimetres",
  resolution: "Dots per inch of the PNG",
  result: "Result (JSON)",
  numbers: "Numbers (npz)",
  matplotlib: "matplotlib script",
  pytorch: "PyTorch script",
  copyMethods: "Copy methods sentence",
  copyBibtex: "Copy BibTeX",
  copied: "Copied.",
  embed: "Embed",
  embedHelp: "Show this figure in a page, a deck, a notebook, a paper",
};

/** Why a figure cannot leave the page. */
export const exported = {
  noCanvas: "This browser offers no canvas to draw the PNG on.",
  noRoom: (width: number) => `This browser has no room for a PNG of ${width} pixels: choose fewer DPI.`,
  noRun: "There is no run to export yet.",
  noSlice: "No eigenvalue is selected, so there is no slice.",
  isTable: "This view is a table: export it as json.",
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
  copied: "Copied.",
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
  pause: "Pause",
  resume: "Resume",
  progress: "Progress of the run",
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
};
