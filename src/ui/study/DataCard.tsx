/** How far the spectra of the last layer lie apart on two data. */
import { useState } from "react";
import { isBusy } from "../../store/runState.ts";
import type { RunResult } from "../../store/state.ts";
import {
  comparedData,
  type Distributions,
  dataQuestion,
  type OtherData,
  otherChoices,
} from "../../store/studyData.ts";
import { AboveChart } from "../charts/AboveChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { dataFigure } from "../figures.ts";
import { count, interval, percent, significant } from "../format.ts";
import { Asking } from "../layers/Asking.tsx";
import { useActions, usePage } from "../page.ts";
import { Button, Card, DataTable } from "../parts.tsx";
import "../styles/study.css";

export function DataCard({ result }: { readonly result: RunResult }) {
  const found = comparedData(result);
  return (
    <Card
      title="The last layer on two data"
      {...(found === null
        ? {}
        : { note: `Hessian of ${found.tensors.join(" and ")}, ${count(found.size)} rows` })}
      className="two-data"
      tools={
        found !== null && (
          <ExportMenu
            figure={dataFigure(found)}
            tables={[{ label: "Spectra (CSV)", name: "two-data", csv: (t) => t.dataCsv(found) }]}
            result={result}
          />
        )
      }
    >
      {found !== null && <Found found={found} />}
      <Measuring result={result} again={found !== null} />
    </Card>
  );
}

function Found({ found }: { readonly found: Distributions }) {
  const { first, second, distance, chance, topDifference, size } = found;
  const data = [first, ...(second === null ? [] : [second])];
  return (
    <>
      <AboveChart
        data={data}
        size={size}
        summary={`Share of the last layer's eigenvalues above each value, on ${data.map(({ title }) => title).join(" and on ")}.`}
      />
      <p className="legend study-legend">
        {data.map(({ title }, i) => (
          <span key={title} className="key">
            <i className={`study-key line ${i === 0 ? "" : "other"}`} /> {title}
          </span>
        ))}
      </p>
      {distance !== null && topDifference !== null && second !== null && (
        <p>
          The densities lie <b>{significant(distance, 3)}</b> apart (1-Wasserstein, in units of the
          eigenvalue)
          {chance === null ? "." : `; two probes on the same data ${significant(chance, 2)}.`}{" "}
          {chance !== null && distance < chance && "Chance alone could do that. "}
          The largest eigenvalue goes from {significant(first.top.value, 4)} to{" "}
          {significant(second.top.value, 4)}.
        </p>
      )}
      <DataTable
        summary="Both data in numbers"
        columns={["Data", "Loss", "Accuracy", "Largest eigenvalue", "Trace", "95 % interval"]}
        rows={() =>
          data.map(({ title, loss, accuracy, top, trace }) => [
            title,
            significant(loss, 4),
            accuracy === null ? "" : percent(accuracy),
            `${significant(top.value, 5)}${top.converged ? "" : ", not converged"}`,
            significant(trace.estimate, 4),
            trace.interval95 === null ? "unknown" : interval(trace.interval95),
          ])
        }
      />
    </>
  );
}

/** Which data, and the button; or why there is none. */
function Measuring({ result, again }: { readonly result: RunResult; readonly again: boolean }) {
  const choices = otherChoices(result);
  const [key, setKey] = useState("");
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const { ask } = useActions();
  const live = origin === "live" && !isBusy(run);
  if (again && !live) return null;
  const chosen = choices.find((choice) => choice.key === key) ?? choices[0];
  const compare = (other: OtherData) => void ask(dataQuestion(other));
  const asking = () => chosen !== undefined && compare(chosen.other);
  const chooser = live && (
    <div className="data-choice">
      {choices.length > 0 && (
        <label>
          <span>Compare with</span>
          <select value={chosen?.key} onChange={(event) => setKey(event.target.value)}>
            {choices.map((choice) => (
              <option key={choice.key} value={choice.key}>
                {choice.label}
              </option>
            ))}
          </select>
        </label>
      )}
      {again && chosen !== undefined && <Button onClick={asking}>Compare</Button>}
      <label>
        <span>or with a file (.npz)</span>
        <input
          type="file"
          accept=".npz"
          onChange={async (event) => {
            const file = event.target.files?.[0];
            if (file === undefined) return;
            const bytes = new Uint8Array(await file.arrayBuffer());
            compare({ kind: "file", file: { name: file.name, bytes }, start: 0 });
          }}
        />
      </label>
    </div>
  );
  return (
    <>
      {chooser}
      {!again && (
        <Asking job="distributions" what="comparison of data" label="Compare" onAsk={asking}>
          40 Lanczos steps from four probes on each of the two data, for the last layer alone. It can be
          cancelled.
        </Asking>
      )}
    </>
  );
}
