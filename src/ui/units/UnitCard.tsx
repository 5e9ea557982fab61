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
import { cells, numbers, units as words } from "../../strings/en.ts";
import { UnitChart } from "../charts/UnitChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { count, interval, significant } from "../format.ts";
import { Asking } from "../layers/Asking.tsx";
import { useActions, usePage } from "../page.ts";
import { unitFigure } from "../panelFigures.ts";
import { Button, Card, DataTable, Segments } from "../parts.tsx";
import "../styles/units.css";

const MEASURES = [
  { value: "jacobian", label: words.jacobian.name },
  { value: "activations", label: words.activations.name },
] as const;

export function UnitCard({ result }: { readonly result: RunResult }) {
  const [measure, setMeasure] = useState<UnitMeasure>("jacobian");
  const view = unitView(result, measure);
  const { title, quantity, table, mean } = words[measure];
  return (
    <Card
      title={title}
      {...(view === null ? {} : { note: noteOf(view) })}
      className="units"
      tools={
        <>
          <Segments label={words.measure} value={measure} options={MEASURES} onChange={setMeasure} />
          {view !== null && (
            <ExportMenu
              figure={unitFigure(measure)}
              tables={[{ label: words.csv, name: measure, csv: (t) => t.unitsCsv(view.rows) }]}
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
            summary={table(view.rows.length)}
            columns={words.columns(mean)}
            rows={() => view.rows.map(rowOf)}
          />
        </>
      )}
      <Measuring result={result} measure={measure} view={view} />
    </Card>
  );
}

const noteOf = ({ samples, coupled, steps }: UnitView): string =>
  coupled ? words.oneMatrix(samples, steps) : words.matrixEach(samples, steps);

function summaryOf({ rows }: UnitView, quantity: string): string {
  const most = rows.reduce((a, b) => (b.largest.value > a.largest.value ? b : a));
  const least = rows.reduce((a, b) => (b.largest.value < a.largest.value ? b : a));
  return words.summary({
    quantity,
    units: rows.length,
    most: significant(most.largest.value, 3),
    mostIn: most.unit,
    least: significant(least.largest.value, 3),
    leastIn: least.unit,
  });
}

function Legend({ view, isometry }: { readonly view: UnitView; readonly isometry: boolean }) {
  const open = view.rows.some(({ largest, smallest }) => !largest.converged || !smallest.converged);
  return (
    <p className="legend unit-legend">
      <span className="key">
        <i className="unit-key box" /> {words.legend.middle}
      </span>
      <span className="key">
        <i className="unit-key settled" /> {words.legend.ends}
      </span>
      {open && (
        <span className="key">
          <i className="unit-key unsettled" /> {words.legend.open}
        </span>
      )}
      {isometry && (
        <span className="key">
          <i className="unit-key one" /> {words.legend.one}
        </span>
      )}
    </p>
  );
}

const end = ({ value, residual, converged }: UnitEnd): string =>
  `${significant(value, 4)} ± ${residual.toExponential(1)}${converged ? "" : `, ${cells.notConverged}`}`;

const rowOf = ({ unit, rows, columns, largest, smallest, quantiles, mean }: UnitRow): string[] => [
  unit,
  `${count(rows)} × ${count(columns)}`,
  end(largest),
  end(smallest),
  significant(quantiles[1], 3),
  numbers.interval(significant(quantiles[0], 2), significant(quantiles[2], 2)),
  significant(mean.estimate, 3),
  mean.interval95 === null ? cells.unknown : interval(mean.interval95),
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
    const why = result.model.family === "onnx" ? words.onnx : words.notSaid;
    return view === null ? <p className="empty">{why}</p> : null;
  }
  const live = origin === "live" && !isBusy(run);
  const chooser = live && (
    <label className="unit-choice">
      <span>{words.unit}</span>
      <select value={unit} onChange={(event) => setUnit(event.target.value)}>
        <option value="">{words.all(units.length)}</option>
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
        <Button onClick={() => measuring(2 * view.steps)}>{words.again(2 * view.steps)}</Button>
      </p>
    ) : null;
  return (
    <>
      {chooser}
      <Asking job={measure} what={words[measure].what} label={words.ask} onAsk={() => measuring()}>
        {words[measure].cost}
      </Asking>
    </>
  );
}
