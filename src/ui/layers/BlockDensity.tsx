/** The density of the eigenvalues of one tensor's block, or the button that measures it. */
import { densityView } from "../../store/densityView.ts";
import { blockSpectrum, densityRequest, densitySource } from "../../store/layerSpectra.ts";
import type { RunResult } from "../../store/state.ts";
import { exactPattern } from "../../store/tensorPatterns.ts";
import { layers as words } from "../../strings/en.ts";
import { DensityChart } from "../charts/DensityChart.tsx";
import { significant } from "../format.ts";
import { useActions, usePage } from "../page.ts";
import { DataTable } from "../parts.tsx";
import { Asking } from "./Asking.tsx";

interface BlockDensityProps {
  readonly result: RunResult;
  readonly name: string;
  readonly size: number;
}

export function BlockDensity({ result, name, size }: BlockDensityProps) {
  const { xAxis, yAxis, smoothing, width } = usePage((state) => state.controls);
  const { ask } = useActions();
  const block = blockSpectrum(result, name);
  const source = block === null ? null : densitySource(block);
  const view = source === null ? null : densityView(source, [], { xAxis, smoothing, width });
  const pattern = exactPattern(
    name,
    result.model.tensors.map((tensor) => tensor.name),
  );
  if (block === null || block.density === null || view === null) {
    if (pattern === null) return null;
    const request = densityRequest(pattern, size);
    return (
      <Asking
        job="layerSpectra"
        what={words.block.what}
        label={words.block.measure}
        onAsk={() => void ask({ kind: "layerSpectra", request })}
      >
        {words.block.cost(request.steps)}
      </Asking>
    );
  }
  const { nodes, weights } = block.density;
  return (
    <>
      <DensityChart
        {...{ view, yAxis, selected: null, pickable: [], beside: [] }}
        summary={words.block.summary(
          name,
          nodes.length,
          significant(block.bottom.value),
          significant(block.top.value),
        )}
        onPick={() => {}}
      />
      <DataTable
        summary={words.block.table}
        columns={words.block.columns}
        rows={() => nodes.map((theta, i) => [significant(theta, 5), significant(weights[i], 3)])}
      />
    </>
  );
}
