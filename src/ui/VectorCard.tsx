/** What the selected eigenvalue is made of: where its vector lies, how exact it is, and which samples bend the loss along it. */
import { type ReactNode, useMemo } from "react";
import { findEigenvalue, findVectorAnswer, type RankedEigenvalue } from "../store/ranks.ts";
import { isBusy } from "../store/runState.ts";
import type { ModelCard, RowCurvature, RunResult, SharpRow, VectorAnswer } from "../store/state.ts";
import { sliceCard, vectorCard as words } from "../strings/en.ts";
import { LayerChart } from "./charts/LayerChart.tsx";
import { layerBars } from "./charts/layerGeometry.ts";
import { ExportMenu } from "./ExportMenu.tsx";
import { vectorFigure } from "./figures.ts";
import { count, eigenvalueSymbol, percent, residualText, significant } from "./format.ts";
import { Prose } from "./Prose.tsx";
import { useActions, usePage } from "./page.ts";
import { Button, Card, DataTable } from "./parts.tsx";

interface VectorCardProps {
  readonly result: RunResult;
  /** Chooses between this card and the slices. */
  readonly chooser: ReactNode;
}

/** Rows of the sharpest samples in sight; the others stand in the table. */
const IN_SIGHT = 3;
/** Rows that the engine names. */
const SHARPEST = 10;

export default function VectorCard({ result, chooser }: VectorCardProps) {
  const selected = usePage((state) => state.controls.selected);
  const chosen = findEigenvalue(result, selected);
  if (chosen === null) {
    return (
      <Card title={sliceCard.partsTitle} className="slice" tools={chooser}>
        <p className="empty">{sliceCard.select}</p>
      </Card>
    );
  }
  const { end, place } = chosen.rank;
  const symbol = eigenvalueSymbol(end, place);
  const answer = findVectorAnswer(result, chosen.rank);
  return (
    <Card
      title={words.title(symbol)}
      className="slice made-of"
      tools={
        <>
          {chooser}
          {answer !== null && (
            <ExportMenu
              figure={vectorFigure(chosen.rank)}
              tables={[
                { label: words.massCsv, name: "mass", csv: (t) => t.massCsv(answer) },
                ...(answer.curvature === null
                  ? []
                  : [
                      {
                        label: words.sharpestCsv,
                        name: "sharpest",
                        csv: sharpestOf(answer.curvature),
                      },
                    ]),
              ]}
              result={result}
            />
          )}
        </>
      }
    >
      {answer === null ? (
        <Missing chosen={chosen} />
      ) : (
        <Explained answer={answer} card={result.model} symbol={symbol} />
      )}
    </Card>
  );
}

type Csv = Parameters<typeof ExportMenu>[0]["tables"][number]["csv"];
const sharpestOf =
  (curvature: RowCurvature): Csv =>
  (tables) =>
    tables.sharpestCsv(curvature);

interface ExplainedProps {
  readonly answer: VectorAnswer;
  readonly card: ModelCard;
  readonly symbol: string;
}

