/** Every key that the page answers to: what it does is done by this table, and told by it in the sheet. Pure. */
import { controls } from "../../store/controls.ts";

/** Where keys mean something. Of two places on the page at once the earlier one is asked first. */
export const PLACES = {
  chart: "While a chart has the focus",
  map: "While the map of a landscape has the focus",
  surface: "While the surface of a landscape has the focus",
  lesson: "In a lesson",
  tour: "On a guided tour",
  page: "Anywhere",
} as const;

export type Place = keyof typeof PLACES;

interface Row {
  readonly command: string;
  /** Names as `KeyboardEvent.key` has them. */
  readonly keys: readonly string[];
  readonly does: string;
}

const digits = controls.panel.options.map((_, i) => String(i + 1));

export const KEYS = {
  chart: [
    { command: "next", keys: ["ArrowRight", "ArrowUp"], does: "Reads the next value" },
    { command: "previous", keys: ["ArrowLeft", "ArrowDown"], does: "Reads the value before" },
    { command: "far", keys: ["PageUp"], does: "Ten values on" },
    { command: "farBack", keys: ["PageDown"], does: "Ten values back" },
    { command: "first", keys: ["Home"], does: "The first value" },
    { command: "last", keys: ["End"], does: "The last value" },
    {
      command: "pick",
      keys: ["Enter", " "],
      does: "Selects the nearest eigenvalue, where the chart offers it",
    },
  ],
  map: [
    {
      command: "left",
      keys: ["ArrowLeft"],
      does: "Reads the value at the step before, along the first direction",
    },
    { command: "right", keys: ["ArrowRight"], does: "At the next step along it" },
    { command: "down", keys: ["ArrowDown"], does: "At the step before, along the second direction" },
    { command: "up", keys: ["ArrowUp"], does: "At the next step along it" },
    { command: "middle", keys: ["Home"], does: "In the middle" },
  ],
  surface: [
    { command: "left", keys: ["ArrowLeft"], does: "Turns it to the left" },
    { command: "right", keys: ["ArrowRight"], does: "Turns it to the right" },
    { command: "up", keys: ["ArrowUp"], does: "Seen more from above" },
    { command: "down", keys: ["ArrowDown"], does: "Seen more from the side" },
    { command: "middle", keys: ["Home"], does: "As it stood at first" },
  ],
  lesson: [
    { command: "play", keys: [" "], does: "Plays and stops" },
    { command: "forward", keys: ["ArrowRight"], does: "One product on" },
    { command: "back", keys: ["ArrowLeft"], does: "One product back" },
    { command: "start", keys: ["Home"], does: "Back to the first product" },
    { command: "end", keys: ["End"], does: "To the last product" },
  ],
  tour: [
    { command: "next", keys: ["ArrowRight"], does: "The next stop" },
    { command: "previous", keys: ["ArrowLeft"], does: "The stop before" },
    { command: "leave", keys: ["Escape"], does: "Leaves the tour" },
  ],
  page: [
    {
      command: "panel",
      keys: digits,
      does: `Shows ${controls.panel.options.map(({ label }) => label).join(", ")}`,
    },
    {
      command: "reset",
      keys: ["r"],
      does: "Back to what the link said; the browser's Back button undoes it",
    },
    { command: "help", keys: ["?"], does: "This sheet" },
  ],
} as const satisfies Readonly<Record<Place, readonly Row[]>>;

export type Command<P extends Place> = (typeof KEYS)[P][number]["command"];

/** What a key means at a place; null where it means nothing there. */
export function commandOf<P extends Place>(place: P, key: string): Command<P> | null {
  const rows: readonly Row[] = KEYS[place];
  return (rows.find(({ keys }) => keys.includes(key))?.command as Command<P> | undefined) ?? null;
}

const NAMES: Readonly<Record<string, string>> = {
  " ": "Space",
  ArrowRight: "→",
  ArrowLeft: "←",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  PageUp: "Page up",
  PageDown: "Page down",
};

/** A key as keyboards print it. */
export const keyName = (key: string): string => NAMES[key] ?? key;

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
