/**
 * Expressions to WGSL. All arithmetic is on vec4f: four consecutive elements of the innermost axis. The coordinates of
 * an element are given as WGSL names, the innermost one counting vec4s.
 */

import type { WgslFunction } from "../autograd/ops/op.ts";
import { type OpName, ops } from "../autograd/ops/table.ts";
import type { Shape } from "../model/graph.ts";
import erf from "../shaders/functions/erf.wgsl?raw";
import log from "../shaders/functions/log.wgsl?raw";
import pow from "../shaders/functions/pow.wgsl?raw";
import sin from "../shaders/functions/sin.wgsl?raw";
import tanh from "../shaders/functions/tanh.wgsl?raw";
import type { Expr, Window } from "./expr.ts";
import { type Binder, indexText, probeTerm, vec4Address } from "./kernel.ts";
import { isVec4, type View } from "./view.ts";

export interface Generated {
  /** WGSL statements to stand before the value is used. */
  readonly statements: string[];
  /** A WGSL expression of type vec4f. */
  readonly value: string;
}

export const FUNCTIONS: Readonly<Record<WgslFunction, string>> = { tanh, erf, log, pow, sin };

/** The scope around a loop: what does not change along the axes that the loop walks is computed there. */
export interface Outside {
  readonly axes: readonly number[];
  /** Coordinates outside the loop; 0 along its axes. */
  readonly names: readonly string[];
  /** To stand before the loop. */
  readonly statements: string[];
  readonly known: Map<string, string>;
}

/** Whether an expression has the same value all along some axes. */
function isEvenAlong(expr: Expr, axes: readonly number[]): boolean {
  if (expr.kind === "apply") return expr.args.every((arg) => isEvenAlong(arg, axes));
  if (expr.kind !== "load" || expr.window !== undefined) return expr.kind === "const";
  return axes.every((axis) => expr.view.strides[axis] === 0);
}

/** Writes expressions and collects the functions that a kernel needs for them. */
export class ExprWriter {
  readonly #binder: Binder;
  readonly #helpers = new Set<WgslFunction>();
  #count = 0;

  constructor(binder: Binder) {
    this.#binder = binder;
  }

  get prelude(): string {
    return [...this.#helpers].map((name) => FUNCTIONS[name]).join("\n");
  }

  /**
   * Writes `expr` for the element at `names`. Equal loads and equal subexpressions are computed once per `known`, which
   * holds what stands in the current scope already. What is even along the axes of a loop goes `outside`.
   */
  write(
    expr: Expr,
    names: readonly string[],
    accumulators: readonly string[] = [],
    known = new Map<string, string>(),
    outside: Outside | null = null,
  ): Generated {
    const statements: string[] = [];
    const inside = { names, statements, known };
    const walk = (e: Expr): string => {
      const scope = outside !== null && isEvenAlong(e, outside.axes) ? outside : inside;
      const keep = (text: string): string => {
        const found = scope.known.get(text);
        if (found !== undefined) return found;
        const name = `e${this.#count++}`;
        scope.statements.push(`let ${name} = ${text};`);
        scope.known.set(text, name);
        return name;
      };
      switch (e.kind) {
        case "const":
          return `vec4f(${literal(e.value)})`;
        case "load":
          return keep(this.#load(e.view, e.window, scope.names));
        case "relinearise":
          return keep(this.#relinearised(e.view, e.shape, scope.names));
        case "accumulator":
          if (e.index >= accumulators.length) throw new Error("internal: accumulator outside an epilogue");
          return accumulators[e.index];
        case "heavy":
          throw new Error(`internal: kernel of %${e.node} reached code generation unmaterialised`);
        case "apply": {
          const op = ops[e.op as OpName];
          if (op === undefined || !("wgsl" in op)) throw new Error(`internal: ${e.op} has no WGSL`);
          for (const name of op.helpers) this.#helpers.add(name);
          return keep(op.wgsl(e.args.map(walk)));
        }
      }
    };
    return { value: walk(expr), statements };
  }

  #load(view: View, window: Window | undefined, names: readonly string[]): string {
    if (window !== undefined) return this.#windowed(view, window, names);
    const last = view.shape.length - 1;
    if (isVec4(view)) return `${this.#binder.read(view.slot, "vec4f")}[${vec4Address(view, names)}]`;
    if (isSplat(view)) {
      return `vec4f(${this.#binder.read(view.slot, "vec4f")}[${vec4Address(view, names)}].x)`;
    }
    const name = this.#binder.read(view.slot, "f32");
    const at = (lane: number): string => {
      const coordinates = names.map((n, d) => (d === last ? `(${n} * 4u + ${lane}u)` : n));
      return `${name}[${indexText(coordinates, view.strides, view.offset)}${probeTerm(view.slot, 1)}]`;
    };
    if (view.strides[last] === 0) return `vec4f(${at(0)})`;
    // Lanes beyond the axis may address past the buffer: clamp them to the last element (they are masked at the store).
    const size = view.shape[last];
    if (size % 4 === 0) return `vec4f(${[0, 1, 2, 3].map(at).join(", ")})`;
    const clamped = (lane: number): string => {
      const coordinates = names.map((n, d) => (d === last ? `min(${n} * 4u + ${lane}u, ${size - 1}u)` : n));
      return `${name}[${indexText(coordinates, view.strides, view.offset)}${probeTerm(view.slot, 1)}]`;
    };
    return `vec4f(${[0, 1, 2, 3].map(clamped).join(", ")})`;
  }

  /** A load by row-major element number, lane by lane. */
  #relinearised(view: View, shape: Shape, names: readonly string[]): string {
    const name = this.#binder.read(view.slot, "f32");
    const last = names.length - 1;
    const steps = shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
    const total = shape.reduce((a, b) => a * b, 1);
    const lane = (l: number): string => {
      const coordinates = names.map((n, d) => (d === last ? `(${n} * 4u + ${l}u)` : n));
      const linear = `min(${indexText(coordinates, steps, 0)}, ${total - 1}u)`;
      let below = total;
      const source = view.shape.map((size) => {
        const whole = below;
        below /= size;
        return `(${linear} % ${whole}u / ${below}u)`;
      });
      return `${name}[${indexText(source, view.strides, view.offset)}${probeTerm(view.slot, 1)}]`;
    };
    return `vec4f(${[0, 1, 2, 3].map(lane).join(", ")})`;
  }

  /** A load with zeros around and between its elements: of a vec4 where its lanes stay together, else lane by lane. */
  #windowed(view: View, window: Window, names: readonly string[]): string {
    const last = names.length - 1;
    const [low, size] = [window.low[last], view.shape[last]];
    const together = low % 4 === 0 && size % 4 === 0;
    const untouched = low === 0 && size === window.shape[last];
    if (isVec4(view) && window.step[last] === 1 && (together || untouched)) {
      const inVec4s = (shape: readonly number[]): number[] =>
        shape.map((n, d) => (d === last ? Math.ceil(n / 4) : n));
      const { inside, source } = within(inVec4s(view.shape), inVec4s(window.shape), window, names, low / 4);
      return guarded(
        `${this.#binder.read(view.slot, "vec4f")}[${vec4Address(view, source)}]`,
        inside,
        "vec4f()",
      );
    }
    const name = this.#binder.read(view.slot, "f32");
    const lane = (l: number): string => {
      const coordinates = names.map((n, d) => (d === last ? `(${n} * 4u + ${l}u)` : n));
      const { inside, source } = within(view.shape, window.shape, window, coordinates, low);
      return guarded(
        `${name}[${indexText(source, view.strides, view.offset)}${probeTerm(view.slot, 1)}]`,
        inside,
        "0.0",
      );
    };
    return `vec4f(${[0, 1, 2, 3].map(lane).join(", ")})`;
  }
}

