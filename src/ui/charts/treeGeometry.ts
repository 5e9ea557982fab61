/** Ritz values step by step, in pixels: a row of dots for each step, on the axis of the density. Pure. */
import { type DensityView, positionOf } from "../../store/densityView.ts";
import type { LanczosState } from "../../store/lesson/lanczos.ts";
import { treeChart as words } from "../../strings/en.ts";
import { significant } from "../format.ts";
import type { Tick } from "./densityGeometry.ts";
import { type Frame, round } from "./frame.ts";

export interface TreeGeometry {
  /** The dots of each kind up to the present step, one path each. */
  readonly dots: Readonly<Record<LanczosState["kinds"][number], string>>;
  /** The dots of the present step, larger. */
  readonly front: string;
  /** Where the last step of all has its Ritz values: what the rows grow towards. */
  readonly goals: string;
  /** Height of the present row. */
  readonly row: number;
  readonly yTicks: readonly Tick[];
  /** Pixels of the Ritz values of the present step, ascending. */
  readonly stops: readonly number[];
}

export function treeGeometry(
  view: DensityView,
  states: readonly LanczosState[],
  at: number,
  frame: Frame,
  radius: number,
): TreeGeometry {
  const width = frame.right - frame.left;
  const [low, high] = view.domain;
  const x = (theta: number) => frame.left + ((positionOf(view, theta) - low) / (high - low)) * width;
  // Half a row of room at both ends; the first step stands on top.
  const pitch = (frame.bottom - frame.top) / states.length;
  const y = (step: number) => frame.top + (step - 0.5) * pitch;
  const size = Math.max(1, Math.min(radius, 0.45 * pitch));
  const dots = { open: "", settled: "", ghost: "" };
  states.slice(0, at).forEach(({ nodes, kinds }, i) => {
    nodes.forEach((theta, node) => {
      const mark = kinds[node] === "ghost" ? diamond : disc;
      dots[kinds[node]] += mark(x(theta), y(i + 1), size);
    });
  });
  const present = states[at - 1];
  const every = [1, 2, 5, 10, 20, 40].find((step) => step * pitch >= 2.2 * 14) ?? 40;
  const labelled = [
    1,
    ...Array.from({ length: Math.floor(states.length / every) }, (_, i) => (i + 1) * every),
  ];
  return {
    dots,
    front: present.nodes.map((theta) => disc(x(theta), y(at), 1.6 * size)).join(""),
    goals: states[states.length - 1].nodes
      .map((theta) => `M${round(x(theta))},${round(frame.top)}V${round(frame.bottom)}`)
      .join(""),
    row: y(at),
    yTicks: [...new Set(labelled)].map((step) => ({ at: y(step), label: String(step) })),
    stops: present.nodes.map(x),
  };
}

function disc(cx: number, cy: number, r: number): string {
  return `M${round(cx - r)},${round(cy)}a${round(r)},${round(r)} 0 1 0 ${round(2 * r)},0a${round(r)},${round(r)} 0 1 0 ${round(-2 * r)},0`;
}

/** Copies have another shape, not another colour only. */
function diamond(cx: number, cy: number, r: number): string {
  const reach = 1.7 * r;
  return `M${round(cx - reach)},${round(cy)}l${round(reach)},${round(-reach)}l${round(reach)},${round(reach)}l${round(-reach)},${round(reach)}z`;
}

export function treeReading({ nodes, kinds, errors, weights }: LanczosState, node: number): string {
  return [
    words.value(significant(nodes[node], 5)),
    `± ${significant(errors[node], 2)}, ${words.kinds[kinds[node]]}`,
    words.weight(significant(weights[node], 2)),
  ].join("\n");
}
