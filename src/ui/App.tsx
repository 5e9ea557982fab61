/**
 * The page: choose and measure on the left, the density in the middle, the numbers and the slice on the right. In the
 * document the figures come first, for those who hear the page and for phones.
 */
import { DensityCard } from "./DensityCard.tsx";
import { EigenvalueCard } from "./EigenvalueCard.tsx";
import { Header } from "./Header.tsx";
import { LayerCard } from "./LayerCard.tsx";
import { MeasureCard } from "./MeasureCard.tsx";
import { ModelPanel } from "./ModelPanel.tsx";
import { Notices } from "./Notices.tsx";
import { usePage } from "./page.ts";
import { SliceCard } from "./SliceCard.tsx";

export function App() {
  const result = usePage((state) => state.shown?.result ?? null);
  return (
    <>
      <Header />
      <Notices />
      <main>
        {result === null ? (
          <div className="column figure-column">
            <div className="card waiting" aria-hidden="true" />
          </div>
        ) : (
          <>
            <div className="column figure-column">
              <DensityCard result={result} />
              <LayerCard result={result} />
            </div>
            <div className="column numbers">
              <EigenvalueCard result={result} />
              <SliceCard result={result} />
            </div>
          </>
        )}
        <div className="column set">
          <ModelPanel />
          <MeasureCard />
        </div>
      </main>
    </>
  );
}
