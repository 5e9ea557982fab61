/** One layer: what is known of its block, and the way to the matrix that is this block alone. */
import { blockSpectrum } from "../../store/layerSpectra.ts";
import type { BlockEigenvalue, RunResult } from "../../store/state.ts";
import { exactPattern } from "../../store/tensorPatterns.ts";
import { ExportMenu } from "../ExportMenu.tsx";
import { blockFigure } from "../figures.ts";
import { count, interval, percent, residualText, significant, within } from "../format.ts";
import { useActions, usePage } from "../page.ts";
import { Button, Card } from "../parts.tsx";
import { BlockDensity } from "./BlockDensity.tsx";

export function SelectedLayerCard({ result }: { readonly result: RunResult }) {
  const name = usePage((state) => state.controls.layer);
  const { set } = useActions();
  const tensor = result.model.tensors.find((one) => one.name === name);
  if (tensor === undefined) {
    return (
      <Card title="One layer" className="one-layer">
        <p className="empty">
          {name === ""
            ? "Choose a bar, or a row of the table, to look at one layer."
            : `This run has no tensor ${name}: choose a bar, or a row of the table.`}
        </p>
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
              tables={[{ label: "Ritz values (CSV)", name: "block", csv: (t) => t.blockCsv(block) }]}
              result={result}
            />
          )}
          <Button onClick={() => set("layer", "")}>Close</Button>
        </>
      }
    >
      <dl className="facts">
        <dt>Parameters</dt>
        <dd>
          {count(tensor.size)}{" "}
          <span className="aside">{percent(tensor.size / result.model.parameterCount)}</span>
        </dd>
        {trace !== undefined && (
          <>
            <dt>Trace of its block</dt>
            <dd>
              {significant(trace.estimate, 4)}{" "}
              {trace.interval95 !== null && <span className="aside">{interval(trace.interval95)}</span>}
            </dd>
            <dt>Share of the trace</dt>
            <dd>{percent(trace.estimate / result.trace.estimate)}</dd>
          </>
        )}
        {block !== null && (
          <>
            <dt>Largest eigenvalue</dt>
            <dd>{eigenvalue(block.top)}</dd>
            <dt>Smallest eigenvalue</dt>
            <dd>{eigenvalue(block.bottom)}</dd>
          </>
        )}
      </dl>
      <BlockDensity result={result} name={name} size={tensor.size} />
      <LayerButtons result={result} name={name} />
    </Card>
  );
}

const eigenvalue = ({ value, residual, converged }: BlockEigenvalue): string =>
  `${within(value, residual)} ± ${residualText(residual)}${converged ? "" : ", not yet converged"}`;

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
            Restrict the Hessian to this layer
          </Button>
        )}
        <Button onClick={() => set("panel", "spectrum")}>To the eigenvalues</Button>
      </p>
      <p className="calm">
        {pattern === null
          ? "No pattern names this tensor alone, so that a run cannot be restricted to it here."
          : restricted
            ? "The next run measures the block of this tensor: its eigenvalues, density and trace."
            : "Restricting sets Parameters of the next run to this tensor."}
      </p>
    </>
  );
}
