/**
 * The page: choose and measure on the left, what it means beside it. In the document the figures come first, for those
 * who hear the page and for phones.
 */
import { Header } from "./Header.tsx";
import { MeasureCard } from "./MeasureCard.tsx";
import { ModelPanel } from "./ModelPanel.tsx";
import { Notices } from "./Notices.tsx";
import { usePage } from "./page.ts";
import { Panel } from "./panels/Panel.tsx";
import { Tour } from "./tours/Tour.tsx";

export function App() {
  const result = usePage((state) => state.shown?.result ?? null);
  return (
    <>
      <Header />
      <Notices />
      <main>
        <Panel result={result} />
        <div className="column set">
          <ModelPanel />
          <MeasureCard />
        </div>
      </main>
      <Tour />
    </>
  );
}
