/** The small pieces that all panels are made of. */
import { type ReactNode, useId, useState } from "react";
import { useDoubt } from "./doubt.tsx";

interface CardProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly tools?: ReactNode;
  readonly className?: string;
  readonly children?: ReactNode;
}

/** A titled section. */
export function Card({ title, note, tools, className, children }: CardProps) {
  const id = useId();
  const doubt = useDoubt();
  return (
    <section className={`card ${className ?? ""} ${doubt === null ? "" : "doubtful"}`} aria-labelledby={id}>
      <header className="card-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <p className="card-note">{note}</p>}
        {tools !== undefined && <div className="card-tools">{tools}</div>}
      </header>
      {doubt !== null && <p className="alert">{doubt}</p>}
      {children}
    </section>
  );
}

interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick: () => void;
  readonly look?: "primary" | "quiet" | "text";
  /** Not usable now. It keeps the focus and stays in the tab order, unlike a disabled button. */
  readonly off?: boolean;
  readonly pressed?: boolean;
  readonly title?: string;
  readonly className?: string;
}

export function Button({
  children,
  onClick,
  look = "quiet",
  off = false,
  pressed,
  title,
  className = "",
}: ButtonProps) {
  return (
    <button
      type="button"
      className={`button ${look} ${className}`}
      aria-disabled={off}
      aria-pressed={pressed}
      title={title}
      onClick={off ? undefined : onClick}
    >
      {children}
    </button>
  );
}

interface SegmentsProps<T extends string> {
  readonly label: string;
  /** A word in front of the choices, where they do not speak for themselves. */
  readonly lead?: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

/** A choice of two or three, all in sight: native radio buttons side by side. */
export function Segments<T extends string>({ label, lead, value, options, onChange }: SegmentsProps<T>) {
  const name = useId();
  return (
    <fieldset className="segments">
      <legend className="hidden">{label}</legend>
      {lead !== undefined && (
        <span className="lead" aria-hidden="true">
          {lead}
        </span>
      )}
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface DataTableProps {
  readonly summary: string;
  readonly columns: readonly string[];
  /** Called when the table is opened: large tables are not built before. */
  readonly rows: () => readonly (readonly string[])[];
}

/** The numbers of a chart behind a disclosure. */
export function DataTable({ summary, columns, rows }: DataTableProps) {
  const [open, setOpen] = useState(false);
  return (
    <details className="data" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section className="scroll" aria-label={summary} tabIndex={0}>
          <table>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows().map((row) => (
                <tr key={row.join()}>
                  {row.map((cell, i) => (
                    <td key={columns[i]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
