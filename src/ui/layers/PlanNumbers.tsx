/** The chosen plan in numbers: what it costs, what it predicts, what it measures, and why it is the best. */
import type { Planning, SolvedPlan } from "../../store/bitPlanning.ts";
import { isBusy } from "../../store/runState.ts";
import type { RunResult } from "../../store/state.ts";
import { layers as words } from "../../strings/en.ts";
import { count, significant } from "../format.ts";
import { Prose } from "../Prose.tsx";
import { useActions, useHidden, usePage } from "../page.ts";
import { Button } from "../parts.tsx";
import { Beside } from "./Beside.tsx";
import { costText } from "./units.ts";
import type { PlanView } from "./usePlan.ts";

interface PlanNumbersProps {
  readonly result: RunResult;
  readonly view: PlanView;
  readonly known: Planning;
  readonly solved: SolvedPlan;
}

export function PlanNumbers({ result, view, known, solved }: PlanNumbersProps) {
  const { planCost } = usePage((state) => state.controls);
  const { measured } = view;
  const price = (cost: number): string => costText(planCost, cost);
  const { layers } = known.table;
  const weights = layers.reduce((sum, { size }) => sum + size, 0);
  const mean = layers.reduce((sum, { size }, i) => sum + size * solved.bits[i], 0) / weights;
  const rise = measured?.rise ?? solved.rise;
  const unsure = layers.filter(({ meanTrace: { interval95 } }) => interval95 !== null && interval95[0] <= 0);
  const uniform = known.uniform.findLast(({ cost }) => cost <= solved.budget);
  return (
    <div className="plan-numbers">
      <p className="plan-cost">
        <Prose text={words.plan.ofBudget(price(solved.cost), price(solved.budget))} />
      </p>
      <p className="calm">
        {words.plan.mean(significant(mean, 3), count(weights), costText("size", 4 * weights))}
      </p>
      <Beside
        {...{ result, rise, parts: "layers" }}
        together={measured?.rise != null}
        measured={measured?.whole ?? null}
      />
      {unsure.length > 0 && (
        <p className="warning">
          {known.table.traceSamples === 0
            ? words.plan.notPositive(unsure.length, layers.length)
            : words.plan.unsure(unsure.length, layers.length)}
        </p>
      )}
      <p className="proof">
        {words.plan.proof(known.front.length)}
        {uniform !== undefined &&
          ` ${words.plan.uniform(uniform.bits, price(uniform.cost), significant(uniform.loss, 3))}`}
      </p>
      <MeasureButtons view={view} />
    </div>
  );
}

function MeasureButtons({ view: { measured } }: { readonly view: PlanView }) {
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const { measurePlan } = useActions();
  const each = measured?.layers.some((layer) => layer !== null) === true;
  if (useHidden("run")) return null;
  if (origin !== "live") {
    return measured === null ? (
      <p className="calm">{origin === "stored" ? words.plan.stored : words.plan.goneOn}</p>
    ) : null;
  }
  const off = isBusy(run);
  return (
    <p className="plan-buttons">
      {measured === null && (
        <Button look="primary" off={off} onClick={() => void measurePlan("plan")}>
          {words.plan.measure}
        </Button>
      )}
      {!each && (
        <Button off={off} onClick={() => void measurePlan("layers")}>
          {measured === null ? words.plan.andAlone : words.plan.alone}
        </Button>
      )}
    </p>
  );
}
