/** The chosen plan in numbers: what it costs, what it predicts, what it measures, and why it is the best. */
import type { Planning, SolvedPlan } from "../../store/bitPlanning.ts";
import { isBusy } from "../../store/runState.ts";
import type { RunResult } from "../../store/state.ts";
import { count, significant } from "../format.ts";
import { useActions, useHidden, usePage } from "../page.ts";
import { Button } from "../parts.tsx";
import { plural } from "../words.ts";
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
  const words = (cost: number): string => costText(planCost, cost);
  const { layers } = known.table;
  const weights = layers.reduce((sum, { size }) => sum + size, 0);
  const mean = layers.reduce((sum, { size }, i) => sum + size * solved.bits[i], 0) / weights;
  const rise = measured?.rise ?? solved.rise;
  const unsure = layers.filter(({ meanTrace: { interval95 } }) => interval95 !== null && interval95[0] <= 0);
  const uniform = known.uniform.findLast(({ cost }) => cost <= solved.budget);
  return (
    <div className="plan-numbers">
      <p className="plan-cost">
        <b>{words(solved.cost)}</b> of at most {words(solved.budget)}
      </p>
      <p className="calm">
        {significant(mean, 3)} bits a weight; in float32 the {count(weights)} weights take{" "}
        {costText("size", 4 * weights)}.
      </p>
      <Beside
        {...{ result, rise, parts: "layers" }}
        together={measured?.rise != null}
        measured={measured?.whole ?? null}
      />
      {unsure.length > 0 && (
        <p className="warning">
          {known.table.traceSamples === 0
            ? `The exact traces of ${unsure.length} of ${plural(layers.length, "layer")} are not positive: the plan takes rounding there for a gain.`
            : `The traces of ${unsure.length} of ${plural(layers.length, "layer")} may be zero or negative: with more trace probes the plan follows less noise.`}
        </p>
      )}
      <p className="proof">
        Best of {plural(known.front.length, "undominated plan")}: no other plan within this budget predicts
        less.
        {uniform !== undefined &&
          ` All layers at ${uniform.bits} bits cost ${words(uniform.cost)} and predict ${significant(uniform.loss, 3)}.`}
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
      <p className="calm">
        {origin === "stored"
          ? "A stored run cannot measure this plan: run it here."
          : "The engine has gone on to another model: run this one again to measure the plan."}
      </p>
    ) : null;
  }
  const off = isBusy(run);
  return (
    <p className="plan-buttons">
      {measured === null && (
        <Button look="primary" off={off} onClick={() => void measurePlan("plan")}>
          Measure with the planned weights
        </Button>
      )}
      {!each && (
        <Button off={off} onClick={() => void measurePlan("layers")}>
          {measured === null ? "And each layer alone" : "Measure each layer alone"}
        </Button>
      )}
    </p>
  );
}
