/** The buttons that step through a lesson, its place, and the sentence that says what the last product brought. */
import { type ReactNode, useId } from "react";
import { lesson as words } from "../../strings/en.ts";
import { Prose } from "../Prose.tsx";
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
            <Button off={at === 1} onClick={() => go(1)} title={words.player.resetHelp}>
              {words.player.reset}
            </Button>
            <Button off={at === 1} onClick={() => go(at - 1)} title={words.player.backHelp}>
              {words.player.back}
            </Button>
            <Button look="primary" onClick={toggle} title={words.player.playHelp}>
              {playing ? words.player.stop : words.player.play}
            </Button>
            <Button off={at === total} onClick={() => go(at + 1)} title={words.player.stepHelp}>
              {words.player.step}
            </Button>
          </div>
        )}
        <p className="player-place" aria-hidden="true">
          <Prose text={words.player.place(at, total)} />
        </p>
        {!hidden && (
          <>
            <label className="hidden" htmlFor={slider}>
              {words.player.product}
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
