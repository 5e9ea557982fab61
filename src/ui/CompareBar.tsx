/** Legend of the shown run and of those beside it, with the buttons that keep a run and let go of it. */
import { canKeep } from "../store/kept.ts";
import { compareBar as words } from "../strings/en.ts";
import { useActions, useCompared, useHidden, usePage } from "./page.ts";
import { Button } from "./parts.tsx";
import { RunSample } from "./RunSample.tsx";
import { runTitle } from "./words.ts";

export function CompareBar() {
  const compared = useCompared();
  const kept = usePage((state) => state.kept);
  const room = usePage(canKeep);
  const { keepShown, letGo } = useActions();
  const fixed = useHidden("compare");
  const beside = compared.filter((run) => !run.shown);
  return (
    <div className="legend">
      {[...compared.filter((run) => run.shown), ...beside].map(({ letter, result, shown }) => {
        const pinned = kept.some((run) => run.result === result);
        return (
          <span key={letter} className="key">
            <RunSample beside={shown ? null : beside.findIndex((run) => run.result === result)} />
            {compared.length > 1 || pinned ? `${letter}: ` : ""}
            {runTitle(result)}{" "}
            {!fixed && pinned && (
              <Button look="text" onClick={() => letGo(result)}>
                {words.clear(letter)}
              </Button>
            )}
            {!fixed && shown && !pinned && room && (
              <Button look="text" onClick={keepShown} title={words.keepTitle}>
                {words.keep("ABCD"[beside.length])}
              </Button>
            )}
          </span>
        );
      })}
    </div>
  );
}
