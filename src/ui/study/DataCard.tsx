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
import { cells, twoData as words } from "../../strings/en.ts";
import { AboveChart } from "../charts/AboveChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { count, interval, percent, significant } from "../format.ts";
import { Asking } from "../layers/Asking.tsx";
import { Prose } from "../Prose.tsx";
import { useActions, usePage } from "../page.ts";
import { dataFigure } from "../panelFigures.ts";
import { Button, Card, DataTable } from "../parts.tsx";
import "../styles/study.css";

export function DataCard({ result }: { readonly result: RunResult }) {
  const found = comparedData(result);
  return (
    <Card
      title={words.title}
      {...(found === null ? {} : { note: words.note(found.tensors, count(found.size)) })}
      className="two-data"
      tools={
        found !== null && (
          <ExportMenu
            figure={dataFigure(found)}
            tables={[{ label: words.csv, name: "two-data", csv: (t) => t.dataCsv(found) }]}
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
      <AboveChart data={data} size={size} summary={words.summary(data.map(({ title }) => title))} />
      <p className="legend study-legend">
        {data.map(({ title }, i) => (
          <span key={title} className="key">
            <i className={`study-key line ${i === 0 ? "" : "other"}`} /> {title}
          </span>
        ))}
      </p>
      {distance !== null && topDifference !== null && second !== null && (
        <p>
          <Prose
            text={
              chance === null
                ? words.apart(significant(distance, 3))
                : words.apartBeside(significant(distance, 3), significant(chance, 2))
            }
          />{" "}
          {chance !== null && distance < chance && `${words.byChance} `}
          {words.top(significant(first.top.value, 4), significant(second.top.value, 4))}
        </p>
      )}
      <DataTable
        summary={words.table}
        columns={words.columns}
        rows={() =>
          data.map(({ title, loss, accuracy, top, trace }) => [
            title,
            significant(loss, 4),
            accuracy === null ? "" : percent(accuracy),
            `${significant(top.value, 5)}${top.converged ? "" : `, ${cells.notConverged}`}`,
            significant(trace.estimate, 4),
            trace.interval95 === null ? cells.unknown : interval(trace.interval95),
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
          <span>{words.compareWith}</span>
          <select value={chosen?.key} onChange={(event) => setKey(event.target.value)}>
            {choices.map((choice) => (
              <option key={choice.key} value={choice.key}>
                {choice.label}
              </option>
            ))}
          </select>
        </label>
      )}
      {again && chosen !== undefined && <Button onClick={asking}>{words.compare}</Button>}
      <label>
        <span>{words.orFile}</span>
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
        <Asking job="distributions" what={words.what} label={words.compare} onAsk={asking}>
          {words.cost}
        </Asking>
      )}
    </>
  );
}
