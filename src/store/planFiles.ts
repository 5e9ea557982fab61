/** The text of a plan's files, for `ui`, which loads them with the first export. */
export { planCsv, planPytorch } from "../run/planExport.ts";
