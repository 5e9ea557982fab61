/** The tour that the link names, fetched when it names one. */
import { lazy, Suspense } from "react";
import { useHidden, usePage } from "../page.ts";

const TourStrip = lazy(() => import("./TourStrip.tsx"));

export function Tour() {
  const name = usePage((state) => state.controls.tour);
  if (useHidden("tour") || name === "none") return null;
  return (
    <Suspense fallback={null}>
      <TourStrip name={name} />
    </Suspense>
  );
}
