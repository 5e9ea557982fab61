/** One figure of one run, in a frame on somebody else's page. It measures when its reader asks for it, and not before. */

import type { ControlValues } from "../../store/controls.ts";
import type { RunResult } from "../../store/state.ts";
import { header } from "../../strings/en.ts";
import { ViewChoice } from "../ControlField.tsx";
import { DensityCard } from "../DensityCard.tsx";
import { Doubted } from "../doubt.tsx";
import { EigenvalueCard } from "../EigenvalueCard.tsx";
import { LayerCard } from "../LayerCard.tsx";
import { Notices } from "../Notices.tsx";
import { usePage } from "../page.ts";
import { SliceCard } from "../SliceCard.tsx";
import { runTitle } from "../words.ts";
import { EmbedFoot } from "./EmbedFoot.tsx";

const VIEWS: Readonly<Record<ControlValues["view"], (props: { result: RunResult }) => React.JSX.Element>> = {
  density: DensityCard,
  layers: LayerCard,
  slice: SliceCard,
  eigenvalues: EigenvalueCard,
};

export function EmbedApp() {
  const result = usePage((state) => state.shown?.result ?? null);
  const View = VIEWS[usePage((state) => state.controls.view)];
  return (
    <>
      <header className="embed-head">
        <h1>{result === null ? header.name : runTitle(result)}</h1>
        <ViewChoice field="view" />
      </header>
      <Notices />
      <main className="embed-figure">
        {result === null ? (
          <div className="card waiting" aria-hidden="true" />
        ) : (
          <Doubted results={[result]}>
            <View result={result} />
          </Doubted>
        )}
      </main>
      <EmbedFoot />
    </>
  );
}
