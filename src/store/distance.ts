/** The distance of two spectra, for `ui`. */
export { probeDistance, wasserstein } from "../spectrum/wasserstein.ts";
