/** The text of the files of a plan, for `ui`, which loads them with the first export. */
export { planCsv, planPytorch } from "../run/planExport.ts";
export { pruneCsv, prunePytorch } from "../run/pruneExport.ts";
