/** How the chosen model does on the chosen batch, and what the batch is: known after a look at it, or a run. */
import { currentInspection } from "../store/inspection.ts";
import type { Inspection, ModelCard, RunResult } from "../store/state.ts";
import { count, percent, significant } from "./format.ts";
import { useActions, usePage } from "./page.ts";
import { Button, DataTable } from "./parts.tsx";
import { samples } from "./words.ts";

interface BatchFactsProps {
  readonly card: ModelCard;
  /** The run of this very model that is shown. */
  readonly result: RunResult | null;
}

export function BatchFacts({ card, result }: BatchFactsProps) {
  const looked = usePage(currentInspection);
  const busy = usePage(({ run }) => run.kind === "running" || run.kind === "starting");
  const unavailable = usePage(({ device }) => device?.kind === "unavailable");
  const wanted = usePage((state) => state.controls.batchSize);
  const { inspect } = useActions();
  const found = looked?.found ?? null;
  const inspection = found?.kind === "inspected" ? found.inspection : null;
  const size = inspection === null ? result?.settings.batchSize : inspection.shape[0];
  const known = inspection ?? result;
  return (
    <>
      {known !== null && size !== undefined && (
        <dl className="facts">
          <dt>Loss</dt>
          <dd>
            {significant(known.loss, 5)} <span className="aside">over {samples(size, card)}</span>
          </dd>
          {known.accuracy !== null && (
            <>
              <dt>Accuracy</dt>
              <dd>{percent(known.accuracy)}</dd>
            </>
          )}
          {inspection === null && result !== null && (
            <>
              <dt>Gradient norm</dt>
              <dd>{significant(result.gradientNorm, 4)}</dd>
            </>
          )}
        </dl>
      )}
      {inspection !== null && <Statistics inspection={inspection} card={card} />}
      {found !== null && found.kind !== "inspected" && found.kind !== "cancelled" && (
        <p className="refusal">{found.message}</p>
      )}
      {looked !== null && found === null && <p className="calm">Looking at the batch</p>}
      {looked === null && !busy && !unavailable && (
        <p className="calm">
          <Button look="text" onClick={() => void inspect()}>
            Loss and accuracy of {samples(wanted, card)}
          </Button>
        </p>
      )}
    </>
  );
}

/** Statistics of what enters the network, as it enters it. */
function Statistics({ inspection, card }: { readonly inspection: Inspection; readonly card: ModelCard }) {
  const { shape, mean, std, classCounts, tokens } = inspection;
  const list = (values: readonly number[]) => values.map((value) => significant(value, 3)).join(", ");
  const rows: (readonly [string, string])[] = [["Shape", shape.join(" × ")]];
  if (mean.length > 0) rows.push(["Mean", list(mean)], ["Standard deviation", list(std)]);
  if (tokens !== null) {
    rows.push(["Tokens", `${tokens.least} to ${tokens.most}, ${significant(tokens.mean, 3)} on average`]);
  }
  const names = card.data.classNames;
  classCounts.forEach((n, i) => {
    if (n > 0) rows.push([names?.[i] ?? `Class ${i}`, count(n)]);
  });
  return <DataTable summary="What is in the batch" columns={["Quantity", "Value"]} rows={() => rows} />;
}
