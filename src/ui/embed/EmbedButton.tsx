import { lazy, Suspense, useState } from "react";
import { embedButton as words } from "../../strings/en.ts";
import { Button } from "../parts.tsx";

const EmbedDialog = lazy(async () => ({ default: (await import("./EmbedDialog.tsx")).EmbedDialog }));

/** Opens what an author needs to show the present figure elsewhere; fetched with the first click. */
export function EmbedButton() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} title={words.help}>
        {words.label}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <EmbedDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
