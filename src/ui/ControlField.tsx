/** Fields drawn from their entries in the controls table; the link may hide each of them. */
import { useId, useState } from "react";
import {
  type ChoiceControl,
  type ControlKey,
  type ControlValues,
  controls,
  type NumberControl,
  parseControl,
} from "../store/controls.ts";
import { useActions, useHidden, usePage } from "./page.ts";
import { Segments } from "./parts.tsx";
import { SelectField } from "./SelectField.tsx";

type NumberKey = {
  [K in ControlKey]: (typeof controls)[K] extends NumberControl ? K : never;
}[ControlKey];

interface FieldProps<K> {
  readonly field: K;
  readonly onHelp: (help: string) => void;
}

/** A number. What cannot be used stays in the field, marked, with the reason; the state keeps the last good one. */
export function NumberField({ field, onHelp }: FieldProps<NumberKey>) {
  const control = controls[field];
  const value = usePage((state) => state.controls[field]);
  const { set } = useActions();
  const [draft, setDraft] = useState<string | null>(null);
  const id = useId();
  const hidden = useHidden(field);
  const checked = draft === null ? null : parseControl(field, draft);
  const problem = checked?.ok === false ? checked.message : null;
  if (hidden) return null;
  return (
    <div className="field">
      <label htmlFor={id}>{control.label}</label>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={control.min}
        max={control.max}
        step={control.step}
        value={draft ?? value}
        aria-invalid={problem !== null}
        title={control.help}
        onFocus={() => onHelp(control.help)}
        onChange={(event) => {
          const text = event.target.value;
          const next = parseControl(field, text);
          setDraft(text);
          if (next.ok) set(field, Number(next.value));
          onHelp(next.ok ? control.help : next.message);
        }}
        onBlur={() => {
          setDraft(null);
          onHelp("");
        }}
      />
    </div>
  );
}

type ChoiceKey = {
  [K in ControlKey]: (typeof controls)[K] extends ChoiceControl<string> ? K : never;
}[ControlKey];

/** One of many words. */
export function ListField<K extends ChoiceKey>({ field, onHelp }: FieldProps<K>) {
  const control: ChoiceControl<string> = controls[field];
  const value = usePage((state) => state.controls[field]);
  const { set } = useActions();
  if (useHidden(field)) return null;
  return (
    <SelectField
      label={control.label}
      help={control.help}
      options={control.options}
      {...{ value, onHelp }}
      className="wide"
      onChange={(chosen) => set(field, chosen as ControlValues[K])}
    />
  );
}

interface TensorsFieldProps extends FieldProps<"params" | "planTied"> {
  /** What stands in the empty field. */
  readonly placeholder: string;
  readonly groups: readonly string[];
}

/** Patterns over the names of tensors, with the whole groups of the model as suggestions. */
export function TensorsField({ field, placeholder, onHelp, groups }: TensorsFieldProps) {
  const control = controls[field];
  const value = usePage((state) => state.controls[field]);
  const { set } = useActions();
  const id = useId();
  if (useHidden(field)) return null;
  return (
    <div className="field wide" title={control.help}>
      <label htmlFor={id}>{control.label}</label>
      <input
        id={id}
        type="text"
        list={`${id}-groups`}
        placeholder={placeholder}
        spellCheck={false}
        value={value}
        onFocus={() => onHelp(control.help)}
        onBlur={() => onHelp("")}
        onChange={(event) => {
          const next = parseControl(field, event.target.value);
          if (next.ok) set(field, String(next.value));
          onHelp(next.ok ? control.help : next.message);
        }}
      />
      <datalist id={`${id}-groups`}>
        {groups.map((group) => (
          <option key={group} value={group} />
        ))}
      </datalist>
    </div>
  );
}

/** A choice that decides the numbers of a run. */
export function ChoiceField({ field, onHelp }: FieldProps<"bn" | "draw">) {
  const control = controls[field];
  const value = usePage((state) => state.controls[field]);
  const { set } = useActions();
  if (useHidden(field)) return null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: focus inside shows the help line; the radios are the control
    <div
      className="field wide"
      title={control.help}
      onFocus={() => onHelp(control.help)}
      onBlur={() => onHelp("")}
    >
      <span aria-hidden="true">{control.label}</span>
      <Segments
        label={control.label}
        value={value}
        options={control.options}
        onChange={(next) => set(field, next)}
      />
    </div>
  );
}

interface ViewChoiceProps<K extends ChoiceKey> {
  readonly field: K;
  /** A word in front of the choices. */
  readonly lead?: string;
  /** What is drawn, where another control overrules this one. */
  readonly drawn?: ControlValues[K];
}

/** A choice of the view: buttons side by side in the head of a card. */
export function ViewChoice<K extends ChoiceKey>({ field, lead, drawn }: ViewChoiceProps<K>) {
  const control: ChoiceControl<string> = controls[field];
  const value = usePage((state) => state.controls[field]);
  const { set } = useActions();
  if (useHidden(field)) return null;
  return (
    <Segments
      label={control.label}
      value={drawn ?? value}
      {...(lead === undefined ? {} : { lead })}
      options={control.options}
      onChange={(next) => set(field, next as ControlValues[K])}
    />
  );
}
