/** A labelled choice of many words, with its help while it has the focus. */
import { type ReactNode, useId } from "react";

interface SelectFieldProps {
  readonly label: string;
  readonly help: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly className: string;
  readonly onChange: (value: string) => void;
  readonly onHelp: (help: string) => void;
  /** What belongs to the choice, below it. */
  readonly children?: ReactNode;
}

export function SelectField(props: SelectFieldProps) {
  const { label, help, value, options, className, onChange, onHelp, children } = props;
  const id = useId();
  return (
    <div className={`field ${className}`} title={help}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onFocus={() => onHelp(help)}
        onBlur={() => onHelp("")}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {children}
    </div>
  );
}
