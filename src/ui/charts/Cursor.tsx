/** Reading a chart by pointer and by keyboard: a slider over the plot, with the reading beside the cursor. */
import { type KeyboardEvent, useState } from "react";
import { charts } from "../../strings/en.ts";
import { commandOf } from "../keys/table.ts";
import { type Frame, nearest } from "./frame.ts";

interface Reading {
  readonly at: number;
  readonly text: string;
}

/** Reads the stop that is nearest to a pixel. */
export function readingOf(stops: readonly number[], text: (i: number) => string): (px: number) => Reading {
  return (px) => {
    const i = nearest(stops, px);
    return { at: stops[i], text: text(i) };
  };
}

interface CursorProps {
  readonly label: string;
  readonly frame: Frame;
  readonly width: number;
  /** Where the arrow keys stop: ascending pixels. */
  readonly stops: readonly number[];
  /** Lines that say what stands at a pixel; snaps as the chart sees fit. */
  readonly read: (px: number) => Reading;
  /** Click, tap or Enter. */
  readonly onPick?: (px: number) => void;
}

export function Cursor({ label, frame, width, stops, read, onPick }: CursorProps) {
  const [px, setPx] = useState<number | null>(null);
  const reading = px === null ? null : read(px);
  const index = nearest(stops, px ?? stops[0]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (commandOf("chart", event.key) === "pick") {
      if (px === null || onPick === undefined) return;
      onPick(px);
    } else {
      const to = stopAfter(event.key, px === null ? -1 : index, stops.length);
      if (to === null) return;
      setPx(stops[to]);
    }
    event.preventDefault();
  };
  const right = reading !== null && reading.at > width / 2;
  return (
    <>
      <div
        role="slider"
        tabIndex={0}
        className="cursor"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={stops.length - 1}
        aria-valuenow={index}
        aria-valuetext={reading?.text.replaceAll("\n", ", ") ?? charts.howToRead}
        style={{
          left: frame.left,
          top: frame.top,
          width: frame.right - frame.left,
          height: frame.bottom - frame.top,
        }}
        onPointerMove={(event) => setPx(frame.left + event.nativeEvent.offsetX)}
        onPointerLeave={() => setPx(null)}
        onBlur={() => setPx(null)}
        onClick={(event) => onPick?.(frame.left + event.nativeEvent.offsetX)}
        onKeyDown={onKeyDown}
      />
      {reading !== null && (
        <>
          <div
            className="cursor-line"
            style={{ left: reading.at, top: frame.top, height: frame.bottom - frame.top }}
          />
          <div
            className="reading"
            style={{
              top: frame.top,
              ...(right ? { right: width - reading.at + 10 } : { left: reading.at + 10 }),
            }}
          >
            {reading.text}
          </div>
        </>
      )}
    </>
  );
}

/** The stop that a key leads to, or null for a key that is not ours. -1 stands before the first stop. */
export function stopAfter(key: string, index: number, stops: number): number | null {
  const clamp = (to: number) => Math.min(stops - 1, Math.max(0, to));
  switch (commandOf("chart", key)) {
    case "next":
      return clamp(index + 1);
    case "previous":
      return clamp(index - 1);
    case "far":
      return clamp(index + 10);
    case "farBack":
      return clamp(index - 10);
    case "first":
      return 0;
    case "last":
      return stops - 1;
    default:
      return null;
  }
}
