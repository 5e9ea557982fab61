/** Numbers that the quadrature gives besides eigenvalues: negative share, outliers, and what a learning rate means here. */
import { type ReactNode, useId, useMemo, useState } from "react";
import { controls, parseControl } from "../store/controls.ts";
import { negativeShare, outliers } from "../store/spectralCounts.ts";
import type { Stability } from "../store/stability.ts";
import type { RunResult } from "../store/state.ts";
import { count, interval, percent, significant } from "./format.ts";
import { useActions, useHidden, usePage } from "./page.ts";
import { plural } from "./words.ts";

interface SpectrumFactsProps {
  readonly result: RunResult;
  readonly stability: Stability | null;
}

export function SpectrumFacts({ result, stability }: SpectrumFactsProps) {
  const perCent = usePage((state) => state.controls.outlier);
  const negative = useMemo(() => negativeShare(result), [result]);
  const above = useMemo(() => outliers(result, perCent), [result, perCent]);
  return (
    <dl className="spectrum-facts" title="In brackets: 95 % intervals">
      <Fact
        name="Below zero"
        about="Share of all eigenvalues, beyond the rounding of the products, with its 95 % interval"
      >
        {negative === null ? (
          <TooShort />
        ) : (
          <>
            {percent(negative.fraction)} <small>({shares(negative.interval95)})</small>
          </>
        )}
      </Fact>
      <Fact
        name={
          <>
            Above <SmallField field="outlier" /> % of λ₁
          </>
        }
        about={`${controls.outlier.help} A 95 % interval of their number.`}
      >
        {above === null ? <TooShort /> : numbers(above.interval95)}
      </Fact>
      <Fact
        name={
          <>
            Learning rate η <SmallField field="learningRate" />
          </>
        }
        about={controls.learningRate.help}
      >
        {stability === null ? <small>draws 2/η</small> : <Beyond stability={stability} />}
      </Fact>
      {stability !== null && <SgdFact stability={stability} />}
    </dl>
  );
}

interface FactProps {
  readonly name: ReactNode;
  readonly about: string;
  readonly children: ReactNode;
}

const Fact = ({ name, about, children }: FactProps) => (
  <div title={about}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const TooShort = () => <small>needs 10 Lanczos steps</small>;

const shares = ([low, high]: readonly [number, number]): string => `${percent(low)} to ${percent(high)}`;
const numbers = ([low, high]: readonly [number, number]): string =>
  `${count(Math.ceil(low))} to ${count(Math.floor(high))}`;

function Beyond({ stability: { limit, beyond } }: { readonly stability: Stability }) {
  return (
    <>
      2/η = {significant(limit, 3)}{" "}
      <small>{beyond === 0 ? "no Ritz value beyond" : `${plural(beyond, "Ritz value")} beyond`}</small>
    </>
  );
}

/** The bound on SGD by the trace, with its interval, in words that claim no more than it does. */
function SgdFact({ stability: { limit, sgd } }: { readonly stability: Stability }) {
  const { level, interval95 } = sgd;
  const largest = interval95?.[1] ?? level;
  const name = (
    <>
      SGD, batch <SmallField field="sgdBatch" />
    </>
  );
  const about =
    "tr/B + (1 − 1/B) λ₁, with the 95 % interval of the trace. At most 2/η: stable in mean square near a minimum where no sample has a gradient and no eigenvalue is negative, if all samples have the same trace. Above it nothing is guaranteed.";
  return (
    <Fact name={name} about={about}>
      {level === null || largest === null ? (
        <small>needs a trace and λ₁</small>
      ) : (
        <>
          tr/B + (1 − 1/B) λ₁ = {significant(level, 3)}{" "}
          <small>
            {interval95 === null || interval95[0] === interval95[1] ? "" : `(${interval(interval95)}) `}
            {largest <= limit
              ? "at most 2/η: stable, if samples are alike"
              : level <= limit
                ? "2/η is within its error"
                : "above 2/η: not guaranteed"}
          </small>
        </>
      )}
    </Fact>
  );
}

interface SmallFieldProps {
  readonly field: "outlier" | "learningRate" | "sgdBatch";
}

/** A number in the middle of a sentence. What cannot be used stays in the field, marked, with the reason. */
function SmallField({ field }: SmallFieldProps) {
  const control = controls[field];
  const value = usePage((state) => state.controls[field]);
  const { set } = useActions();
  const [draft, setDraft] = useState<string | null>(null);
  const id = useId();
  const checked = draft === null ? null : parseControl(field, draft);
  const problem = checked?.ok === false ? checked.message : null;
  // The sentence needs its number; a hidden control is a number that cannot be changed.
  if (useHidden(field)) return <b>{value === "" ? "none" : value}</b>;
  return (
    <>
      <label htmlFor={id} className="hidden">
        {control.label}
      </label>
      <input
        id={id}
        className="small-field"
        type="text"
        inputMode="decimal"
        placeholder="none"
        spellCheck={false}
        value={draft ?? String(value)}
        aria-invalid={problem !== null}
        title={problem ?? control.help}
        onChange={(event) => {
          const text = event.target.value;
          const next = parseControl(field, text);
          setDraft(text);
          if (next.ok) set(field, next.value as never);
        }}
        onBlur={() => setDraft(null)}
      />
    </>
  );
}
