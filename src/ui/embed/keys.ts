/** Keys that turn slides: where the embed has no use for one, the deck around it shall have it. */

const SIDEWAYS = ["ArrowLeft", "ArrowRight"];
const UPRIGHT = ["ArrowUp", "ArrowDown", "PageUp", "PageDown"];

type Pressed = Pick<
  KeyboardEvent,
  "key" | "defaultPrevented" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey" | "target"
>;

/** The name of a key that nothing here answers to; null for the others. */
export function unusedKey(event: Pressed): string | null {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (event.defaultPrevented || altKey || ctrlKey || metaKey || shiftKey) return null;
  const target = event.target as Element | null;
  if (target?.closest?.("input, select, textarea, [role=slider], .scroll")) return null;
  if (SIDEWAYS.includes(key)) return key;
  const { scrollHeight, clientHeight } = document.documentElement;
  // These scroll the document where it is taller than its frame.
  return UPRIGHT.includes(key) && scrollHeight <= clientHeight ? key : null;
}
