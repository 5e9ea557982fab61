/** What the selected eigenvalue is made of: where its vector lies, how exact it is, and which samples bend the loss along it. */
import { type ReactNode, useMemo } from "react";
import { findEigenvalue, findVectorAnswer, type RankedEigenvalue } from "../store/ranks.ts";
import { isBusy } from "../store/runState.ts";
import type { ModelCard, RowCurvature, RunResult, SharpRow, VectorAnswer } from "../store/state.ts";
import { LayerChart } from "./charts/LayerChart.tsx";
import { layerBars } from "./charts/layerGeometry.ts";
import { ExportMenu } from "./ExportMenu.tsx";
import { vectorFigure } from "./figures.ts";
import { count, eigenvalueSymbol, percent, residualText, significant } from "./format.ts";
import { useActions, usePage } from "./page.ts";
import { Button, Card, DataTable } from "./parts.tsx";
import { plural } from "./words.ts";

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
      <Card title="Parts of an eigenvalue" className="slice" tools={chooser}>
        <p className="empty">Select an eigenvalue of the table.</p>
      </Card>
    );
  }
  const { end, place } = chosen.rank;
  const symbol = eigenvalueSymbol(end, place);
  const answer = findVectorAnswer(result, chosen.rank);
  return (
    <Card
      title={`Parts of ${symbol}`}
      className="slice made-of"
      tools={
        <>
          {chooser}
          {answer !== null && (
            <ExportMenu
              figure={vectorFigure(chosen.rank)}
              tables={[
                { label: "Mass (CSV)", name: "mass", csv: (t) => t.massCsv(answer) },
                ...(answer.curvature === null
                  ? []
                  : [
                      {
                        label: "Sharpest samples (CSV)",
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
        quantity={`mass of ${vector}`}
        summary={`Mass of ${vector} in ${plural(bars.length, "tensor")}, in sum 1; the largest part, ${percent(largest.mass)}, lies in ${largest.name}.`}
      />
      <p className="made-of-facts">
        Most in <b>{largest.name}</b>, {percent(largest.mass)}; as concentrated as{" "}
        {count(Math.round(participation))} equal entries of {count(size)}. ‖A{vector} − {symbol}
        {vector}‖ is {residualText(residual)} measured, {residualText(lanczosResidual)} by Lanczos.
      </p>
      {curvature === null ? (
        <Rowless without={without} />
      ) : (
        <Sharpest curvature={curvature} card={card} symbol={symbol} />
      )}
      <div className="disclosures">
        <DataTable
          summary="Tensors and channels"
          columns={["Tensor", "Parameters", "Mass", "Channels", "Most in channels"]}
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
            summary="Sharpest samples"
            columns={["Place", "Curvature", "Gauss-Newton part", "Slope", "Loss", "Label", "Predicted"]}
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
  const text = asking
    ? "Measuring the curvature of every sample"
    : "The curvature of the samples was not measured.";
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
        Curvature of {plural(n, tokens ? "labelled token" : "sample")}: mean {significant(mean)}; the sharpest
        tenth makes {percent(sharpestTenth)} of {symbol}
      </caption>
      <thead>
        <tr>
          <th scope="col">{tokens ? "Sample, token" : "Sample"}</th>
          <th scope="col">Curvature</th>
          <th scope="col">Loss</th>
          {labelled && <th scope="col">Label → taken for</th>}
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
  if (run.kind === "running" && run.job === "vector") return <p className="empty">Measuring</p>;
  if (isBusy(run)) return <p className="empty">This eigenvalue can be explained when the run ends.</p>;
  if (origin !== "live") {
    return (
      <p className="empty">
        {origin === "stored"
          ? "The stored run does not say what this eigenvalue is made of. Run it here, then ask."
          : "The engine has gone on to another model. Run this one again to ask about its eigenvalues."}
      </p>
    );
  }
  return (
    <div className="empty">
      <Button
        onClick={() => void ask({ kind: "vector", request: { rank: chosen.rank, sharpest: SHARPEST } })}
      >
        Ask what it is made of
      </Button>
      <p className="calm">Layers, channels and samples: one product and one pass over the batch.</p>
    </div>
  );
}
