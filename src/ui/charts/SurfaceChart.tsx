/**
 * A quantity over a plane as a surface that turns: by dragging, and by the arrow keys. It moves only while the reader
 * moves it, so there is nothing to calm down for those who want less motion.
 */
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { controls } from "../../store/controls.ts";
import type { Field } from "../../store/landscapes.ts";
import { surfaceChart as words } from "../../strings/en.ts";
import { type Command, commandOf } from "../keys/table.ts";
import { frameOf } from "./frame.ts";
import type { Shades } from "./shades.ts";
import { surfaceShape, type View } from "./surface.ts";
import { paintSurface, type SvgPart, surfaceParts } from "./surfaceDraw.ts";
import { useBox } from "./useBox.ts";

interface SurfaceChartProps {
  readonly field: Field;
  readonly shades: Shades;
  readonly names: readonly string[];
  readonly summary: string;
  readonly view: View;
  /** Called when a turn has come to rest. */
  readonly onView: (view: View) => void;
  /** Is given what writes the surface as SVG, for an export. */
  readonly ground: RefObject<() => readonly SvgPart[]>;
}

const MARGINS = { left: 2.6, right: 2.6, top: 2.2, bottom: 1.8 };
/** Cells along a direction in a file, which shall stay small. */
const MOST_IN_FILE = 30;
const TURNS: Readonly<Record<Exclude<Command<"surface">, "middle">, readonly [number, number]>> = {
  left: [-5, 0],
  right: [5, 0],
  up: [0, 5],
  down: [0, -5],
};
const FIRST: View = { turn: controls.surfaceTurn.default, tilt: controls.surfaceTilt.default };

const turned = (view: View, by: readonly [number, number]): View => ({
  turn: Math.round(((((view.turn + by[0] + 180) % 360) + 360) % 360) - 180),
  tilt: Math.round(Math.min(85, Math.max(5, view.tilt + by[1]))),
});

export function SurfaceChart({ field, shades, names, summary, view, onView, ground }: SurfaceChartProps) {
  const { ref, box } = useBox();
  const canvas = useRef<HTMLCanvasElement>(null);
  /** Where a drag began, and the view then. */
  const drag = useRef<{ readonly x: number; readonly y: number; readonly view: View } | null>(null);
  const [held, setHeld] = useState<View | null>(null);
  const seen = held ?? view;
  const frame = box === null ? null : frameOf(box, MARGINS);
  const shape = frame === null ? null : surfaceShape(field, shades, names, seen, frame);

  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || shape === null || box === null) return;
    const lines = getComputedStyle(context.canvas).color;
    paintSurface(context, shape, { ...box, ratio: devicePixelRatio, lines });
  });
  useLayoutEffect(() => {
    ground.current = () =>
      frame === null ? [] : surfaceParts(surfaceShape(field, shades, names, seen, frame, MOST_IN_FILE));
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const command = commandOf("surface", event.key);
    if (command === null) return;
    onView(command === "middle" ? FIRST : turned(view, TURNS[command]));
    event.preventDefault();
  };
  const rest = () => {
    drag.current = null;
    if (held !== null) onView(held);
    setHeld(null);
  };
  return (
    <div ref={ref} className="chart plane-chart surface-chart">
      {box !== null && frame !== null && shape !== null && box.width > 0 && (
        <>
          <canvas
            ref={canvas}
            width={Math.round(box.width * devicePixelRatio)}
            height={Math.round(box.height * devicePixelRatio)}
            style={{ width: box.width, height: box.height }}
          />
          <svg width={box.width} height={box.height} role="img" aria-label={summary}>
            {shape.front.map(([[x1, y1], [x2, y2]]) => (
              <line key={`${x1},${y1},${x2},${y2}`} className="axis" {...{ x1, y1, x2, y2 }} />
            ))}
            {shape.labels.map(({ at: [x, y], text, anchor, title }) => (
              <text
                key={`${text}${x},${y}`}
                className={title ? "axis-title" : "tick"}
                {...{ x, y }}
                dy="0.32em"
                textAnchor={anchor}
              >
                {text}
              </text>
            ))}
            {shape.weights !== null && (
              <circle className="at-weights" cx={shape.weights[0]} cy={shape.weights[1]} r={0.3 * box.rem} />
            )}
          </svg>
          <div
            role="slider"
            tabIndex={0}
            className="turntable"
            aria-label={words.turn}
            aria-valuemin={-180}
            aria-valuemax={180}
            aria-valuenow={seen.turn}
            aria-valuetext={words.turned(seen.turn, seen.tilt)}
            title={words.hint}
            onKeyDown={onKeyDown}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              drag.current = { x: event.clientX, y: event.clientY, view: seen };
            }}
            onPointerMove={({ clientX, clientY }) => {
              const from = drag.current;
              if (from !== null) setHeld(turned(from.view, [(clientX - from.x) / 2, (clientY - from.y) / 3]));
            }}
            onPointerUp={rest}
            onPointerCancel={rest}
          />
        </>
      )}
    </div>
  );
}
