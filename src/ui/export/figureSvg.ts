/**
 * A chart of the page as one SVG file that needs nothing else: colours and type stand in its attributes, the legend and
 * the sentence that says what it shows are inside, and it looks the same whatever theme the page has.
 */

import type { SvgPart } from "../charts/surfaceDraw.ts";

export interface FigureText {
  readonly title: string;
  readonly legend: readonly LegendEntry[];
  /** Below the figure: what was measured. */
  readonly caption: string;
  /** Seed, probes, device: in the description alone. */
  readonly made: string;
  /** Why it cannot be trusted: the figure is hatched and says so. */
  readonly doubt: string | null;
  /** Elements beneath the chart, whose colours no theme changes: what the page draws on a canvas. */
  readonly ground?: readonly SvgPart[];
}

export interface LegendEntry {
  readonly text: string;
  /** Selector of an element of the chart whose stroke the entry explains. */
  readonly sample: string;
}

/** Colours: taken from the light theme. */
const COLOURS = ["fill", "stroke"] as const;
const LINES = ["stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity", "paint-order"] as const;
const TYPE = ["font-size", "font-weight", "text-anchor"] as const;
/** What the properties are where nothing says otherwise: left out of the file. */
const INITIAL: Readonly<Record<string, string>> = {
  stroke: "none",
  "stroke-width": "1px",
  "stroke-dasharray": "none",
  "stroke-linejoin": "miter",
  opacity: "1",
  "paint-order": "normal",
  "font-weight": "400",
  "text-anchor": "start",
};
const FONT = "Arial, Helvetica, sans-serif";
const LINE = 1.4;
const PADDING = 12;
/** Pixels between the strokes over a figure that cannot be trusted. */
const HATCH = 12;

/** @returns the text of an SVG file */
export function figureSvg(
  chart: SVGSVGElement,
  { title, legend, caption: what, made, doubt, ground = [] }: FigureText,
): string {
  const [width, height] = [chart.width.baseVal.value, chart.height.baseVal.value];
  const size = Number.parseFloat(getComputedStyle(chart.querySelector("text") ?? chart).fontSize);
  const caption = doubt === null ? what : `${doubt} ${what}`;
  const captionLines = wrap(caption, Math.floor((width - 2 * PADDING) / (0.5 * size)));
  const head = legend.length * size * LINE + PADDING;
  const foot = captionLines.length * size * LINE + PADDING;

  const figure = svgElement("svg", {
    viewBox: `0 0 ${width} ${round(head + height + foot)}`,
    width: `${width}`,
    height: `${round(head + height + foot)}`,
    "font-family": FONT,
    role: "img",
  });
  figure.append(
    textElement("title", {}, title),
    textElement("desc", {}, `${caption} ${made}`),
    svgElement("rect", { width: "100%", height: "100%", fill: "#ffffff" }),
  );
  inLightTheme(() => {
    legend.forEach((entry, i) => {
      figure.append(...legendLine(entry, chart, size, PADDING + i * size * LINE));
    });
    const body = svgElement("g", { transform: `translate(0 ${round(head)})` });
    body.append(...ground.map(built));
    body.append(...[...chart.childNodes].map((child) => copied(child as SVGElement)));
    if (doubt !== null) body.append(...hatching(width, height));
    figure.append(body);
  });
  captionLines.forEach((line, i) => {
    const y = round(head + height + (i + 1) * size * LINE);
    figure.append(
      textElement("text", { x: `${PADDING}`, y: `${y}`, "font-size": `${size}`, fill: "#59626d" }, line),
    );
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(figure)}\n`;
}

/** Red strokes over the whole chart. */
function hatching(width: number, height: number): SVGElement[] {
  const strokes: string[] = [];
  for (let x = -height; x < width; x += HATCH)
    strokes.push(`M${round(x)},${round(height)}l${round(height)},${round(-height)}`);
  const clip = svgElement("clipPath", { id: "doubt" });
  clip.append(svgElement("rect", { width: `${width}`, height: `${height}` }));
  const style = { stroke: "#a3271b", "stroke-opacity": "0.3", "stroke-width": "2", fill: "none" };
  return [clip, svgElement("path", { ...style, d: strokes.join(""), "clip-path": "url(#doubt)" })];
}

/** A copy with the colours, lines and type that the style sheet gives, as attributes. */
function copied(source: SVGElement): SVGElement {
  const copy = source.cloneNode(false) as SVGElement;
  if (source.nodeType !== Node.ELEMENT_NODE) return copy;
  copy.removeAttribute("class");
  const style = getComputedStyle(source);
  const drawn = !["defs", "clipPath", "pattern", "g"].includes(source.tagName);
  const names = drawn ? [...COLOURS, ...LINES, ...(source.tagName === "text" ? TYPE : [])] : ["opacity"];
  for (const name of names) {
    const value = style.getPropertyValue(name);
    if (value === "" || value === INITIAL[name]) continue;
    const plain = value.replaceAll('"', "'");
    copy.setAttribute(name, COLOURS.some((colour) => colour === name) ? paint(copy, name, plain) : plain);
  }
  copy.append(...[...source.childNodes].map((child) => copied(child as SVGElement)));
  return copy;
}

/** SVG 1.1 knows no rgba(): the transparency becomes an attribute, for Inkscape and LaTeX. */
function paint(element: SVGElement, name: string, value: string): string {
  const channels = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(value);
  if (channels === null) return value;
  const [, r, g, b, alpha] = channels;
  if (alpha !== undefined) element.setAttribute(`${name}-opacity`, alpha);
  return `#${[r, g, b].map((c) => Number(c).toString(16).padStart(2, "0")).join("")}`;
}

function legendLine(
  { text, sample }: LegendEntry,
  chart: SVGSVGElement,
  size: number,
  y: number,
): SVGElement[] {
  const found = chart.querySelector<SVGElement>(sample);
  if (found === null) return [];
  const middle = y + 0.5 * size;
  const line = copied(found);
  const stroke = svgElement("line", {
    x1: `${PADDING}`,
    x2: `${PADDING + 2 * size}`,
    y1: `${round(middle)}`,
    y2: `${round(middle)}`,
  });
  for (const name of ["stroke", "stroke-width", "stroke-dasharray"]) {
    const value = line.getAttribute(name);
    if (value !== null) stroke.setAttribute(name, value);
  }
  const place = { x: `${round(PADDING + 2.6 * size)}`, y: `${round(middle + 0.35 * size)}` };
  return [stroke, textElement("text", { ...place, "font-size": `${size}`, fill: "#1a1e23" }, text)];
}

function built({ name, attributes, inside = [] }: SvgPart): SVGElement {
  const element = svgElement(name, attributes);
  element.append(...inside.map(built));
  return element;
}

/** Runs without a repaint in between, so that nobody sees the page change. */
function inLightTheme(work: () => void): void {
  const root = document.documentElement;
  const before = root.dataset.theme;
  // The type of the projector theme goes with its geometry, which was computed for it.
  const size = getComputedStyle(root).fontSize;
  root.dataset.theme = "light";
  root.style.fontSize = size;
  try {
    work();
  } finally {
    root.style.removeProperty("font-size");
    if (before === undefined) delete root.dataset.theme;
    else root.dataset.theme = before;
  }
}

const round = (x: number): number => Math.round(x * 10) / 10;

function svgElement(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function textElement(name: string, attributes: Readonly<Record<string, string>>, text: string): SVGElement {
  const element = svgElement(name, attributes);
  element.textContent = text;
  return element;
}

/** Lines of at most `columns` characters, broken between words. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
