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

// The model, its data and the Hub.

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

// The spectrum and its cards.

// Charts.

// The GPU.

// Keys.

// Landscapes.

// Layers: curvature, bits, pruning.

// Units.

// Comparison.

// The study.

// Lessons.

// Guided tours.

// Export.

// Embeds.

// The list of runs.

export const damagedRuns = {
  title: "Kept by this browser, but damaged or written by something else. Nothing is deleted by itself:",
  name: (key: string) => `the record ${key}`,
  export: "export as it is",
  exportTitle: (name: string) => `Exports ${name} as a text file`,
  delete: "delete for good",
  deleteTitle: (name: string) => `Deletes ${name} from this browser`,
};
