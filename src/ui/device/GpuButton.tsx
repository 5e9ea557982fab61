import { lazy, Suspense, useState } from "react";
import { gpuButton as words } from "../../strings/en.ts";
import { Button } from "../parts.tsx";

const GpuDialog = lazy(async () => ({ default: (await import("./GpuDialog.tsx")).GpuDialog }));

/** Opens what there is to know of the GPU; fetched, and measured, with the first click. */
export function GpuButton({ children }: { readonly children: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} title={words.title}>
        {children}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <GpuDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
