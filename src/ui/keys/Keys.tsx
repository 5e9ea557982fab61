/** The keys of the whole page, and the button for those who would rather look than press `?`. */
import { lazy, Suspense, useState } from "react";
import { controls } from "../../store/controls.ts";
import { keysButton as words } from "../../strings/en.ts";
import { startOf } from "../address.ts";
import { useActions, useHidden } from "../page.ts";
import { Button } from "../parts.tsx";
import { useKeys } from "./useKeys.ts";

const KeySheet = lazy(async () => ({ default: (await import("./KeySheet.tsx")).KeySheet }));

export function Keys() {
  const [open, setOpen] = useState(false);
  const { set } = useActions();
  const fixed = useHidden("panel");
  useKeys("page", {
    help: () => setOpen(true),
    // As if the link were followed again: the way back stays in the history.
    reset: () => location.assign(startOf(window) || "#"),
    panel: (key) => {
      const option = controls.panel.options[Number(key) - 1];
      if (option !== undefined && !fixed) set("panel", option.value);
    },
  });
  if (useHidden("shortcuts")) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)} title={words.title} className="keys-button">
        {words.label}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <KeySheet onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
