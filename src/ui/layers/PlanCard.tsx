/** Bits for the layers under a budget: the front of all plans, the best one, and what it measures. */
import type { Planning, SolvedPlan } from "../../store/bitPlanning.ts";
import { planFile } from "../../store/measuredPlans.ts";
import type { RunResult } from "../../store/state.ts";
import { panelFigures, layers as words } from "../../strings/en.ts";
import { FrontChart } from "../charts/FrontChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { count, significant } from "../format.ts";
import { useActions, usePage } from "../page.ts";
import { frontFigure } from "../panelFigures.ts";
import { Card, DataTable } from "../parts.tsx";
import { Asking } from "./Asking.tsx";
import { PlanNumbers } from "./PlanNumbers.tsx";
import { PlanSettings } from "./PlanSettings.tsx";
import { asShare, ShareSlider } from "./ShareSlider.tsx";
import { costAxis, costText } from "./units.ts";
import type { PlanView } from "./usePlan.ts";

interface PlanCardProps {
  readonly result: RunResult;
  readonly view: PlanView;
}

export function PlanCard({ result, view }: PlanCardProps) {
  const { table, planned, solved } = view;
  const { predictPlan } = useActions();
  const known = planned?.ok === true ? planned.value : null;
  return (
    <Card
      title={words.plan.title}
      note={words.plan.note}
      className="plan"
      tools={known !== null && solved !== null && <PlanExport {...{ result, view, known, solved }} />}
    >
      <PlanSettings result={result} />
      {table === null && (
        <Asking job="plan" what={words.plan.what} label={words.plan.predict} onAsk={() => void predictPlan()}>
          {words.plan.cost}
        </Asking>
      )}
      {planned?.ok === false && (
        <p className="empty" role="alert">
          {planned.message}
        </p>
      )}
      {known !== null && solved === null && <p className="empty">{words.plan.none}</p>}
      {known !== null && solved !== null && (
        <div className="plan-body">
          <Front known={known} solved={solved} view={view} />
          <PlanNumbers result={result} view={view} known={known} solved={solved} />
        </div>
      )}
    </Card>
  );
}

interface KnownProps {
  readonly view: PlanView;
  readonly known: Planning;
  readonly solved: SolvedPlan;
}

function Front({ known, solved, view }: KnownProps) {
  const { planCost } = usePage((state) => state.controls);
  const { set } = useActions();
  const [low, high] = known.range;
  const { title, divisor } = costAxis(planCost, high);
  const price = (cost: number): string => costText(planCost, cost);
  // A click chooses a plan: the least budget that it fits.
  const pick = (cost: number): void =>
    set("planBudget", asShare(high > low ? (cost - low) / (high - low) : 1));
  // A plan that was measured twice stands once.
  const distinct = new Map(view.allMeasured.map((plan) => [plan.bits.join(), plan]));
  const measured = [...distinct.values()].flatMap(({ bits, cost, whole }) =>
    cost === null ? [] : [{ cost, loss: whole.rise, chosen: bits.join() === solved.bits.join() }],
  );
  return (
    <div className="front">
      <FrontChart
        figure={{
          ...{
            range: known.range,
            front: known.front,
            uniform: known.uniform,
            divisor,
            budget: solved.budget,
          },
          chosen: { cost: solved.cost, loss: solved.rise.estimate, interval: solved.rise.interval95 },
          measured,
        }}
        quantity={title}
        summary={words.plan.summary({
          plans: count(known.front.length),
          least: price(low),
          most: price(high),
          budget: price(solved.budget),
          cost: price(solved.cost),
          rise: significant(solved.rise.estimate, 3),
        })}
        costText={price}
        onPick={pick}
      />
      <ShareSlider field="planBudget" label={words.plan.budget} text={price(solved.budget)} />
      <p className="legend">
        <span>
          <span className="swatch" />
          {panelFigures.bestPlans}
        </span>
        <span>
          <span className="mark-key dot" />
          {words.plan.chosen}
        </span>
        {measured.length > 0 && (
          <span>
            <span className="mark-key diamond" />
            {words.plan.measured}
          </span>
        )}
      </p>
      <DataTable
        summary={words.plan.table}
        columns={words.plan.columns}
        rows={() => known.front.map(({ cost, loss }) => [price(cost), significant(loss, 4)])}
      />
    </div>
  );
}

function PlanExport({ result, view, known, solved }: KnownProps & { readonly result: RunResult }) {
  const values = usePage((state) => state.controls);
  const file = () => planFile(known, solved, values, view.measured);
  return (
    <ExportMenu
      figure={frontFigure}
      tables={[{ label: words.plan.csv, name: "plan", csv: (t) => t.planCsv(file()) }]}
      files={[
        {
          label: words.plan.json,
          name: "plan",
          ending: "json",
          text: () => `${JSON.stringify(file(), null, 1)}\n`,
        },
        { label: words.plan.pytorch, name: "plan", ending: "py", text: (t) => t.planPytorch(file()) },
      ]}
      result={result}
    />
  );
}
