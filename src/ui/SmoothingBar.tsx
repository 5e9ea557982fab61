/** Smoothing: by hand, or as PyHessian does it. A view over the same nodes and weights. */
import { useId } from "react";
import { controls } from "../store/controls.ts";
import { significant } from "./format.ts";
import { useActions, usePage } from "./page.ts";
import { Button } from "./parts.tsx";

interface SmoothingBarProps {
  /** Of the drawn curve, in units of its axis. */
  readonly sigma: number | null;
  readonly decades: boolean;
}

export function SmoothingBar({ sigma, decades }: SmoothingBarProps) {
  const { smoothing, width } = usePage((state) => state.controls);
  const { set } = useActions();
  const id = useId();
  const { min, max, step, help } = controls.width;
  const preset = smoothing === "pyhessian";
  const unit = decades ? " decades" : "";
  return (
    <div className="smoothing" title={help}>
      <label htmlFor={id}>Smoothing</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={width}
        aria-valuetext={sigma === null ? undefined : `sigma ${significant(sigma, 2)}${unit}`}
        onChange={(event) => set("width", Number(event.target.value))}
      />
      <span className="sigma">{sigma === null ? "" : `σ = ${significant(sigma, 2)}${unit}`}</span>
      <Button
        pressed={preset}
        title={controls.smoothing.help}
        onClick={() => set("smoothing", preset ? "axis" : "pyhessian")}
      >
        PyHessian
      </Button>
    </div>
  );
}
