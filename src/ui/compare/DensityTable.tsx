/** Curves on common axes as numbers: enough rows to draw them again by hand; the CSV has all points. */
import type { DensityCurve } from "../../store/densityTypes.ts";
import { densityTable as words } from "../../strings/en.ts";
import { scientific, significant } from "../format.ts";
import { DataTable } from "../parts.tsx";

const LISTED = 80;

interface DensityTableProps {
  readonly letters: readonly string[];
  /** On one grid. */
  readonly curves: readonly DensityCurve[];
}

export function DensityTable({ letters, curves }: DensityTableProps) {
  const rows = () => {
    const { t } = curves[0];
    const every = Math.ceil(t.length / LISTED);
    return Array.from({ length: Math.floor(t.length / every) }, (_, k) => k * every).map((i) => [
      significant(t[i], 4),
      ...curves.map(({ mean }) => scientific(mean[i], 3)),
    ]);
  };
  return <DataTable summary={words.densities} columns={[words.eigenvalue, ...letters]} {...{ rows }} />;
}
