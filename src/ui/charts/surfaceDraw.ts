/** The two hands that draw a surface: on a canvas, and as SVG for a file. */
import { type Point, round } from "./frame.ts";
import type { SurfaceShape } from "./surface.ts";

/** Between the faces: the shape of the surface, and no gaps where they meet. */
const EDGE = { colour: "#000000", opacity: 0.22, width: 0.6 };
const GUESSED = 0.55;

/** @param lines colour of the far edges of the box */
export function paintSurface(
  context: CanvasRenderingContext2D,
  { back, faces }: SurfaceShape,
  { width, height, ratio, lines }: { width: number; height: number; ratio: number; lines: string },
): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineWidth = 1;
  context.strokeStyle = lines;
  context.beginPath();
  for (const [from, to] of back) {
    context.moveTo(...from);
    context.lineTo(...to);
  }
  context.stroke();
  context.lineWidth = EDGE.width;
  context.lineJoin = "round";
  for (const { corners, fill, measured } of faces) {
    context.globalAlpha = measured ? 1 : GUESSED;
    context.beginPath();
    corners.forEach((corner, k) => {
      if (k === 0) context.moveTo(...corner);
      else context.lineTo(...corner);
    });
    context.closePath();
    context.fillStyle = fill;
    context.strokeStyle = fill;
    context.fill();
    context.stroke();
    context.globalAlpha = EDGE.opacity;
    context.strokeStyle = EDGE.colour;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** An SVG element before there is a document. */
export interface SvgPart {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly inside?: readonly SvgPart[];
}

/** The same as SVG, without what the page draws over it. Neighbours of one colour share a path. */
export function surfaceParts({ back, faces }: SurfaceShape): SvgPart[] {
  const path = (points: readonly Point[]): string =>
    `M${points.map((p) => p.map(round).join(",")).join("L")}`;
  const runs: { fill: string; measured: boolean; d: string }[] = [];
  for (const { corners, fill, measured } of faces) {
    const last = runs.at(-1);
    const d = `${path(corners)}z`;
    if (last !== undefined && last.fill === fill && last.measured === measured) last.d += d;
    else runs.push({ fill, measured, d });
  }
  const stroke = {
    ...{ stroke: EDGE.colour, "stroke-opacity": `${EDGE.opacity}`, "stroke-width": `${EDGE.width}` },
    "stroke-linejoin": "round",
  };
  return [
    { name: "path", attributes: { d: back.map(path).join(""), fill: "none", stroke: "#c4c9cd" } },
    {
      ...{ name: "g", attributes: stroke },
      inside: runs.map(({ fill, measured, d }) => ({
        name: "path",
        attributes: { fill, ...(measured ? {} : { opacity: `${GUESSED}` }), d },
      })),
    },
  ];
}
