/** Image files as a data set: fetched with the first of them. */

export { readImages } from "./arrays.ts";
export { type Listing, listFolders, listTable } from "./listing.ts";
export { type Preprocessor, readPreprocessor, type Sizing, sizingOf } from "./sizing.ts";
