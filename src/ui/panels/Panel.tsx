/** The parts of the page: the first comes with it, each other one when it is first looked at. */
import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { type ControlValues, controls } from "../../store/controls.ts";
import type { RunResult } from "../../store/state.ts";
import { panelWords as words } from "../../strings/en.ts";
import { Doubted } from "../doubt.tsx";
import { useActions, useHidden, usePage } from "../page.ts";
import { SpectrumPanel } from "./SpectrumPanel.tsx";

type PanelName = ControlValues["panel"];

const PANELS: Readonly<Record<PanelName, ComponentType<{ readonly result: RunResult }>>> = {
  spectrum: SpectrumPanel,
  landscape: lazy(() => import("./LandscapePanel.tsx")),
  layers: lazy(() => import("./LayersPanel.tsx")),
  learn: lazy(() => import("./LearnPanel.tsx")),
  compare: lazy(() => import("./ComparePanel.tsx")),
  study: lazy(() => import("./StudyPanel.tsx")),
};

const Waiting = ({ children }: { readonly children?: ReactNode }) => (
  <div className="column wide">
    <div className="card waiting">{children}</div>
  </div>
);

export function Panel({ result }: { readonly result: RunResult | null }) {
  const panel = usePage((state) => state.controls.panel);
  const Chosen = PANELS[panel];
  return (
    <Suspense fallback={<Waiting />}>
      {result === null ? (
        <Waiting>
          <p className="empty">{words.none}</p>
        </Waiting>
      ) : (
        <Doubted results={[result]}>
          <Chosen result={result} />
        </Doubted>
      )}
    </Suspense>
  );
}

export function PanelTabs() {
  const panel = usePage((state) => state.controls.panel);
  const { set } = useActions();
  if (useHidden("panel")) return null;
  return (
    <nav className="panels" aria-label={controls.panel.label}>
      {controls.panel.options.map(({ value, label }) => (
        <button
          key={value}
          type="button"
          aria-current={value === panel ? "page" : undefined}
          onClick={() => set("panel", value)}
        >
          {label}
        </button>
      ))}
    </nav>
  );
}