function Explained({ answer, card, symbol }: ExplainedProps) {
  const { rank, tensors, participation, residual, lanczosResidual, curvature, without } = answer;
  const vector = eigenvalueSymbol(rank.end, rank.place, "v");
  const layer = usePage((state) => state.controls.layer);
  const { set } = useActions();
  const bars = useMemo(() => {
    const known = new Map(card.tensors.map((tensor) => [tensor.name, tensor]));
    const masses = tensors.map(({ name, size, mass }) => ({
      ...{ name, size, estimate: mass },
      ...{ standardError: null, interval95: null },
    }));
    return layerBars(masses, known, { perParameter: false, all: true });
  }, [tensors, card]);
  const largest = tensors.reduce((best, tensor) => (tensor.mass > best.mass ? tensor : best));
  const size = tensors.reduce((sum, tensor) => sum + tensor.size, 0);
  return (
    <>
      <LayerChart
        bars={bars}
        selected={layer}
        onPick={(name) => set("layer", name)}
        quantity={words.quantity(vector)}
        summary={words.summary(vector, bars.length, percent(largest.mass), largest.name)}
      />
      <p className="made-of-facts">
        <Prose
          text={words.facts(
            percent(largest.mass),
            { entries: count(Math.round(participation)), all: count(size) },
            {
              of: `A${vector} − ${symbol}${vector}`,
              ...{ measured: residualText(residual), lanczos: residualText(lanczosResidual) },
            },
          )}
          marks={{ largest: () => <b>{largest.name}</b> }}
        />{" "}
      </p>
      {curvature === null ? (
        <Rowless without={without} />
      ) : (
        <Sharpest curvature={curvature} card={card} symbol={symbol} />
      )}
      <div className="disclosures">
        <DataTable
          summary={words.tensorsTable}
          columns={words.tensorsColumns}
          rows={() =>
            tensors.map(({ name, size: own, mass, channels, largest: most }) => [
              name,
              count(own),
              percent(mass),
              count(channels),
              most
                .slice(0, 3)
                .map((channel) => `${channel.channel}: ${percent(channel.mass)}`)
                .join(", "),
            ])
          }
        />
        {curvature !== null && (
          <DataTable
            summary={words.samplesTable}
            columns={words.samplesColumns}
            rows={() =>
              curvature.sharpest.map((row) => [
                placeOf(row),
                significant(row.curvature),
                significant(row.gaussNewton),
                significant(row.slope),
                significant(row.loss),
                className(row.label, card),
                className(row.predicted, card),
              ])
            }
          />
        )}
      </div>
    </>
  );
}

/** Why no sample has a curvature: words of the engine, or it is still at work. */
function Rowless({ without }: { readonly without: string | null }) {
  const asking = usePage(({ run }) => run.kind === "running" && run.job === "vector");
  const text = asking ? words.measuringSamples : words.noSamples;
  return <p className="calm">{without ?? text}</p>;
}

interface SharpestProps {
  readonly curvature: RowCurvature;
  readonly card: ModelCard;
  readonly symbol: string;
}

function Sharpest({ curvature, card, symbol }: SharpestProps) {
  const { rows, count: n, mean, sharpestTenth, sharpest } = curvature;
  const tokens = rows === "labelled tokens";
  const labelled = sharpest.some(({ label }) => label !== null);
  return (
    <table className="sharpest">
      <caption>
        {(tokens ? words.ofTokens : words.ofSamples)(
          n,
          significant(mean),
          percent(sharpestTenth),
          symbol,
        )}{" "}
      </caption>
      <thead>
        <tr>
          <th scope="col">{tokens ? words.sampleToken : words.sample}</th>
          <th scope="col">{words.curvature}</th>
          <th scope="col">{words.loss}</th>
          {labelled && <th scope="col">{words.takenFor}</th>}
        </tr>
      </thead>
      <tbody>
        {sharpest.slice(0, IN_SIGHT).map((row) => (
          <tr key={placeOf(row)}>
            <th scope="row">{placeOf(row)}</th>
            <td>{significant(row.curvature, 3)}</td>
            <td>{significant(row.loss, 2)}</td>
            {labelled && (
              <td className={row.label === row.predicted ? "" : "mistaken"}>
                {row.label === row.predicted
                  ? className(row.label, card)
                  : `${className(row.label, card)} → ${className(row.predicted, card)}`}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const placeOf = ({ sample, token }: SharpRow): string =>
  token === null ? String(sample) : `${sample}, ${token}`;

const className = (index: number | null, { data }: ModelCard): string =>
  index === null ? "" : (data.classNames?.[index] ?? String(index));

/** Why there is no answer, and what to do. */
function Missing({ chosen }: { readonly chosen: RankedEigenvalue }) {
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const { ask } = useActions();
  if (run.kind === "running" && run.job === "vector") return <p className="empty">{words.measuring}</p>;
  if (isBusy(run)) return <p className="empty">{words.later}</p>;
  if (origin !== "live") {
    return <p className="empty">{origin === "stored" ? words.notStored : words.notHeld}</p>;
  }
  return (
    <div className="empty">
      <Button
        onClick={() => void ask({ kind: "vector", request: { rank: chosen.rank, sharpest: SHARPEST } })}
      >
        {words.ask}
      </Button>
      <p className="calm">{words.cost}</p>
    </div>
  );
}
