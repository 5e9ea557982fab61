/** The buttons that step through a lesson, its place, and the sentence that says what the last product brought. */
import { type ReactNode, useId } from "react";
import { useHidden } from "../page.ts";
import { Button, Card } from "../parts.tsx";
import type { Player } from "./usePlayer.ts";

interface PlayerBarProps {
  readonly title: string;
  readonly player: Player;
  /** Settings of the lesson. */
  readonly tools: ReactNode;
  /** What the last product brought. */
  readonly children: ReactNode;
}

export function PlayerBar({ title, player, tools, children }: PlayerBarProps) {
  const { at, total, playing, go, toggle } = player;
  const slider = useId();
  const hidden = useHidden("lessonStep");
  return (
    <Card title={title} className="player" tools={tools}>
      <div className="player-line">
        {!hidden && (
          <div className="player-buttons">
            <Button off={at === 1} onClick={() => go(1)} title="Back to the first product (Home)">
              Reset
            </Button>
            <Button off={at === 1} onClick={() => go(at - 1)} title="One product back (←)">
              Back
            </Button>
            <Button look="primary" onClick={toggle} title="Plays and stops (Space)">
              {playing ? "Stop" : "Play"}
            </Button>
            <Button off={at === total} onClick={() => go(at + 1)} title="One product on (→)">
              Step
            </Button>
          </div>
        )}
        <p className="player-place" aria-hidden="true">
          <b>{at}</b> of {total}
        </p>
        {!hidden && (
          <>
            <label className="hidden" htmlFor={slider}>
              Product
            </label>
            <input
              id={slider}
              type="range"
              min={1}
              max={total}
              value={at}
              onChange={(event) => go(Number(event.target.value))}
            />
          </>
        )}
      </div>
      <p className="player-sentence" aria-live={playing ? "off" : "polite"}>
        {children}
      </p>
    </Card>
  );
}
