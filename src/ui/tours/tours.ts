/** All guided tours, by their names in the link. */
import { batch } from "./batchTour.ts";
import { lanczos } from "./lanczosTour.ts";
import { bits, families, norms } from "./networkTours.ts";
import { bulk, sharp } from "./spectrumTours.ts";
import type { Tour, TourName } from "./tour.ts";

export const TOURS: Readonly<Record<TourName, Tour>> = {
  bulk,
  sharp,
  norms,
  batch,
  bits,
  bert: families,
  lanczos,
};

export const tourNames = Object.keys(TOURS) as TourName[];
