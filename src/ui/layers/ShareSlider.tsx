import { useId } from "react";
import { controls } from "../../store/controls.ts";
import { useActions, useHidden, usePage } from "../page.ts";

interface ShareSliderProps {
  readonly field: "planBudget" | "pruneKept";
  readonly label: string;
  /** What the share comes to. */
  readonly text: string;
}

/** A share from 0 to 1, under a chart whose axis it goes along. */
export function ShareSlider({ field, label, text }: ShareSliderProps) {
  const value = usePage((state) => state.controls[field]);
  const { set } = useActions();
  const id = useId();
  const { min, max, help } = controls[field];
  if (useHidden(field)) return null;
  return (
    <div className="budget-slider" title={help}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        // The arrow keys go by a hundredth then.
        step="any"
        value={value}
        aria-valuetext={text}
        onChange={(event) => set(field, asShare(Number(event.target.value)))}
      />
      <output htmlFor={id}>{text}</output>
    </div>
  );
}

/** Four digits travel in a link; rounded up, so that a plan that was pointed at stays within the budget. */
export const asShare = (share: number): number =>
  Math.min(1, Math.max(0, Math.ceil(share * 1e4 - 1e-6) / 1e4));
