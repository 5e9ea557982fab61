/** The columns of the sensitivity table: what they hold of a layer, in numbers and in words. Pure. */
import type { LayerRow } from "../../store/layerTable.ts";
import { layers as words } from "../../strings/en.ts";
import { count, interval, significant } from "../format.ts";
import { countText } from "./units.ts";

export interface Column {
  readonly key: string;
  readonly head: string;
  /** What the number is, with its source. */
  readonly title: string;
  /** Null where it is not known. */
  readonly value: (row: LayerRow) => number | null;
  readonly text: (value: number) => string;
  /** What stands in front of the number. */
  readonly mark?: (row: LayerRow) => string;
  /** 95 % interval; null where the spread is unknown. */
  readonly interval?: (row: LayerRow) => readonly [number, number] | null;
}

export interface PlannedColumns {
  readonly widths: readonly number[];
  /** Bits of the plan by layer; null without a plan. */
  readonly bits: ReadonlyMap<string, number> | null;
  /** Rise that was measured with the layer alone at its bits; null where nobody asked. */
  readonly alone: ReadonlyMap<string, number> | null;
}

const three = (value: number): string => significant(value, 3);

export function columnsOf({ widths, bits, alone }: PlannedColumns): Column[] {
  return [
    {
      key: "size",
      ...words.columns.size,
      value: ({ size }) => size,
      text: count,
    },
    {
      key: "macs",
      ...words.columns.macs,
      value: ({ macs }) => macs,
      text: countText,
    },
    {
      key: "trace",
      ...words.columns.trace,
      value: ({ trace }) => trace?.estimate ?? null,
      text: three,
      interval: ({ trace }) => trace?.interval95 ?? null,
    },
    {
      key: "mean",
      ...words.columns.mean,
      value: ({ perParameter }) => perParameter?.estimate ?? null,
      text: three,
      interval: ({ perParameter }) => perParameter?.interval95 ?? null,
    },
    {
      key: "top",
      ...words.columns.top,
      value: ({ top }) => top?.value ?? null,
      text: three,
      mark: ({ top }) => (top?.converged === false ? "~" : ""),
    },
    {
      key: "hawqV1",
      ...words.columns.hawqV1,
      value: ({ top, size }) => (top === null ? null : top.value / size),
      text: three,
    },
    {
      key: "subsets",
      ...words.columns.subsets,
      value: ({ subsets }) => subsets?.mean ?? null,
      text: three,
      mark: ({ subsets }) => (subsets?.converged === false ? "~" : ""),
    },
    {
      key: "qbert",
      ...words.columns.qbert,
      value: ({ subsets }) => subsets?.qbert ?? null,
      text: three,
    },
    {
      key: "hap",
      ...words.columns.hap,
      value: ({ channelRise }) => channelRise,
      text: three,
    },
    ...widths.map((width): Column => {
      const option = ({ options }: LayerRow) => options.find((one) => one.bits === width);
      return {
        key: `rise${width}`,
        ...words.columns.rise(width),
        value: (row) => option(row)?.loss ?? null,
        text: three,
        interval: (row) => option(row)?.interval95 ?? null,
      };
    }),
    ...(bits === null
      ? []
      : [
          {
            key: "bits",
            ...words.columns.bits,
            value: ({ name }: LayerRow) => bits.get(name) ?? null,
            text: String,
          },
        ]),
    ...(alone === null
      ? []
      : [
          {
            key: "alone",
            ...words.columns.alone,
            value: ({ name }: LayerRow) => alone.get(name) ?? null,
            text: three,
          },
        ]),
  ];
}

export interface Sorting {
  readonly key: string;
  readonly descending: boolean;
}

export interface RowGroup {
  readonly name: string;
  readonly rows: readonly LayerRow[];
}

/** By parts of the network, each sorted within, the part with the first row first; null is the order of the network. */
export function grouped(
  rows: readonly LayerRow[],
  columns: readonly Column[],
  sorting: Sorting | null,
): RowGroup[] {
  const groups = new Map<string, LayerRow[]>();
  for (const row of sorted(rows, columns, sorting)) {
    const list = groups.get(row.group);
    if (list === undefined) groups.set(row.group, [row]);
    else list.push(row);
  }
  return [...groups].map(([name, list]) => ({ name, rows: list }));
}

/** What is not known comes last. */
export function sorted(
  rows: readonly LayerRow[],
  columns: readonly Column[],
  sorting: Sorting | null,
): readonly LayerRow[] {
  const column = columns.find(({ key }) => key === sorting?.key);
  if (column === undefined || sorting === null) return rows;
  const sign = sorting.descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x - y);
  });
}

/** Share of the largest value of the column, 0 to 1, for the bar in the cell. */
export function barOf(value: number | null, largest: number): number {
  return value === null || !(largest > 0) ? 0 : Math.min(1, Math.abs(value) / largest);
}

export const intervalText = (bounds: readonly [number, number] | null): string | null =>
  bounds === null || bounds[0] === bounds[1] ? null : interval(bounds);
