/** Quantities of the compared runs with their intervals, and what can be said of the differences. */
import { Fragment, useMemo } from "react";
import type { ComparedRow, Difference, Quantity } from "../../store/comparison.ts";
import { probeDistance, wasserstein } from "../../store/distance.ts";
import { cells, numbers, differences as words } from "../../strings/en.ts";
import { interval, percent, significant } from "../format.ts";
import type { ComparedRun } from "./strokes.ts";

interface DifferenceTableProps {
  readonly runs: readonly ComparedRun[];
  readonly rows: readonly ComparedRow[];
}

export function DifferenceTable({ runs, rows }: DifferenceTableProps) {
  const [first, ...others] = runs;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="scroll differences" aria-label={words.label} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span className="hidden">{words.quantity}</span>
              </th>
              <th scope="col">{first.letter}</th>
              {others.map(({ letter }) => (
                <Fragment key={letter}>
                  <th scope="col">{letter}</th>
                  <th scope="col">
                    {letter} − {first.letter}
                  </th>
                </Fragment>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, unit, quantities, differences }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <QuantityCell quantity={quantities[0]} unit={unit} />
                {others.map(({ letter }, i) => (
                  <Fragment key={letter}>
                    <QuantityCell quantity={quantities[i + 1]} unit={unit} />
                    <DifferenceCell difference={differences[i + 1]} unit={unit} />
                  </Fragment>
                ))}
              </tr>
            ))}
            <DistanceRow first={first} others={others} />
          </tbody>
        </table>
      </section>
      <p className="calm">{words.claims}</p>
    </>
  );
}

type Unit = ComparedRow["unit"];

const text = (value: number, unit: Unit): string =>
  unit === "share" ? percent(value) : significant(value, 4);

const range = (ends: readonly [number, number], unit: Unit): string =>
  unit === "share" ? numbers.interval(percent(ends[0]), percent(ends[1])) : interval(ends);

/** Narrower than what is written of the number, which then says it all. */
const isSharp = ([low, high]: readonly [number, number], value: number): boolean =>
  high - low <= 1e-2 * Math.abs(value);

function QuantityCell({ quantity, unit }: { readonly quantity: Quantity | null; readonly unit: Unit }) {
  if (quantity === null) return <td className="open">{cells.none}</td>;
  const { value, interval: ends } = quantity;
  return (
    <td>
      {text(value, unit)}
      {ends !== null && !isSharp(ends, value) && <small>{range(ends, unit)}</small>}
      {ends === null && <small>{words.errorUnknown}</small>}
    </td>
  );
}

function DifferenceCell({
  difference,
  unit,
}: {
  readonly difference: Difference | null;
  readonly unit: Unit;
}) {
  if (difference === null) return <td className="open">{cells.none}</td>;
  const { value, interval: ends, verdict } = difference;
  const sharp = ends !== null && isSharp(ends, value);
  return (
    <td className={verdict === "differs" ? "differs" : "open"}>
      {value > 0 ? "+" : ""}
      {text(value, unit)}
      <small>
        {verdict === "differs" ? words.differs : value === 0 && sharp ? words.equal : words.open}
        {ends !== null && !sharp && value !== 0 && `, ${range(ends, unit)}`}
      </small>
    </td>
  );
}

/** How far the spectra lie apart, beside what two probes of the same matrix differ by. */
function DistanceRow({
  first,
  others,
}: {
  readonly first: ComparedRun;
  readonly others: readonly ComparedRun[];
}) {
  const chance = useMemo(() => probeDistance(first.result.spectrum), [first]);
  const distances = useMemo(
    () => others.map(({ result }) => wasserstein(first.result.spectrum, result.spectrum)),
    [first, others],
  );
  return (
    <tr>
      <th scope="row" title={words.distanceHelp}>
        {words.distance}
      </th>
      <td className="open">{chance !== null && <small>{words.itsProbes(significant(chance, 2))}</small>}</td>
      {others.map(({ letter }, i) => (
        <Fragment key={letter}>
          <td />
          <td>{significant(distances[i], 3)}</td>
        </Fragment>
      ))}
    </tr>
  );
}
