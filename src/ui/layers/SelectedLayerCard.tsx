/** One layer: what is known of its block, and the way to the matrix that is this block alone. */
import { blockSpectrum } from "../../store/layerSpectra.ts";
import type { BlockEigenvalue, RunResult } from "../../store/state.ts";
import { exactPattern } from "../../store/tensorPatterns.ts";
import { layers as words } from "../../strings/en.ts";
import { ExportMenu } from "../ExportMenu.tsx";
import { count, interval, percent, residualText, significant, within } from "../format.ts";
import { useActions, usePage } from "../page.ts";
import { blockFigure } from "../panelFigures.ts";
import { Button, Card } from "../parts.tsx";
import { BlockDensity } from "./BlockDensity.tsx";

export function SelectedLayerCard({ result }: { readonly result: RunResult }) {
  const name = usePage((state) => state.controls.layer);
  const { set } = useActions();
  const tensor = result.model.tensors.find((one) => one.name === name);
  if (tensor === undefined) {
    return (
      <Card title={words.one.title} className="one-layer">
        <p className="empty">{name === "" ? words.one.choose : words.one.unknown(name)}</p>
      </Card>
    );
  }
  const trace = result.trace.perLayer.find((layer) => layer.name === name);
  const block = blockSpectrum(result, name);
  return (
    <Card
      title={name}
      note={tensor.shape.join(" × ")}
      className="one-layer"
      tools={
        <>
          {block?.density != null && (
            <ExportMenu
              figure={blockFigure(name)}
              tables={[{ label: words.one.csv, name: "block", csv: (t) => t.blockCsv(block) }]}
              result={result}
            />
          )}
          <Button onClick={() => set("layer", "")}>{words.one.close}</Button>
        </>
      }
    >
      <dl className="facts">
        <dt>{words.one.parameters}</dt>
        <dd>
          {count(tensor.size)}{" "}
          <span className="aside">{percent(tensor.size / result.model.parameterCount)}</span>
        </dd>
        {trace !== undefined && (
          <>
            <dt>{words.one.trace}</dt>
            <dd>
              {significant(trace.estimate, 4)}{" "}
              {trace.interval95 !== null && <span className="aside">{interval(trace.interval95)}</span>}
            </dd>
            <dt>{words.one.share}</dt>
            <dd>{percent(trace.estimate / result.trace.estimate)}</dd>
          </>
        )}
        {block !== null && (
          <>
            <dt>{words.one.largest}</dt>
            <dd>{eigenvalue(block.top)}</dd>
            <dt>{words.one.smallest}</dt>
            <dd>{eigenvalue(block.bottom)}</dd>
          </>
        )}
      </dl>
      <BlockDensity result={result} name={name} size={tensor.size} />
      <LayerButtons result={result} name={name} />
    </Card>
  );
}

function eigenvalue({ value, residual, converged }: BlockEigenvalue): string {
  const text = `${within(value, residual)} ± ${residualText(residual)}`;
  return converged ? text : words.one.notConverged(text);
}

/** From the layer to its eigenvalues. */
function LayerButtons({ result, name }: { readonly result: RunResult; readonly name: string }) {
  const params = usePage((state) => state.controls.params);
  const { set } = useActions();
  const names = result.model.tensors.map((tensor) => tensor.name);
  const pattern = exactPattern(name, names);
  const restricted = params === pattern;
  return (
    <>
      <p className="plan-buttons">
        {pattern !== null && (
          <Button pressed={restricted} onClick={() => set("params", restricted ? "" : pattern)}>
            {words.one.restrict}
          </Button>
        )}
        <Button onClick={() => set("panel", "spectrum")}>{words.one.toEigenvalues}</Button>
      </p>
      <p className="calm">
        {pattern === null ? words.one.noPattern : restricted ? words.one.restricted : words.one.restricting}
      </p>
    </>
  );
}
