/** Legend of the shown run and the one behind it, and the buttons that put it there. */
import { useActions, usePage } from "./page.ts";
import { Button } from "./parts.tsx";
import { runTitle } from "./words.ts";

export function CompareBar() {
  const shown = usePage((state) => state.shown);
  const overlay = usePage((state) => state.overlay);
  const { keepAsA, clearA } = useActions();
  if (shown === null) return null;
  return (
    <div className="legend">
      <span className="key">
        <i className="swatch shown" aria-hidden="true" />
        {overlay === null ? "" : "B: "}
        {runTitle(shown.result)}
      </span>
      {overlay === null ? (
        <Button look="text" onClick={keepAsA} title="Keeps this run behind the next one, to compare the two">
          keep as A
        </Button>
      ) : (
        <span className="key">
          <i className="swatch overlay" aria-hidden="true" />
          A: {runTitle(overlay.result)}{" "}
          <Button look="text" onClick={clearA}>
            clear A
          </Button>
        </span>
      )}
    </div>
  );
}
