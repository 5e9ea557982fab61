import { pick, type Random } from "./random.ts";

const encoder = new TextEncoder();

/** What stands where something else was expected. */
const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    1,
    -1,
    1.5,
    1e300,
    2 ** 31,
    2 ** 53,
    "",
    "0",
    "a",
    "__proto__",
    "../x",
    "\ud800",
    " ",
  ],
  ...[[], [1], [[]], {}, { a: 1 }, { length: 1e9 }, [null], "x".repeat(1000), new Array<number>(300).fill(0)],
];

/** One value of a JSON text in place of another, or a key left out, added, or under another name. */
export function otherValue(bytes: Uint8Array, random: Random): Uint8Array {
  let root: unknown;
  try {
    root = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return bytes.slice(1);
  }
  const holders: Record<string, unknown>[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || holders.length > 2000) return;
    holders.push(value as Record<string, unknown>);
    for (const child of Object.values(value)) visit(child);
  };
  visit(root);
  if (holders.length === 0) return encoder.encode(JSON.stringify(pick(random, VALUES)));
  // Few objects hold most of the meaning, and most arrays are lists of words: the first ones come more often.
  const holder = holders[Math.floor(holders.length * random() ** 2)];
  const keys = Object.keys(holder);
  const key = keys.length === 0 ? "a" : pick(random, keys);
  const draw = random();
  if (draw < 0.6) holder[key] = pick(random, VALUES);
  else if (draw < 0.7) Reflect.deleteProperty(holder, key);
  else if (draw < 0.8)
    holder[pick(random, ["type", "id", "content", "__proto__x", "model", "a"])] = holder[key];
  else if (draw < 0.9) holder[key] = Object.values(pick(random, holders))[0] ?? null;
  else if (Array.isArray(holder)) holder.push(pick(random, VALUES), ...holder.slice(0, 3));
  else holder[`${key}x`] = pick(random, VALUES);
  try {
    return encoder.encode(JSON.stringify(root));
  } catch {
    // A value within itself, which no file can say.
    return bytes.slice(0, -1);
  }
}
