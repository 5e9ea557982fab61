/** Everything that exports, fetched with the first export. */
export * from "../../store/planFiles.ts";
export * from "./download.ts";
export * from "./figureSvg.ts";
export * from "./npz.ts";
export * from "./png.ts";
export * from "./recompute.ts";
export * from "./tables.ts";
export * from "./words.ts";
