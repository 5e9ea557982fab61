/**
 * Checks of JSON values by their place in the file. A check gives the value back with its type, or refuses it by the place,
 * what was expected and what is there; objects keep the fields that are known and name the others.
 */
import { printJson, quote, type Refuse } from "../../model/errors.ts";
import { isObject } from "../../model/jsonObject.ts";

export interface Checking {
  readonly refuse: Refuse;
  /** Fields that this version does not know, by their places. */
  readonly leftOut: Set<string>;
}

export type Check<T> = (value: unknown, at: string, checking: Checking) => T;

/** A field that may be absent; with `otherwise`, older files lack it and mean that. */
export interface MayLack<T> {
  readonly check: Check<T>;
  readonly otherwise?: T;
}

/** Checks of all fields of T; the compiler asks for those that may be absent as well, or files would lose them unseen. */
export type Fields<T> = {
  readonly [K in keyof T as Record<never, never> extends Pick<T, K> ? never : K]: Check<T[K]> | MayLack<T[K]>;
} & {
  readonly [K in keyof T as Record<never, never> extends Pick<T, K> ? K : never]-?: MayLack<
    Exclude<T[K], undefined>
  >;
};

export interface Range {
  readonly from?: number;
  readonly to?: number;
}

const within = ({ from = -Infinity, to = Infinity }: Range, what: string): string =>
  from === -Infinity && to === Infinity
    ? `a ${what}`
    : to === Infinity
      ? `a ${what} from ${from} on`
      : `a ${what} from ${from} to ${to}`;

/** Finite: JSON knows no other numbers, but 1e999 reads as one. */
export const number =
  (range: Range = {}): Check<number> =>
  (value, at, { refuse }) =>
    isWithin(value, range) ? value : refuse(at, within(range, "finite number"), printJson(value));

/** A whole number that a double holds exactly. */
export const whole =
  (range: Range = {}): Check<number> =>
  (value, at, { refuse }) =>
    !isWithin(value, range) || !Number.isInteger(value)
      ? refuse(at, within(range, "whole number"), printJson(value))
      : Number.isSafeInteger(value)
        ? value
        : refuse(at, "a whole number below 2^53", printJson(value));

const isWithin = (value: unknown, { from = -Infinity, to = Infinity }: Range): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= from && value <= to;

export const text =
  (most: number): Check<string> =>
  (value, at, { refuse }) =>
    typeof value !== "string"
      ? refuse(at, "a text", printJson(value))
      : value.length > most
        ? refuse(at, `a text of at most ${most} characters`, `${value.length} characters`)
        : value;

export const flag: Check<boolean> = (value, at, { refuse }) =>
  typeof value === "boolean" ? value : refuse(at, "true or false", printJson(value));

export const oneOf =
  <const T extends string | number>(...words: readonly T[]): Check<T> =>
  (value, at, { refuse }) =>
    words.find((word) => word === value) ??
    refuse(
      at,
      words.map((word) => (typeof word === "string" ? quote(word) : String(word))).join(" or "),
      printJson(value),
    );

export const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value, at, checking) =>
    value === null ? null : check(value, at, checking);

export const list =
  <T>(check: Check<T>, most: number, least = 0): Check<readonly T[]> =>
  (value, at, checking) => {
    if (!Array.isArray(value)) return checking.refuse(at, "a list", printJson(value));
    if (value.length < least || value.length > most) {
      const expected = least === most ? `${most}` : `${least} to ${most}`;
      return checking.refuse(at, `a list of ${expected} entries`, `${value.length}`);
    }
    return value.map((entry, i) => check(entry, `${at}[${i}]`, checking));
  };

export const pair: Check<readonly [number, number]> = (value, at, checking) => {
  const [low, high] = list(number(), 2, 2)(value, at, checking);
  if (low > high) checking.refuse(at, "the lower end first", `${low} before ${high}`);
  return [low, high];
};

export const object =
  <T extends object>(fields: Fields<T>): Check<T> =>
  (value, at, checking) => {
    if (!isObject(value)) return checking.refuse(at, "an object", printJson(value));
    const path = (key: string) => (at === "" ? key : `${at}.${key}`);
    const found: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(fields) as [string, Check<unknown> | MayLack<unknown>][]) {
      const given = Object.hasOwn(value, key) ? value[key] : undefined;
      if (typeof field === "function") {
        if (given === undefined) checking.refuse(path(key), "a value", "none");
        found[key] = field(given, path(key), checking);
      } else if (given !== undefined) found[key] = field.check(given, path(key), checking);
      else if (field.otherwise !== undefined) found[key] = field.otherwise;
    }
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key)) checking.leftOut.add(path(quote(key).slice(1, -1)));
    }
    return found as T;
  };

/** An object whose field `kind` says which fields it has. */
export const byKind =
  <T extends { readonly kind: string }>(
    kinds: {
      readonly [K in T["kind"]]: Check<Extract<T, { readonly kind: K }>>;
    },
  ): Check<T> =>
  (value, at, checking) => {
    if (!isObject(value)) return checking.refuse(at, "an object", printJson(value));
    const kind = oneOf<T["kind"]>(...(Object.keys(kinds) as T["kind"][]))(value.kind, `${at}.kind`, checking);
    return kinds[kind](value, at, checking);
  };

export const mayLack = <T>(check: Check<T>): MayLack<T> => ({ check });

export const olderLack = <T>(check: Check<T>, otherwise: T): MayLack<T> => ({ check, otherwise });
