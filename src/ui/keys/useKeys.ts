/** Keys of the document: one listener, and of the places on the page the first that answers takes the key. */
import { useEffect, useRef } from "react";
import { usePage } from "../page.ts";
import { type Command, commandOf, isFree, PLACES, type Place } from "./table.ts";

export type Handlers<P extends Place> = Readonly<Partial<Record<Command<P>, (key: string) => void>>>;
type AnyHandlers = Readonly<Record<string, ((key: string) => void) | undefined>>;

const held = new Map<Place, () => AnyHandlers>();

/** What is in front of the page, and closes by Escape itself. */
const IN_FRONT = "dialog[open], details.export[open]";

function listen(event: KeyboardEvent): void {
  if (!isFree(event) || document.querySelector(IN_FRONT) !== null) return;
  for (const place of PLACES) {
    const command = commandOf(place, event.key);
    const handler = command === null ? undefined : held.get(place)?.()[command];
    if (handler === undefined) continue;
    handler(event.key);
    event.preventDefault();
    return;
  }
}

/** Answers to the keys of a place while the component is on the page, unless the reader has switched keys off. */
export function useKeys<P extends Place>(place: P, handlers: Handlers<P>): void {
  const on = usePage((state) => state.controls.shortcuts === "on");
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    if (!on) return;
    if (held.size === 0) document.addEventListener("keydown", listen);
    held.set(place, () => latest.current as AnyHandlers);
    return () => {
      held.delete(place);
      if (held.size === 0) document.removeEventListener("keydown", listen);
    };
  }, [place, on]);
}
