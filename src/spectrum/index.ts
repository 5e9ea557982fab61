/** Spectral mathematics over a symmetric linear operator: table of contents. */

export * from "./blockSpectra.ts";
export * from "./cdfBand.ts";
export * from "./checks.ts";
export * from "./dense.ts";
export * from "./density.ts";
export * from "./diagonal.ts";
export * from "./eigs.ts";
export * from "./hutchPlusPlus.ts";
export * from "./lanczos.ts";
export * from "./lanczosColumn.ts";
export * from "./logDensity.ts";
export * from "./momentBounds.ts";
export * from "./nonFinite.ts";
export * from "./operator.ts";
export * from "./power.ts";
export * from "./probes.ts";
export * from "./ritz.ts";
export * from "./slq.ts";
export * from "./slqResult.ts";
export * from "./spectralMass.ts";
export * from "./studentT.ts";
export * from "./trace.ts";
export * from "./traceChoice.ts";
export * from "./traceRun.ts";
export * from "./tridiagonal.ts";
export * from "./xtrace.ts";
