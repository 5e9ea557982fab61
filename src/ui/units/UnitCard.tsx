/** Singular values of each unit's Jacobian over the depth of the network, or the Hessian in what each unit gives. */
import { useState } from "react";
import { isBusy } from "../../store/runState.ts";
import type { RunResult } from "../../store/state.ts";
import {
  type UnitEnd,
  type UnitMeasure,
  type UnitRow,
  type UnitView,
  unitQuestion,
  unitView,
} from "../../store/unitView.ts";
import { UnitChart } from "../charts/UnitChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { unitFigure } from "../figures.ts";
import { count, interval, significant } from "../format.ts";
import { Asking } from "../layers/Asking.tsx";
import { useActions, usePage } from "../page.ts";
import { Button, Card, DataTable, Segments } from "../parts.tsx";
import { plural } from "../words.ts";
import "../styles/units.css";

const MEASURES = [
  { value: "jacobian", label: "Jacobian" },
  { value: "activations", label: "Hessian of its output" },
] as const;

const TEXTS: Readonly<Record<UnitMeasure, { title: string; quantity: string; mean: string; what: string }>> =
  {
    jacobian: {
      title: "Jacobian of a unit",
      quantity: "singular values",
      mean: "Mean square",
      what: "Jacobians of units",
    },
    activations: {
      title: "Hessian in a unit’s output",
      quantity: "eigenvalues",
      mean: "Mean trace",
      what: "Hessians in activations",
    },
  };

export function UnitCard({ result }: { readonly result: RunResult }) {
  const [measure, setMeasure] = useState<UnitMeasure>("jacobian");
  const view = unitView(result, measure);
  const { title, quantity, mean } = TEXTS[measure];
  return (
    <Card
      title={title}
      {...(view === null ? {} : { note: noteOf(view) })}
      className="units"
      tools={
        <>
          <Segments label="What of a unit" value={measure} options={MEASURES} onChange={setMeasure} />
          {view !== null && (
            <ExportMenu
              figure={unitFigure(measure)}
              tables={[{ label: "Units (CSV)", name: measure, csv: (t) => t.unitsCsv(view.rows) }]}
              result={result}
            />
          )}
        </>
      }
    >
      {view !== null && (
        <>
          <UnitChart
            rows={view.rows}
            quantity={quantity}
            isometry={measure === "jacobian"}
            summary={summaryOf(view, quantity)}
          />
          <Legend view={view} isometry={measure === "jacobian"} />
          <DataTable
            summary={`${quantity[0].toUpperCase()}${quantity.slice(1)} of ${plural(view.rows.length, "unit")}`}
            columns={["Unit", "Matrix", "Largest", "Smallest", "Median", "5 to 95 %", mean, "95 % interval"]}
            rows={() => view.rows.map(cells)}
          />
        </>
      )}
      <Measuring result={result} measure={measure} view={view} />
    </Card>
  );
}

const noteOf = ({ samples, coupled, steps }: UnitView): string =>
  coupled
    ? `one matrix for a batch of ${plural(samples, "sample")}, ${steps} steps`
    : `a matrix for each of ${plural(samples, "sample")}, ${steps} steps`;

function summaryOf({ rows }: UnitView, quantity: string): string {
  const most = rows.reduce((a, b) => (b.largest.value > a.largest.value ? b : a));
  const least = rows.reduce((a, b) => (b.largest.value < a.largest.value ? b : a));
  return (
    `Range of the ${quantity} of ${plural(rows.length, "unit")} in the order of the network: the largest is ` +
    `${significant(most.largest.value, 3)} in ${most.unit}; the least of the largest ${significant(least.largest.value, 3)} in ${least.unit}.`
  );
}

function Legend({ view, isometry }: { readonly view: UnitView; readonly isometry: boolean }) {
  const open = view.rows.some(({ largest, smallest }) => !largest.converged || !smallest.converged);
  return (
    <p className="legend unit-legend">
      <span className="key">
        <i className="unit-key box" /> 90 % of the values, with the median
      </span>
      <span className="key">
        <i className="unit-key settled" /> largest and smallest
      </span>
      {open && (
        <span className="key">
          <i className="unit-key unsettled" /> not converged: the range reaches at least so far
        </span>
      )}
      {isometry && (
        <span className="key">
          <i className="unit-key one" /> 1: lengths are kept
        </span>
      )}
    </p>
  );
}

const end = ({ value, residual, converged }: UnitEnd): string =>
  `${significant(value, 4)} ± ${residual.toExponential(1)}${converged ? "" : ", not converged"}`;

const cells = ({ unit, rows, columns, largest, smallest, quantiles, mean }: UnitRow): string[] => [
  unit,
  `${count(rows)} × ${count(columns)}`,
  end(largest),
  end(smallest),
  significant(quantiles[1], 3),
  `${significant(quantiles[0], 2)} to ${significant(quantiles[2], 2)}`,
  significant(mean.estimate, 3),
  mean.interval95 === null ? "unknown" : interval(mean.interval95),
];

interface MeasuringProps {
  readonly result: RunResult;
  readonly measure: UnitMeasure;
  readonly view: UnitView | null;
}

/** Which unit, and the button; or why there is none. */
function Measuring({ result, measure, view }: MeasuringProps) {
  const [unit, setUnit] = useState("");
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const { ask } = useActions();
  const { units } = result.model;
  const measuring = (steps?: number) =>
    void ask(unitQuestion(result, measure, unit === "" ? [] : [unit], steps));
  if (units === undefined) {
    const why =
      result.model.family === "onnx"
        ? "An ONNX file names no units. Use the checkpoint of a ResNet, a BERT or a perceptron."
        : "This run does not say what the units of its network are. Run it again to measure them.";
    return view === null ? <p className="empty">{why}</p> : null;
  }
  const live = origin === "live" && !isBusy(run);
  const chooser = live && (
    <label className="unit-choice">
      <span>Unit</span>
      <select value={unit} onChange={(event) => setUnit(event.target.value)}>
        <option value="">all {units.length}</option>
        {units.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
  if (view !== null)
    return live ? (
      <p className="unit-again">
        {chooser}
        <Button onClick={() => measuring(2 * view.steps)}>Measure with {2 * view.steps} steps</Button>
      </p>
    ) : null;
  return (
    <>
      {chooser}
      <Asking job={measure} what={TEXTS[measure].what} label="Measure" onAsk={() => measuring()}>
        {measure === "jacobian"
          ? "How a change of what a unit takes comes out of it: 30 steps forwards and backwards through each unit, on 4 samples. It can be cancelled."
          : "How the loss bends in what a unit gives: 30 products for each unit, on 4 samples. It can be cancelled."}
      </Asking>
    </>
  );
}
