/** The loss around the weights of several runs, as far as they hold it: slices on common axes, planes side by side. */
import { findPlane } from "../../store/landscapes.ts";
import { findSlice, rankOf } from "../../store/ranks.ts";
import type { LossSlice } from "../../store/state.ts";
import { LossChart } from "../charts/LossChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { eigenvalueSymbol, significant } from "../format.ts";
import { PlaneCard } from "../PlaneCard.tsx";
import { usePage } from "../page.ts";
import { Card, DataTable } from "../parts.tsx";
import { captionOf } from "./captions.ts";
import { RunLegend } from "./RunLegend.tsx";
import { type ComparedRun, legendOf } from "./strokes.ts";

interface AroundProps {
  readonly runs: readonly ComparedRun[];
  /** First part of the names of the files. */
  readonly name: string;
}

export function AroundCards({ runs, name }: AroundProps) {
  const selected = usePage((state) => state.controls.selected);
  const rank = rankOf(selected) ?? { end: "top" as const, place: 0 };
  const vector = eigenvalueSymbol(rank.end, rank.place, "v");
  const held = runs.flatMap((run) => {
    const slice = findSlice(run.result, rank);
    return slice === null ? [] : [{ run, slice }];
  });
  const planes = runs.filter(({ result }) => findPlane(result) !== null);
  return (
    <>
      {(held.length > 0 || planes.length === 0) && <SlicesCard {...{ runs, name, vector, held }} />}
      {planes.length > 0 && (
        <div className="multiples">
          {planes.map(({ letter, result }) => (
            <PlaneCard key={letter} result={result} chooser={<span className="card-note">{letter}</span>} />
          ))}
        </div>
      )}
    </>
  );
}

interface SlicesProps extends AroundProps {
  /** Symbol of the vector. */
  readonly vector: string;
  readonly held: readonly { readonly run: ComparedRun; readonly slice: LossSlice }[];
}

function SlicesCard({ runs, name, vector, held }: SlicesProps) {
  const without = runs.filter((run) => !held.some((h) => h.run === run)).map((run) => run.letter);
  const title = `Loss along ${vector}, run by run`;
  if (held.length === 0) {
    return (
      <Card title={title}>
        <p className="empty">
          None of these runs holds the loss along {vector}. Select an eigenvalue of a run that was measured
          here, in the panel Spectrum, to measure it.
        </p>
      </Card>
    );
  }
  const drawn = held.map((h) => h.run);
  const slices = held.map((h) => h.slice);
  const rise = ({ run: { letter, result }, slice }: SlicesProps["held"][number]) =>
    `${letter} from ${significant(result.loss, 3)} to ${significant(Math.max(...slice.loss), 3)}`;
  return (
    <Card
      title={title}
      {...(without.length > 0 ? { note: `without ${without.join(", ")}, which hold none` } : {})}
      tools={
        <ExportMenu
          figure={{ what: "losses", title, legend: legendOf(drawn) }}
          tables={[
            {
              label: "Losses (CSV)",
              name: "losses",
              csv: (t) => t.lossesCsv(held.map(({ run, slice }) => ({ run: run.title, slice }))),
            },
          ]}
          result={drawn[0].result}
          of={{ name, caption: captionOf(drawn) }}
        />
      }
    >
      <LossChart
        {...{ slices, vector }}
        letters={drawn.map((run) => run.letter)}
        strokes={drawn.map((run) => run.stroke)}
        summary={`Loss along ${vector} of each run: ${held.map(rise).join(", ")}.`}
      />
      <RunLegend runs={drawn} />
      <DataTable
        summary={`Loss along ${vector}`}
        columns={["Run", "Step", "Loss"]}
        rows={() =>
          held.flatMap(({ run, slice }) =>
            slice.steps.map((step, i) => [run.letter, significant(step, 3), significant(slice.loss[i], 6)]),
          )
        }
      />
    </Card>
  );
}
