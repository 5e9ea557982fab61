/** The tridiagonal matrix as it grows: a square for each entry, the lighter the larger, a bar in those below zero. */
import { significant } from "../format.ts";
import { cividis } from "./colours.ts";
import { useBox } from "./useBox.ts";

interface MatrixChartProps {
  /** Diagonal; its last entry is the latest. */
  readonly alpha: readonly number[];
  /** Beside the diagonal; one entry fewer. */
  readonly beta: readonly number[];
  readonly summary: string;
}

/** Rows that have room from the start: from here on the squares shrink. */
const ROOM = 10;
/** Entries below this part of the largest look alike. */
const LEAST = 1e-4;

export interface MatrixCell {
  readonly row: number;
  readonly column: number;
  readonly value: number;
  readonly fill: string;
}

export function matrixCells(alpha: readonly number[], beta: readonly number[]): MatrixCell[] {
  const largest = Math.max(...[...alpha, ...beta].map(Math.abs));
  const shade = (value: number) =>
    cividis(largest === 0 ? 0 : 1 - Math.log(Math.max(LEAST, Math.abs(value) / largest)) / Math.log(LEAST));
  const cell = (row: number, column: number, value: number) => ({ row, column, value, fill: shade(value) });
  return [
    ...alpha.map((value, i) => cell(i, i, value)),
    ...beta.flatMap((value, i) => [cell(i, i + 1, value), cell(i + 1, i, value)]),
  ];
}

export function MatrixChart({ alpha, beta, summary }: MatrixChartProps) {
  const { ref, box } = useBox();
  return (
    <div ref={ref} className="chart matrix-chart">
      {box !== null && box.width > 0 && plot()}
    </div>
  );

  function plot() {
    if (box === null) return null;
    const side = Math.min(box.width, box.height);
    const pitch = side / Math.max(ROOM, alpha.length);
    const size = pitch > 8 ? pitch - 1 : pitch;
    const last = alpha.length - 1;
    return (
      <svg width={box.width} height={box.height} role="img" aria-label={summary}>
        <g transform={`translate(${(box.width - side) / 2} ${(box.height - side) / 2})`}>
          {matrixCells(alpha, beta).map(({ row, column, value, fill }) => (
            <g key={`${row},${column}`} transform={`translate(${column * pitch} ${row * pitch})`}>
              <rect className="cell" width={size} height={size} fill={fill}>
                <title>{`T(${row + 1}, ${column + 1}) = ${significant(value)}`}</title>
              </rect>
              {value < 0 && <path className="below-zero" d={`M${0.25 * size},${0.5 * size}h${0.5 * size}`} />}
            </g>
          ))}
          <rect className="latest" x={last * pitch} y={last * pitch} width={size} height={size} />
        </g>
      </svg>
    );
  }
}
