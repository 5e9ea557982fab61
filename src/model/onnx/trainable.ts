import type { Candidate } from "../architecture.ts";
import { quote, type Refuse } from "../errors.ts";

/** Which float tensors of a file are trained: by default what their use and name suggest, else what the user chooses. */

/** Buffers by the names that networks give them: masks, tables of positions and frequencies. */
const BUFFER = /(^|[._])(masks?|masked_bias|inv_freq|position_ids|pe)$/i;

export interface Choice {
  /** Whether a tensor of this name is trained, given what its use suggests. */
  readonly trained: (name: string, byUse: boolean) => boolean;
  /** Whether it is chosen by its own name. */
  readonly named: (name: string) => boolean;
  /** Refuses what fits none of the tensors. */
  readonly check: (candidates: Iterable<Candidate>, refuse: Refuse) => void;
}

export const defaultFor = (name: string, byUse: boolean): boolean => byUse && !BUFFER.test(name);

/**
 * @param chosen names of tensors, or patterns in which * stands for any characters; null: the default. A pattern chooses
 * among what is trained by default, a name may also choose a buffer.
 */
export function choiceOf(chosen: readonly string[] | null): Choice {
  if (chosen === null) return { trained: defaultFor, named: () => false, check: () => undefined };
  const names = new Set(chosen);
  const patterns = chosen.filter((text) => text.includes("*")).map((text) => ({ text, fits: matcher(text) }));
  return {
    trained: (name, byUse) =>
      names.has(name) || (defaultFor(name, byUse) && patterns.some(({ fits }) => fits(name))),
    named: (name) => names.has(name),
    check: (candidates, refuse) => {
      const list = [...candidates];
      const idle = chosen.find(
        (text) => !list.some(({ name }) => name === text || (text.includes("*") && matcher(text)(name))),
      );
      if (idle === undefined) return;
      const known = list.map(({ name }) => quote(name));
      const shown =
        known.length > 12
          ? `${known.slice(0, 12).join(", ")} and ${known.length - 12} more`
          : known.join(", ");
      refuse(
        "trained tensors",
        `names or patterns among ${shown}`,
        quote(idle),
        "Choose tensors that the network has",
      );
    },
  };
}

/** Compares piece by piece, without a regular expression that a hostile name could slow down. */
function matcher(pattern: string): (name: string) => boolean {
  const [first, ...rest] = pattern.split("*");
  return (name) => {
    if (!name.startsWith(first)) return false;
    let at = first.length;
    for (const [i, piece] of rest.entries()) {
      const last = i === rest.length - 1;
      const found = last ? name.length - piece.length : name.indexOf(piece, at);
      if (found < at || !name.startsWith(piece, found)) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/** The module that a tensor belongs to: what stands before its last dot. */
export const groupOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf(".")));
