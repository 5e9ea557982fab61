/** The columns of the sensitivity table: what they hold of a layer, in numbers and in words. Pure. */
import type { LayerRow } from "../../store/layerTable.ts";
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
      head: "Parameters",
      title: "Weights of the tensor",
      value: ({ size }) => size,
      text: count,
    },
    {
      key: "macs",
      head: "MACs",
      title: "Multiply-accumulates per sample",
      value: ({ macs }) => macs,
      text: countText,
    },
    {
      key: "trace",
      head: "Trace",
      title: "Trace of the tensor's own block, with its 95 % interval",
      value: ({ trace }) => trace?.estimate ?? null,
      text: three,
      interval: ({ trace }) => trace?.interval95 ?? null,
    },
    {
      key: "mean",
      head: "Trace per parameter",
      title: "Mean eigenvalue of the block, tr/n (HAWQ-V2), with its 95 % interval",
      value: ({ perParameter }) => perParameter?.estimate ?? null,
      text: three,
      interval: ({ perParameter }) => perParameter?.interval95 ?? null,
    },
    {
      key: "top",
      head: "Largest eigenvalue",
      title: "Of the tensor's own block; ~ where it has not converged",
      value: ({ top }) => top?.value ?? null,
      text: three,
      mark: ({ top }) => (top?.converged === false ? "~" : ""),
    },
    {
      key: "hawqV1",
      head: "λ₁ per parameter",
      title: "Largest eigenvalue of the block over its size (HAWQ-V1)",
      value: ({ top, size }) => (top === null ? null : top.value / size),
      text: three,
    },
    {
      key: "subsets",
      head: "λ₁ over subsets",
      title:
        "Mean of the block's largest eigenvalue over subsets of the batch; ~ where one has not converged",
      value: ({ subsets }) => subsets?.mean ?? null,
      text: three,
      mark: ({ subsets }) => (subsets?.converged === false ? "~" : ""),
    },
    {
      key: "qbert",
      head: "Q-BERT",
      title: "|mean| + standard deviation of the block's largest eigenvalue over subsets of the batch",
      value: ({ subsets }) => subsets?.qbert ?? null,
      text: three,
    },
    {
      key: "hap",
      head: "Rise without a channel",
      title: "Mean over the output channels of tr(H_c)/n_c ‖w_c‖²/2, half of HAP's measure",
      value: ({ channelRise }) => channelRise,
      text: three,
    },
    ...widths.map((width): Column => {
      const option = ({ options }: LayerRow) => options.find((one) => one.bits === width);
      return {
        key: `rise${width}`,
        head: `Rise at ${width} bits`,
        title: `Predicted rise of the loss at ${width} bits, tr/n ‖Q(w) − w‖²/2 (half of HAWQ-V2's measure)`,
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
            head: "Bits",
            title: "Bits in the plan",
            value: ({ name }: LayerRow) => bits.get(name) ?? null,
            text: String,
          },
        ]),
    ...(alone === null
      ? []
      : [
          {
            key: "alone",
            head: "Measured alone",
            title: "Measured rise of the loss with this layer alone at its bits",
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
