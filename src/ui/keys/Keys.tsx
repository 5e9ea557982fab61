/** The keys of the whole page, and the button for those who would rather look than press `?`. */
import { lazy, Suspense, useState } from "react";
import { controls } from "../../store/controls.ts";
import { reset } from "../address.ts";
import { useActions, useHidden, usePageStore } from "../page.ts";
import { Button } from "../parts.tsx";
import { useKeys } from "./useKeys.ts";

const KeySheet = lazy(async () => ({ default: (await import("./KeySheet.tsx")).KeySheet }));

export function Keys() {
  const [open, setOpen] = useState(false);
  const store = usePageStore();
  const { set } = useActions();
  const fixed = useHidden("panel");
  useKeys("page", {
    help: () => setOpen(true),
    reset: () => reset(store),
    panel: (key) => {
      const option = controls.panel.options[Number(key) - 1];
      if (option !== undefined && !fixed) set("panel", option.value);
    },
  });
  if (useHidden("shortcuts")) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)} title="All keys of this page (?)" className="keys-button">
        Keys
      </Button>
      {open && (
        <Suspense fallback={null}>
          <KeySheet onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
