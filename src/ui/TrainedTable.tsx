/** Which tensors of an ONNX file are trained: it does not say, so the reader may correct what was assumed. */
import { useState } from "react";
import type { Candidate } from "../store/state.ts";
import { trainedTable as words } from "../strings/en.ts";
import { useActions } from "./page.ts";
import { Button } from "./parts.tsx";

interface TrainedTableProps {
  readonly candidates: readonly Candidate[];
  readonly onDone: () => void;
}

export function TrainedTable({ candidates, onDone }: TrainedTableProps) {
  const { setUploadOption } = useActions();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => namesOf(candidates, "chosen"));
  const groups = grouped(candidates);
  const put = (tensors: readonly Candidate[], on: boolean) => {
    const next = new Set(chosen);
    for (const { name } of tensors) {
      if (on) next.add(name);
      else next.delete(name);
    }
    setChosen(next);
  };
  return (
    <>
      <p className="calm">{words.about} </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="scroll tall" aria-label={words.table} tabIndex={0}>
        <table className="tensors">
          <thead>
            <tr>
              <th scope="col">{words.tensor}</th>
              <th scope="col">{words.shape}</th>
            </tr>
          </thead>
          {groups.map(({ name, tensors }) => (
            <tbody key={name}>
              {tensors.length > 1 && (
                <tr className="group">
                  <th scope="rowgroup">
                    <Tick
                      label={name === "" ? words.noModule : name}
                      tensors={tensors}
                      chosen={chosen}
                      onChange={put}
                    />
                  </th>
                  <td>{words.group(tensors.length)}</td>
                </tr>
              )}
              {tensors.map((tensor) => (
                <tr key={tensor.name}>
                  <th scope="row">
                    <Tick label={tensor.name} tensors={[tensor]} chosen={chosen} onChange={put} />
                  </th>
                  <td>{tensor.shape.join(" × ") || words.scalar}</td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </section>
      <p className="export-row">
        <Button
          look="primary"
          off={chosen.size === 0}
          onClick={() => {
            onDone();
            void setUploadOption({ trainable: [...chosen] });
          }}
        >
          {words.train(chosen.size)}
        </Button>
        <Button onClick={() => setChosen(namesOf(candidates, "byDefault"))}>{words.assumed}</Button>
      </p>
    </>
  );
}

interface TickProps {
  readonly label: string;
  readonly tensors: readonly Candidate[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (tensors: readonly Candidate[], on: boolean) => void;
}

/** One box for one or several tensors; half ticked where some are chosen. */
function Tick({ label, tensors, chosen, onChange }: TickProps) {
  const on = tensors.filter(({ name }) => chosen.has(name)).length;
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={on === tensors.length}
        ref={(box) => {
          if (box !== null) box.indeterminate = on > 0 && on < tensors.length;
        }}
        onChange={(event) => onChange(tensors, event.target.checked)}
      />
      {label}
    </label>
  );
}

const namesOf = (candidates: readonly Candidate[], which: "chosen" | "byDefault"): ReadonlySet<string> =>
  new Set(candidates.filter((candidate) => candidate[which]).map(({ name }) => name));

function grouped(candidates: readonly Candidate[]): { name: string; tensors: Candidate[] }[] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const list = groups.get(candidate.group);
    if (list === undefined) groups.set(candidate.group, [candidate]);
    else list.push(candidate);
  }
  return [...groups].map(([name, tensors]) => ({ name, tensors }));
}
