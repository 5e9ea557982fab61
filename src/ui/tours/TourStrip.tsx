/** A guided tour: a calm strip at the bottom of the page, which says what the figure above it shows. */
import { useEffect } from "react";
import { type ControlValues, controlKeys, defaultValues } from "../../store/controls.ts";
import { storedRuns, tours as words } from "../../strings/en.ts";
import { useKeys } from "../keys/useKeys.ts";
import { useActions, usePage } from "../page.ts";
import { Button } from "../parts.tsx";
import "../styles/tour.css";
import { type Stop, stopLink, type Target, type TourName } from "./tour.ts";
import { TOURS } from "./tours.ts";
import { useStoredRuns } from "./useStoredRuns.ts";

export default function TourStrip({ name }: { readonly name: TourName }) {
  const controls = usePage((state) => state.controls);
  const theme = usePage((state) => state.theme);
  const { set } = useActions();
  const { title, stops } = TOURS[name];
  const at = Math.min(controls.tourStep, stops.length);
  const stop = stops[at - 1];
  const { hide } = controls;
  const address = (to: number) => stopLink(name, to, stops[to - 1], { hide, theme });
  const go = (to: number) => {
    if (to >= 1 && to <= stops.length) location.assign(address(to));
  };
  const leave = () => set("tour", "none");
  const last = at === stops.length;
  useKeys("tour", { next: () => go(at + 1), previous: () => go(at - 1), leave });
  useTarget(stop.target, controls.panel);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each stop; what the reader changes there stays changed
  useEffect(() => {
    if (isBare(controls)) location.replace(address(at));
  }, [name, at]);
  return (
    <section className="tour" aria-label={words.tour(title)}>
      <div className="tour-words">
        <p className="tour-place">{words.place(title, at, stops.length)}</p>
        <div aria-live="polite">
          <h2>{stop.title}</h2>
          <Sentences stop={stop} />
        </div>
      </div>
      <div className="tour-buttons">
        <Button off={at === 1} onClick={() => go(at - 1)} title={words.previousHelp}>
          {words.previous}
        </Button>
        <Button look="primary" onClick={() => (last ? leave() : go(at + 1))} title={words.nextHelp}>
          {last ? words.end : words.next}
        </Button>
        {!last && (
          <Button look="text" onClick={leave} title={words.leaveHelp}>
            {words.leave}
          </Button>
        )}
      </div>
    </section>
  );
}

function Sentences({ stop }: { readonly stop: Stop }) {
  const runs = useStoredRuns(stop.runs);
  const origin = usePage((state) => state.shown?.origin);
  const { showStoredRun } = useActions();
  if (runs === null) return <p className="calm">{storedRuns.reading}</p>;
  const { text, claims } = stop.say(...runs);
  if (Object.values(claims).includes(false)) return <p className="calm">{words.otherRuns}</p>;
  return (
    <p>
      {text}{" "}
      {origin !== undefined && origin !== "stored" && (
        <span className="calm">
          {words.stored}{" "}
          <Button look="text" onClick={() => void showStoredRun()}>
            {words.show}
          </Button>
        </span>
      )}
    </p>
  );
}

/** A link by hand names the tour and the stop alone: the rest is filled in. */
function isBare(controls: ControlValues): boolean {
  const own = ["tour", "tourStep", "hide", "shortcuts"];
  return controlKeys.every((key) => own.includes(key) || controls[key] === defaultValues[key]);
}

/** Of a card, pixels that must stand above the foot of the window. */
const ENOUGH = 400;

/** Puts a frame around the card in question, and brings it into sight once it is there. */
function useTarget(target: Target, panel: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another panel has other cards
  useEffect(() => {
    const root = document.documentElement;
    root.dataset.toured = target;
    const find = () => {
      const card = document.querySelector(`main .${target}`);
      if (card === null) return false;
      const { top } = card.getBoundingClientRect();
      if (top < 0 || top > innerHeight - ENOUGH) card.scrollIntoView({ block: "start" });
      return true;
    };
    const observer = new MutationObserver(() => {
      if (find()) observer.disconnect();
    });
    if (!find()) observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      delete root.dataset.toured;
    };
  }, [target, panel]);
}
