/** What size fits this GPU: large networks planned on request, because it takes the engine some seconds. */
import { useState } from "react";
import type { SizesAnswer } from "../../store/state.ts";
import { largeNetworks as text } from "../../strings/en.ts";
import { useActions } from "../page.ts";
import { Button } from "../parts.tsx";

export function WhatFits() {
  const { sizes } = useActions();
  const [asked, setAsked] = useState(false);
  const [answer, setAnswer] = useState<SizesAnswer | null>(null);
  const ask = async () => {
    setAsked(true);
    setAnswer(await sizes());
  };
  return (
    <section className="passport" aria-label={text.title}>
      <h3>{text.title}</h3>
      {!asked && (
        <p className="calm">
          {text.lead}{" "}
          <Button onClick={() => void ask()} title={text.askHint}>
            {text.ask}
          </Button>
        </p>
      )}
      <div role="status">
        {asked && answer === null && <p className="empty">{text.planning}</p>}
        {answer?.kind === "unavailable" && <p className="empty">{answer.message}</p>}
        {answer?.kind === "planned" &&
          answer.sizes.map(({ network, outcome, sentence }) => (
            <p key={network} className="calm">
              <span className={`pill ${outcome.kind === "fits" ? "good" : "bad"}`}>
                {outcome.kind === "fits" ? text.fits : text.refused}
              </span>{" "}
              {sentence}
            </p>
          ))}
      </div>
    </section>
  );
}
