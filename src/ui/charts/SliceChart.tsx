/** Measured loss along an eigenvector, over the parabola that its eigenvalue predicts. */
import type { LossSlice } from "../../store/state.ts";
import { charts, sliceChart as words } from "../../strings/en.ts";
import { LineChart } from "./LineChart.tsx";
import { sliceLine, sliceReading } from "./sliceGeometry.ts";

interface SliceChartProps {
  readonly slice: LossSlice;
  /** Loss at step 0. */
  readonly loss: number;
  /** `v₁` */
  readonly vector: string;
  readonly summary: string;
}

export const SliceChart = ({ slice, loss, vector, summary }: SliceChartProps) => (
  <LineChart
    className="slice-chart"
    line={sliceLine(slice, loss)}
    titles={[words.xTitle(vector), charts.loss]}
    label={words.read(vector)}
    summary={summary}
    read={(i) => sliceReading(slice, loss, i)}
  />
);