const guarded = (value: string, inside: readonly string[], zero: string): string =>
  inside.length === 0 ? value : `select(${zero}, ${value}, ${inside.join(" && ")})`;

/**
 * Where the element at `coordinates` of a padded tensor comes from, and the conditions under which it comes from
 * anywhere. `lastLow` is the padding before the innermost axis, in the units of its coordinate.
 */
function within(
  from: readonly number[],
  to: readonly number[],
  { low, step }: Window,
  coordinates: readonly string[],
  lastLow: number,
): { readonly inside: string[]; readonly source: string[] } {
  const inside: string[] = [];
  const source = coordinates.map((c, d) => {
    const before = d === coordinates.length - 1 ? lastLow : low[d];
    if (before === 0 && step[d] === 1 && from[d] === to[d]) return c;
    // Below `before` the difference wraps around and is therefore large.
    const shifted = before === 0 ? c : `(${c} - ${before}u)`;
    if (step[d] === 1) {
      inside.push(`${shifted} < ${from[d]}u`);
      return `min(${shifted}, ${from[d] - 1}u)`;
    }
    inside.push(`${shifted} < ${from[d] * step[d]}u && ${shifted} % ${step[d]}u == 0u`);
    return `min(${shifted} / ${step[d]}u, ${from[d] - 1}u)`;
  });
  return { inside, source };
}

/** Whether all lanes read the first element of one vec4. */
const isSplat = (view: View): boolean =>
  (view.strides.at(-1) ?? 0) === 0 && view.offset % 4 === 0 && view.strides.every((s) => s % 4 === 0);

/** Whether a load binds its slot as vec4s. */
export const loadsVec4s = (load: Expr): boolean =>
  load.kind === "load" && load.window === undefined && (isVec4(load.view) || isSplat(load.view));

/** A float32 literal that WGSL reads back exactly. */
export function literal(value: number): string {
  const f = Math.fround(value);
  if (!Number.isFinite(f)) throw new Error(`internal: constant ${value} is not a finite float32`);
  const text = String(f);
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/** `value` with the lanes beyond the innermost axis set to zero (the invariant of view.ts). */
export function maskLanes(value: string, shape: Shape, innermost: string): string {
  const size = shape[shape.length - 1];
  if (size % 4 === 0) return value;
  return `select(vec4f(), ${value}, vec4u(${innermost} * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(${size}u))`;
}
