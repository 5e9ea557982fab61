/** The loss around the weights of several runs, as far as they hold it: slices on common axes, planes side by side. */
import { findPlane } from "../../store/landscapes.ts";
import { findSlice, rankOf } from "../../store/ranks.ts";
import type { LossSlice } from "../../store/state.ts";
import { figures, around as words } from "../../strings/en.ts";
import { LossChart } from "../charts/LossChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { eigenvalueSymbol, significant } from "../format.ts";
import { PlaneCard } from "../PlaneCard.tsx";
import { usePage } from "../page.ts";
import { Card, DataTable } from "../parts.tsx";
import { captionOf, madeOf } from "./captions.ts";
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
            <PlaneCard key={letter} {...{ result, letter }} />
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
  const title = words.title(vector);
  if (held.length === 0) {
    return (
      <Card title={title}>
        <p className="empty">{words.none(vector)}</p>
      </Card>
    );
  }
  const drawn = held.map((h) => h.run);
  const slices = held.map((h) => h.slice);
  const rise = ({ run: { letter, result }, slice }: SlicesProps["held"][number]) =>
    words.rise(letter, significant(result.loss, 3), significant(Math.max(...slice.loss), 3));
  return (
    <Card
      title={title}
      {...(without.length > 0 ? { note: words.without(without.join(", ")) } : {})}
      tools={
        <ExportMenu
          figure={{ name: "losses", title, legend: legendOf(drawn) }}
          tables={[
            {
              label: words.csv,
              name: "losses",
              csv: (t) => t.lossesCsv(held.map(({ run, slice }) => ({ run: run.title, slice }))),
            },
          ]}
          result={drawn[0].result}
          of={{ name, caption: captionOf(drawn), made: madeOf(drawn) }}
        />
      }
    >
      <LossChart
        {...{ slices, vector }}
        letters={drawn.map((run) => run.letter)}
        strokes={drawn.map((run) => run.stroke)}
        summary={words.summary(vector, held.map(rise).join(", "))}
      />
      <RunLegend runs={drawn} />
      <DataTable
        summary={figures.lossAlong(vector)}
        columns={words.columns}
        rows={() =>
          held.flatMap(({ run, slice }) =>
            slice.steps.map((step, i) => [run.letter, significant(step, 3), significant(slice.loss[i], 6)]),
          )
        }
      />
    </Card>
  );
}
