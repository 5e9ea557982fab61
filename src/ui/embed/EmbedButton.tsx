import { lazy, Suspense, useState } from "react";
import { Button } from "../parts.tsx";

const EmbedDialog = lazy(async () => ({ default: (await import("./EmbedDialog.tsx")).EmbedDialog }));

/** Opens what an author needs to show the present figure elsewhere; fetched with the first click. */
export function EmbedButton() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} title="Show this figure in a page, a deck, a notebook, a paper">
        Embed
      </Button>
      {open && (
        <Suspense fallback={null}>
          <EmbedDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
