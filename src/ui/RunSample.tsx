/** The stroke that a run has in every figure: the shown one is a full blue line, each other has its colour and dashes. */

/** @param beside place among the runs beside the shown one; null for the shown one */
export function RunSample({ beside }: { readonly beside: number | null }) {
  return (
    <svg className="sample" aria-hidden="true">
      <path className={beside === null ? "line" : `line beside-${beside + 1}`} d="M0,4H60" />
    </svg>
  );
}
