/** Reading a plane by pointer and by keyboard: a slider in two dimensions, with the reading beside the place. */
import { type KeyboardEvent, useState } from "react";
import { charts, planeChart } from "../../strings/en.ts";
import { type Command, commandOf } from "../keys/table.ts";
import { type Frame, nearest } from "./frame.ts";

interface GridCursorProps {
  readonly label: string;
  readonly frame: Frame;
  readonly width: number;
  /** Ascending pixels. */
  readonly xs: readonly number[];
  /** Descending pixels: the second direction points upwards. */
  readonly ys: readonly number[];
  /** Lines that say what stands at a place. */
  readonly read: (i: number, j: number) => string;
}

const MOVES: Readonly<Record<Exclude<Command<"map">, "middle">, readonly [number, number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, 1],
  down: [0, -1],
};

export function GridCursor({ label, frame, width, xs, ys, read }: GridCursorProps) {
  const [place, setPlace] = useState<readonly [number, number] | null>(null);
  const middle = [xs, ys].map((at) => Math.floor(at.length / 2)) as [number, number];
  const [i, j] =
    place === null ? middle : [Math.min(place[0], xs.length - 1), Math.min(place[1], ys.length - 1)];
  const upwards = ys.map((y) => -y);
  const text = read(i, j);
  const onKeyDown = (event: KeyboardEvent) => {
    const command = commandOf("map", event.key);
    if (command === null) return;
    const move = command === "middle" ? [middle[0] - i, middle[1] - j] : MOVES[command];
    const within = (to: number, length: number) => Math.min(length - 1, Math.max(0, to));
    // The first key shows where the cursor stands.
    setPlace(place === null ? middle : [within(i + move[0], xs.length), within(j + move[1], ys.length)]);
    event.preventDefault();
  };
  const right = xs[i] > width / 2;
  return (
    <>
      <div
        role="slider"
        tabIndex={0}
        className="cursor"
        aria-label={label}
        aria-roledescription={planeChart.slider}
        aria-valuemin={0}
        aria-valuemax={xs.length * ys.length - 1}
        aria-valuenow={i * ys.length + j}
        aria-valuetext={place === null ? charts.howToRead : text.replaceAll("\n", ", ")}
        style={{
          left: frame.left,
          top: frame.top,
          width: frame.right - frame.left,
          height: frame.bottom - frame.top,
        }}
        onPointerMove={({ nativeEvent: { offsetX, offsetY } }) =>
          setPlace([nearest(xs, frame.left + offsetX), nearest(upwards, -(frame.top + offsetY))])
        }
        onPointerLeave={() => setPlace(null)}
        onBlur={() => setPlace(null)}
        onKeyDown={onKeyDown}
      />
      {place !== null && (
        <>
          <div className="cursor-place" style={{ left: xs[i], top: ys[j] }} />
          <div
            className="reading"
            style={{
              top: Math.max(frame.top, ys[j] - 20),
              ...(right ? { right: width - xs[i] + 12 } : { left: xs[i] + 12 }),
            }}
          >
            {text}
          </div>
        </>
      )}
    </>
  );
}
