/** The kinds of controls, and how a table declares them. */

interface Described {
  readonly label: string;
  readonly url: string;
  /** One sentence, shown while the control has the focus. */
  readonly help: string;
}

export interface NumberControl extends Described {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
  /** Distance between neighbouring values; 1 for whole numbers. */
  readonly step: number;
  readonly default: number;
}

export interface ChoiceControl<T extends string> extends Described {
  readonly kind: "choice";
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly default: T;
}

/** A name that is checked where it is used: a bundled model, an eigenvalue of the shown run. */
export interface NameControl extends Described {
  readonly kind: "name";
  /** A key that links had for it before. */
  readonly formerly?: string;
  readonly pattern: RegExp;
  /** What a message asks for; a name of this page where absent. */
  readonly what?: string;
  readonly default: string;
}

export type Control = NumberControl | ChoiceControl<string> | NameControl;

/** Words of a control: its label, and one sentence of help. */
type Words = Pick<Described, "label" | "help">;

export function integer({ label, help }: Words, url: string, range: readonly [number, number, number]) {
  const [min, max, initial] = range;
  return { kind: "number", label, url, help, min, max, step: 1, default: initial } satisfies NumberControl;
}

/** @param values the first is the default */
export function choice<const T extends string>(
  { label, help, options }: Words & { readonly options: Readonly<Record<NoInfer<T>, string>> },
  url: string,
  values: readonly [T, ...T[]],
): ChoiceControl<T> {
  return {
    ...{ kind: "choice", label, url, help, default: values[0] },
    options: values.map((value) => ({ value, label: options[value] })),
  };
}

export function name({ label, help }: Words, url: string, pattern: RegExp, initial: string): NameControl {
  return { kind: "name", label, url, pattern, help, default: initial };
}
