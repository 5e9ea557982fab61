/** Temporary head. */
import { count } from "../ui/format.ts";

const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

export const common = {
  cancel: "Cancel",
  none: "none",
  unknown: "unknown",
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
    ofBudget: <Part>(cost: Part, budget: string) => [cost, ` of at most ${budget}`],
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
    gone: <Part>(gone: Part, all: number) => [gone, ` of ${plural(all, "channel")} go`],
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
