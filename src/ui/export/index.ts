/** Everything that exports, fetched with the first export. */
export * from "./download.ts";
export * from "./figureSvg.ts";
export * from "./png.ts";
export * from "./tables.ts";
export * from "./words.ts";
