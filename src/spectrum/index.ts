/** Spectral mathematics over a symmetric linear operator: table of contents, in reading order. */

export * from "./checks.ts";
export * from "./dense.ts";
export * from "./density.ts";
export * from "./eigs.ts";
export * from "./lanczos.ts";
export * from "./lanczosColumn.ts";
export * from "./nonFinite.ts";
export * from "./operator.ts";
export * from "./power.ts";
export * from "./probes.ts";
export * from "./ritz.ts";
export * from "./slq.ts";
export * from "./slqResult.ts";
export * from "./studentT.ts";
export * from "./trace.ts";
export * from "./traceRun.ts";
export * from "./tridiagonal.ts";
