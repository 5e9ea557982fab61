/** The three densities on common axes, as one figure. */
import { useMemo } from "react";
import { densityView } from "../../store/densityView.ts";
import { compare, study as words } from "../../strings/en.ts";
import { ViewChoice } from "../ControlField.tsx";
import { DensityPanels } from "../charts/DensityPanels.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { usePage } from "../page.ts";
import { densitySummary } from "../words.ts";
import { captionOf, madeOf } from "./captions.ts";
import { DensityTable } from "./DensityTable.tsx";
import { type ComparedRun, legendOf } from "./strokes.ts";

export function StudyDensities({ runs }: { readonly runs: readonly ComparedRun[] }) {
  const { xAxis, yAxis, width } = usePage((state) => state.controls);
  const view = useMemo(
    () =>
      densityView(
        runs[0].result,
        runs.slice(1).map((run) => run.result),
        { xAxis, width, smoothing: "axis" },
      ),
    [runs, xAxis, width],
  );
  if (view === null) return <p className="empty">{words.noStep}</p>;
  const curves = [view.curve, ...view.beside];
  const legend = [...legendOf(runs), { text: words.behind(runs[0].letter), sample: ".behind" }];
  return (
    <>
      <div className="card-tools">
        {runs.length > 1 && <p className="card-note">{words.grey(runs[0].letter)}</p>}
        <ViewChoice field="xAxis" lead="λ" />
        <ViewChoice field="yAxis" lead={compare.density} />
        <ExportMenu
          figure={{ name: "densities", title: compare.figure, legend }}
          tables={[
            {
              label: compare.curvesCsv,
              name: "densities",
              csv: (t) => t.densitiesCsv(runs.map(({ title }, i) => ({ run: title, curve: curves[i] }))),
            },
          ]}
          result={runs[0].result}
          of={{ name: "study", caption: captionOf(runs), made: madeOf(runs) }}
        />
      </div>
      <DensityPanels
        view={view}
        yAxis={yAxis}
        curves={runs.map(({ letter, stroke, title }, i) => ({ letter, stroke, title, curve: curves[i] }))}
        summary={words.summary(runs.map(({ result }) => densitySummary(result)).join(" "))}
      />
      <DensityTable letters={runs.map(({ letter }) => letter)} curves={curves} />
    </>
  );
}
