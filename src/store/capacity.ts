/** Sizes that fit, for the page. */
export { basisCapacity } from "../spectrum/capacity.ts";
