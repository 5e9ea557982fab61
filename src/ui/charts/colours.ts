/** Cividis: as light as it is yellow, the same for all kinds of colour vision. */
import { scaleLinear } from "d3-scale";

const COLOURS = ["#00224e", "#2a3f6d", "#575d6d", "#7d7c78", "#a59c74", "#d2c060", "#fee838"];

/** The colour of a share from 0 to 1, which is clamped. */
export const cividis = scaleLinear<string>()
  .domain(COLOURS.map((_, i) => i / (COLOURS.length - 1)))
  .range(COLOURS)
  .clamp(true);
