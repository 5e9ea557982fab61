/** Numbers that the quadrature gives besides eigenvalues: negative share, outliers, and what a learning rate means here. */
import { type ReactNode, useId, useMemo, useState } from "react";
import { controls, parseControl } from "../store/controls.ts";
import { negativeShare, outliers } from "../store/spectralCounts.ts";
import type { Stability } from "../store/stability.ts";
import type { RunResult } from "../store/state.ts";
import { spectrumFacts as words } from "../strings/en.ts";
import { count, interval, percent, significant } from "./format.ts";
import { Prose } from "./Prose.tsx";
import { useActions, useHidden, usePage } from "./page.ts";

interface SpectrumFactsProps {
  readonly result: RunResult;
  readonly stability: Stability | null;
}

export function SpectrumFacts({ result, stability }: SpectrumFactsProps) {
  const perCent = usePage((state) => state.controls.outlier);
  const negative = useMemo(() => negativeShare(result), [result]);
  const above = useMemo(() => outliers(result, perCent), [result, perCent]);
  return (
    <dl className="spectrum-facts" title={words.title}>
      <Fact name={words.belowZero} about={words.belowZeroAbout}>
        {negative === null ? (
          <TooShort />
        ) : (
          <>
            {percent(negative.fraction)} <small>({shares(negative.interval95)})</small>
          </>
        )}
      </Fact>
      <Fact
        name={<Sentence text={words.above} field="outlier" />}
        about={words.aboveAbout(controls.outlier.help)}
      >
        {above === null ? <TooShort /> : numbers(above.interval95)}
      </Fact>
      <Fact
        name={<Sentence text={words.learningRate} field="learningRate" />}
        about={controls.learningRate.help}
      >
        {stability === null ? <small>{words.draws}</small> : <Beyond stability={stability} />}
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

const TooShort = () => <small>{words.tooShort}</small>;

const shares = ([low, high]: readonly [number, number]): string => words.range(percent(low), percent(high));
const numbers = ([low, high]: readonly [number, number]): string =>
  words.range(count(Math.ceil(low)), count(Math.floor(high)));

function Beyond({ stability: { limit, beyond } }: { readonly stability: Stability }) {
  return (
    <>
      {words.limit(significant(limit, 3))}{" "}
      <small>{beyond === 0 ? words.noneBeyond : words.beyond(beyond)}</small>
    </>
  );
}

/** The bound on SGD by the trace, with its interval, in words that claim no more than it does. */
function SgdFact({ stability: { limit, sgd } }: { readonly stability: Stability }) {
  const { level, interval95 } = sgd;
  const largest = interval95?.[1] ?? level;
  return (
    <Fact name={<Sentence text={words.sgd} field="sgdBatch" />} about={words.sgdAbout}>
      {level === null || largest === null ? (
        <small>{words.sgdNeeds}</small>
      ) : (
        <>
          {words.sgdLevel(significant(level, 3))}{" "}
          <small>
            {interval95 === null || interval95[0] === interval95[1] ? "" : `(${interval(interval95)}) `}
            {largest <= limit ? words.stable : level <= limit ? words.unsure : words.unstable}
          </small>
        </>
      )}
    </Fact>
  );
}

interface SmallFieldProps {
  readonly field: "outlier" | "learningRate" | "sgdBatch";
}

/** Where the text has its field: `<field></field>`. */
const Sentence = ({ text, field }: SmallFieldProps & { readonly text: string }) => (
  <Prose text={text} marks={{ field: () => <SmallField field={field} /> }} />
);

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
  if (useHidden(field)) return <b>{value === "" ? words.none : value}</b>;
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
        placeholder={words.none}
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
