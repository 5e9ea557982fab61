/** Where the curvature sits: a bar per tensor. */
import { useMemo } from "react";
import type { RunResult } from "../store/state.ts";
import { layerCard as words } from "../strings/en.ts";
import { ViewChoice } from "./ControlField.tsx";
import { LayerChart } from "./charts/LayerChart.tsx";
import { layerBars } from "./charts/layerGeometry.ts";
import { ExportMenu } from "./ExportMenu.tsx";
import { layerQuantity, layersFigure } from "./figures.ts";
import { count, interval, significant } from "./format.ts";
import { Prose } from "./Prose.tsx";
import { useActions, usePage } from "./page.ts";
import { Button, Card, DataTable } from "./parts.tsx";

interface LayerCardProps {
  readonly result: RunResult;
  /** Leads from a selected tensor to the panel of the layers. */
  readonly link?: boolean;
}

export function LayerCard({ result, link = false }: LayerCardProps) {
  const { layerMeasure, layerTensors, layer } = usePage((state) => state.controls);
  const { set } = useActions();
  const perParameter = layerMeasure === "perParameter";
  const bars = useMemo(() => {
    const tensors = new Map(result.model.tensors.map((tensor) => [tensor.name, tensor]));
    return layerBars(result.trace.perLayer, tensors, {
      perParameter,
      all: layerTensors === "all",
    });
  }, [result, perParameter, layerTensors]);
  const quantity = layerQuantity(layerMeasure);
  const largest = bars.reduce((best, bar) => (bar.value > best.value ? bar : best), bars[0]);
  const { method, samples } = result.trace;
  const certainty = method === "exact" ? words.exact : words.interval(samples);
  return (
    <Card
      title={words.title}
      note={layerTensors === "all" ? words.paler(certainty) : certainty}
      className="layers"
      tools={
        <>
          <ViewChoice field="layerMeasure" />
          <ViewChoice field="layerTensors" />
          <ExportMenu
            figure={layersFigure(layerMeasure)}
            tables={[{ label: words.csv, name: "traces", csv: (t) => t.tracesCsv(result) }]}
            result={result}
          />
        </>
      }
    >
      {bars.length === 0 ? (
        <p className="empty">{words.none}</p>
      ) : (
        <LayerChart
          bars={bars}
          quantity={quantity}
          summary={words.summary(quantity, bars.length, largest.name, significant(largest.value, 3))}
          selected={layer}
          onPick={(name) => set("layer", name)}
        />
      )}
      {link && bars.some(({ name }) => name === layer) && (
        <p className="calm">
          <Prose
            text={words.selected}
            marks={{
              layer: () => layer,
              look: (text) => (
                <Button look="text" onClick={() => set("panel", "layers")}>
                  {text}
                </Button>
              ),
            }}
          />
        </p>
      )}
      <DataTable
        summary={words.table(result.trace.perLayer.length)}
        columns={words.columns}
        rows={() =>
          result.trace.perLayer.map((layer) => [
            layer.name,
            count(layer.size),
            significant(layer.estimate, 4),
            layer.interval95 === null ? words.unknown : interval(layer.interval95),
            significant(layer.estimate / layer.size, 3),
          ])
        }
      />
    </Card>
  );
}
