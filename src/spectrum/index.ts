/** Spectral mathematics over a symmetric linear operator: table of contents, in reading order. */

// What is drawn, and whether it may be believed.
export * from "./checks.ts";
// What is known of the world, and the float64 vector space.
export * from "./dense.ts";
export * from "./density.ts";
// What users ask for.
export * from "./eigs.ts";
// From products to a tridiagonal matrix, its nodes and weights.
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
