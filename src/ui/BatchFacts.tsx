/** How the chosen model does on the chosen batch, and what the batch is: known after a look at it, or a run. */
import { currentInspection } from "../store/inspection.ts";
import { isBusy } from "../store/runState.ts";
import type { Inspection, ModelCard, RunResult } from "../store/state.ts";
import { batchFacts as words } from "../strings/en.ts";
import { count, percent, significant } from "./format.ts";
import { useActions, usePage } from "./page.ts";
import { Button, DataTable } from "./parts.tsx";
import { samples } from "./words.ts";

interface BatchFactsProps {
  readonly card: ModelCard;
  /** The run of this very model that is shown. */
  readonly result: RunResult | null;
}

/** Rows of the card's list: a look at the chosen batch comes before the run that is shown. */
export function BatchRows({ card, result }: BatchFactsProps) {
  const inspection = useInspection();
  const known = inspection ?? result;
  if (known === null) return null;
  const size = inspection?.shape[0] ?? result?.settings.batchSize ?? 0;
  return (
    <>
      <dt>{words.loss}</dt>
      <dd>
        {significant(known.loss, 5)} <span className="aside">{words.over(samples(size, card))}</span>
      </dd>
      {known.accuracy !== null && (
        <>
          <dt>{words.accuracy}</dt>
          <dd>{percent(known.accuracy)}</dd>
        </>
      )}
      {inspection === null && result !== null && (
        <>
          <dt>{words.gradientNorm}</dt>
          <dd>{significant(result.gradientNorm, 4)}</dd>
        </>
      )}
    </>
  );
}

/** What is in the batch, or the button that finds out. */
export function BatchLook({ card }: { readonly card: ModelCard }) {
  const looked = usePage(currentInspection);
  const inspection = useInspection();
  const busy = usePage(({ run }) => isBusy(run));
  const unavailable = usePage(({ device }) => device?.kind === "unavailable");
  const wanted = usePage((state) => state.controls.batchSize);
  const { inspect } = useActions();
  const found = looked?.found ?? null;
  if (inspection !== null) return <Statistics inspection={inspection} card={card} />;
  if (looked !== null && found === null) return <p className="calm">{words.looking}</p>;
  if (found !== null && "message" in found) return <p className="refusal">{found.message}</p>;
  if (busy || unavailable) return null;
  return (
    <p className="calm">
      <Button look="text" onClick={() => void inspect()}>
        {words.look(samples(wanted, card))}
      </Button>
    </p>
  );
}

function useInspection(): Inspection | null {
  const found = usePage(currentInspection)?.found;
  return found?.kind === "inspected" ? found.inspection : null;
}

/** Statistics of what enters the network, as it enters it. */
function Statistics({ inspection, card }: { readonly inspection: Inspection; readonly card: ModelCard }) {
  const { shape, mean, std, classCounts, tokens } = inspection;
  const list = (values: readonly number[]) => values.map((value) => significant(value, 3)).join(", ");
  const rows: (readonly [string, string])[] = [[words.shape, shape.join(" × ")]];
  if (mean.length > 0) rows.push([words.mean, list(mean)], [words.standardDeviation, list(std)]);
  if (tokens !== null) {
    rows.push([
      words.tokens,
      words.tokenCounts(String(tokens.least), String(tokens.most), significant(tokens.mean, 3)),
    ]);
  }
  const names = card.data.classNames;
  classCounts.forEach((n, i) => {
    if (n > 0) rows.push([names?.[i] ?? words.classOf(i), count(n)]);
  });
  return <DataTable summary={words.summary} columns={words.columns} rows={() => rows} />;
}
