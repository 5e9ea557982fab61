/** How many messages the framing page may send: a careless loop or a hostile page must not freeze what it frames. */

import { embed as words } from "../../strings/en.ts";

/** Messages at once, more than a dragged slider posts in a second. */
const MOST = 120;
/** Messages a second in the long run. */
const RATE = 60;

export type Flow = (now: number) => "pass" | "flood" | "drop";

/**
 * A bucket that holds `MOST` messages and fills up by `RATE` a second.
 * @returns of a message at `now` (ms) whether it may pass; the first one of a flood that may not is told apart
 */
export function createFlow(): Flow {
  let left = MOST;
  let last: number | null = null;
  let flooded = false;
  return (now) => {
    left = Math.min(MOST, left + (Math.max(0, now - (last ?? now)) / 1000) * RATE);
    last = now;
    if (left >= 1) {
      left--;
      flooded = false;
      return "pass";
    }
    const answer = flooded ? "drop" : "flood";
    flooded = true;
    return answer;
  };
}

export const TOO_MANY = words.tooMany(MOST, RATE);
