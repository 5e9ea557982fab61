/** Every key that the page answers to: what it does is done by this table, and the sheet lists it. Pure. */
import { controls } from "../../store/controls.ts";

interface Row {
  readonly command: string;
  /** Names as `KeyboardEvent.key` has them. */
  readonly keys: readonly string[];
}

const digits = controls.panel.options.map((_, i) => String(i + 1));

/** Of two places on the page at once the earlier one is asked first. */
export const KEYS = {
  chart: [
    { command: "next", keys: ["ArrowRight", "ArrowUp"] },
    { command: "previous", keys: ["ArrowLeft", "ArrowDown"] },
    { command: "far", keys: ["PageUp"] },
    { command: "farBack", keys: ["PageDown"] },
    { command: "first", keys: ["Home"] },
    { command: "last", keys: ["End"] },
    { command: "pick", keys: ["Enter", " "] },
  ],
  map: [
    { command: "left", keys: ["ArrowLeft"] },
    { command: "right", keys: ["ArrowRight"] },
    { command: "down", keys: ["ArrowDown"] },
    { command: "up", keys: ["ArrowUp"] },
    { command: "middle", keys: ["Home"] },
  ],
  surface: [
    { command: "left", keys: ["ArrowLeft"] },
    { command: "right", keys: ["ArrowRight"] },
    { command: "up", keys: ["ArrowUp"] },
    { command: "down", keys: ["ArrowDown"] },
    { command: "middle", keys: ["Home"] },
  ],
  lesson: [
    { command: "play", keys: [" "] },
    { command: "forward", keys: ["ArrowRight"] },
    { command: "back", keys: ["ArrowLeft"] },
    { command: "start", keys: ["Home"] },
    { command: "end", keys: ["End"] },
  ],
  tour: [
    { command: "next", keys: ["ArrowRight"] },
    { command: "previous", keys: ["ArrowLeft"] },
    { command: "leave", keys: ["Escape"] },
  ],
  page: [
    { command: "panel", keys: digits },
    { command: "reset", keys: ["r"] },
    { command: "help", keys: ["?"] },
  ],
} as const satisfies Readonly<Record<string, readonly Row[]>>;

/** Where keys mean something. */
export type Place = keyof typeof KEYS;

export const PLACES = Object.keys(KEYS) as readonly Place[];

export type Command<P extends Place> = (typeof KEYS)[P][number]["command"];

/** What a key means at a place; null where it means nothing there. */
export function commandOf<P extends Place>(place: P, key: string): Command<P> | null {
  const rows: readonly Row[] = KEYS[place];
  return (rows.find(({ keys }) => keys.includes(key))?.command as Command<P> | undefined) ?? null;
}

type Pressed = Pick<KeyboardEvent, "key" | "defaultPrevented" | "altKey" | "ctrlKey" | "metaKey" | "target">;

/** Fields that take every letter. */
const TYPING =
  "select, textarea, [contenteditable], input:not([type=radio], [type=checkbox], [type=range], [type=button])";
/** Controls that have a use of their own for arrows, Space, Enter, Home and End. */
const MOVING = "input, [role=slider], .scroll, .snippet";
const PRESSING = "button, summary, a";

/** Whether nothing nearer has a use for a key: no field, no control that has the focus, no open dialog. */
export function isFree(event: Pressed): boolean {
  const { key, defaultPrevented, altKey, ctrlKey, metaKey } = event;
  if (defaultPrevented || altKey || ctrlKey || metaKey) return false;
  const target = event.target as Element | null;
  const within = (selector: string) => target?.closest?.(selector) != null;
  if (within(TYPING) || within("dialog")) return false;
  const letter = key.length === 1 && key !== " ";
  if (!letter && within(MOVING)) return false;
  return !((key === " " || key === "Enter") && within(PRESSING));
}
