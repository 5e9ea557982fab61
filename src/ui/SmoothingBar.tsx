/** Smoothing: by hand, or as PyHessian does it. A view over the same nodes and weights. */
import { useId } from "react";
import { controls } from "../store/controls.ts";
import { smoothingBar as words } from "../strings/en.ts";
import { significant } from "./format.ts";
import { useActions, useHidden, usePage } from "./page.ts";
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
  const spread = sigma === null ? null : significant(sigma, 2);
  const [fixed, byHand] = [useHidden("width"), useHidden("smoothing")];
  const text = spread === null ? null : decades ? words.decades(spread) : spread;
  return (
    <div className="smoothing" title={help}>
      {!fixed && (
        <>
          <label htmlFor={id}>{words.label}</label>
          <input
            id={id}
            type="range"
            min={min}
            max={max}
            step={step}
            value={width}
            aria-valuetext={text === null ? undefined : words.value(text)}
            onChange={(event) => set("width", Number(event.target.value))}
          />
        </>
      )}
      <span className="sigma">{text === null ? "" : words.sigma(text)}</span>
      {!byHand && (
        <Button
          pressed={preset}
          title={controls.smoothing.help}
          onClick={() => set("smoothing", preset ? "axis" : "pyhessian")}
        >
          {words.pyhessian}
        </Button>
      )}
    </div>
  );
}
