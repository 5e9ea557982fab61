/** Every measure of how much a layer matters, side by side: a row per layer. */
import { useMemo, useState } from "react";
import { type LayerRow, layerRows } from "../../store/layerTable.ts";
import { widthsOf } from "../../store/planRequests.ts";
import type { RunResult } from "../../store/state.ts";
import { cells, layers as words } from "../../strings/en.ts";
import { ExportMenu } from "../ExportMenu.tsx";
import { count } from "../format.ts";
import { useActions, usePage } from "../page.ts";
import { Card, Segments } from "../parts.tsx";
import { barOf, type Column, columnsOf, grouped, intervalText, type Sorting, sorted } from "./columns.ts";
import { Unmeasured } from "./Unmeasured.tsx";
import type { PlanView } from "./usePlan.ts";

const ORDERS = [
  { value: "parts", label: words.table.byPart },
  { value: "flat", label: words.table.all },
] as const;

export function SensitivityCard({ result, view }: { readonly result: RunResult; readonly view: PlanView }) {
  const widths = usePage((state) => widthsOf(state.controls).join());
  const [order, setOrder] = useState<"parts" | "flat">("parts");
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const { table, solved, measured } = view;
  const rows = useMemo(() => layerRows(result, table), [result, table]);
  const columns = columnsOf({
    widths: widths.split(",").map(Number),
    bits: byLayer(view, solved?.bits ?? []),
    alone: byLayer(view, measured?.layers.flatMap((layer) => layer?.rise ?? []) ?? []),
  });
  const known = columns.filter(({ value }) => rows.some((row) => value(row) !== null));
  const groups =
    order === "parts" ? grouped(rows, known, sorting) : [{ name: "", rows: sorted(rows, known, sorting) }];
  const largest = new Map(
    known.map(({ key, value }) => [key, Math.max(...rows.map((row) => Math.abs(value(row) ?? 0)))]),
  );
  return (
    <Card
      title={words.table.title}
      note={words.table.note(rows.length)}
      className="sensitivity"
      tools={
        <>
          <Segments label={words.table.order} value={order} options={ORDERS} onChange={setOrder} />
          <ExportMenu
            figure={null}
            tables={[
              {
                label: words.table.csv,
                name: "sensitivity",
                csv: (t) => t.columnsCsv(rows, known),
              },
            ]}
            result={result}
          />
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="scroll tall" aria-label={words.table.label} tabIndex={0}>
        <table className="sensitivities">
          <thead>
            <tr>
              <th scope="col">{words.table.layer}</th>
              {known.map((column) => (
                <Head key={column.key} column={column} sorting={sorting} onSort={setSorting} />
              ))}
            </tr>
          </thead>
          {groups.map((group) => (
            <tbody key={group.name}>
              {group.name !== "" && (
                <tr className="group">
                  <th scope="rowgroup">{group.name}</th>
                  <td>{count(group.rows.reduce((sum, { size }) => sum + size, 0))}</td>
                  {known.slice(1).map(({ key }) => (
                    <td key={key} />
                  ))}
                </tr>
              )}
              {group.rows.map((row) => (
                <Row key={row.name} row={row} columns={known} largest={largest} />
              ))}
            </tbody>
          ))}
        </table>
      </section>
      <Unmeasured result={result} rows={rows} />
    </Card>
  );
}

/** Null where not every layer of the plan has its number. */
function byLayer({ table }: PlanView, values: readonly number[]): ReadonlyMap<string, number> | null {
  if (table === null || values.length < table.layers.length) return null;
  return new Map(table.layers.map(({ name }, i) => [name, values[i]]));
}

interface HeadProps {
  readonly column: Column;
  readonly sorting: Sorting | null;
  readonly onSort: (sorting: Sorting | null) => void;
}

/** Largest first, then smallest first, then the order of the network again. */
function Head({ column: { key, head, title }, sorting, onSort }: HeadProps) {
  const own = sorting?.key === key ? sorting : null;
  const next = own === null ? { key, descending: true } : own.descending ? { key, descending: false } : null;
  const mark = own === null ? "" : own.descending ? " ▾" : " ▴";
  return (
    <th
      scope="col"
      title={title}
      {...(own === null ? {} : { "aria-sort": own.descending ? "descending" : "ascending" })}
    >
      <button type="button" onClick={() => onSort(next)}>
        {head}
        <span aria-hidden="true">{mark}</span>
      </button>
    </th>
  );
}

interface RowProps {
  readonly row: LayerRow;
  readonly columns: readonly Column[];
  readonly largest: ReadonlyMap<string, number>;
}

function Row({ row, columns, largest }: RowProps) {
  const selected = usePage((state) => state.controls.layer === row.name);
  const { set } = useActions();
  const select = () => set("layer", selected ? "" : row.name);
  return (
    <tr className={selected ? "chosen" : ""}>
      <th scope="row">
        <button type="button" aria-pressed={selected} title={words.table.look} onClick={select}>
          {row.name.replace(/\.weight$/, "")}
        </button>
      </th>
      {columns.map((column) => (
        <Cell key={column.key} row={row} column={column} largest={largest.get(column.key) ?? 0} />
      ))}
    </tr>
  );
}

interface CellProps {
  readonly row: LayerRow;
  readonly column: Column;
  readonly largest: number;
}

function Cell({ row, column, largest }: CellProps) {
  const value = column.value(row);
  const spread = intervalText(column.interval?.(row) ?? null);
  if (value === null) return <td className="aside">{cells.unknown}</td>;
  return (
    <td title={spread === null ? undefined : words.table.interval(spread)}>
      {column.mark?.(row)}
      {column.text(value)}
      {spread !== null && <span className="spread">{spread}</span>}
      <span className="cell-bar" aria-hidden="true">
        <span className={value < 0 ? "negative" : ""} style={{ width: `${100 * barOf(value, largest)}%` }} />
      </span>
    </td>
  );
}
