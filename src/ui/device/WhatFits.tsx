/** What size fits this GPU: large networks planned on request, because it takes the engine some seconds. */
import { useState } from "react";
import type { SizesAnswer } from "../../store/state.ts";
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
    <section className="passport" aria-label="Large networks">
      <h3>Large networks</h3>
      {!asked && (
        <p className="calm">
          Whether ResNet-50 and BERT-base fit this GPU, and how.{" "}
          <Button onClick={() => void ask()} title="A plan only: nothing is computed and no memory is taken">
            Plan them
          </Button>
        </p>
      )}
      <div role="status">
        {asked && answer === null && <p className="empty">Planning: a few seconds</p>}
        {answer?.kind === "unavailable" && <p className="empty">{answer.message}</p>}
        {answer?.kind === "planned" &&
          answer.sizes.map(({ network, outcome, sentence }) => (
            <p key={network} className="calm">
              <span className={`pill ${outcome.kind === "fits" ? "good" : "bad"}`}>
                {outcome.kind === "fits" ? "fits" : "too large"}
              </span>{" "}
              {sentence}
            </p>
          ))}
      </div>
    </section>
  );
}
