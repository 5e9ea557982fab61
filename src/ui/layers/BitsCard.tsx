/** The bits of the chosen plan, layer by layer. */
import { groupName } from "../../store/groupName.ts";
import type { RunResult } from "../../store/state.ts";
import { panelFigures, layers as words } from "../../strings/en.ts";
import { BitsChart } from "../charts/BitsChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { count, significant } from "../format.ts";
import { useActions, usePage } from "../page.ts";
import { bitsFigure } from "../panelFigures.ts";
import { Card, DataTable } from "../parts.tsx";
import type { PlanView } from "./usePlan.ts";

export function BitsCard({ result, view }: { readonly result: RunResult; readonly view: PlanView }) {
  const selected = usePage((state) => state.controls.layer);
  const { set } = useActions();
  const { table, solved, measured } = view;
  if (table === null || solved === null) return null;
  const tensors = new Map(result.model.tensors.map((tensor) => [tensor.name, tensor]));
  const rows = table.layers.map(({ name, size, options }, i) => ({
    ...{ name, size, bits: solved.bits[i] },
    group: groupName(tensors.get(name) ?? { name }),
    rise: options.find(({ bits }) => bits === solved.bits[i])?.loss ?? 0,
    measured: measured?.layers[i] ?? null,
  }));
  const counts = [...new Set(solved.bits)]
    .sort((a, b) => a - b)
    .map((bits) => words.bits.count(solved.bits.filter((own) => own === bits).length, bits));
  return (
    <Card
      title={panelFigures.bits}
      note={counts.join(", ")}
      className="bits"
      tools={
        <ExportMenu
          figure={bitsFigure}
          tables={[{ label: words.bits.csv, name: "bits", csv: (t) => t.bitsCsv(rows) }]}
          result={result}
        />
      }
    >
      <BitsChart
        bars={rows.map(({ name, group, bits, rise, measured: alone }) => ({
          ...{ name, group, bits },
          note: `\n${words.bits.note(significant(rise, 3))}${alone === null ? "" : `\n${words.bits.noteAlone(significant(alone.rise, 3))}`}`,
        }))}
        summary={words.bits.summary(rows.length, counts.join(", "))}
        selected={selected}
        onPick={(name) => set("layer", name)}
      />
      <DataTable
        summary={words.bits.table}
        columns={words.bits.columns}
        rows={() =>
          rows.map(({ name, size, bits, rise, measured: alone }) => [
            name,
            count(size),
            String(bits),
            significant(rise, 3),
            alone === null ? "" : significant(alone.rise, 3),
          ])
        }
      />
    </Card>
  );
}
