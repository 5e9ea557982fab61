/** Numbers as the page writes them: true minus signs, powers of ten in superscript, errors to two digits. Pure. */
import { numbers } from "../strings/en.ts";

const SUPERSCRIPT: Readonly<Record<string, string>> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

export function superscript(n: number): string {
  return [...String(n)].map((character) => SUPERSCRIPT[character] ?? character).join("");
}

function minus(text: string): string {
  return text.replace("-", "−");
}

/** `269,722` */
export function count(n: number): string {
  return minus(n.toLocaleString("en-US"));
}

/** `1.5·10⁻⁷`, with the given significant digits. */
export function scientific(x: number, digits = 2): string {
  if (x === 0) return "0";
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  return `${minus(mantissa)}·10${superscript(Number(exponent))}`;
}

/** Significant digits in plain notation where that is readable (10⁻³ to 10⁶), else as a power of ten. */
export function significant(x: number, digits = 4): string {
  if (x === 0 || !Number.isFinite(x)) return minus(String(x));
  const size = Math.abs(x);
  if (size < 1e-3 || size >= 1e6) return scientific(x, digits);
  return minus(x.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(size)))));
}

/** A value to the digits that its residual bears: two at least, seven at most. */
export function within(value: number, residual: number): string {
  const bear = residual > 0 ? Math.ceil(Math.log10(Math.abs(value) / residual)) + 1 : 7;
  return significant(value, Math.min(7, Math.max(2, bear)));
}

/** A residual: plain from a hundredth on, else as a power of ten. */
export function residualText(residual: number): string {
  return residual >= 0.01 ? significant(residual, 2) : scientific(residual);
}

/** `764 ± 31`: the error to two significant digits, the estimate to the same place. */
export function plusMinus(estimate: number, error: number | null): string {
  if (error === null) return significant(estimate);
  if (!(error > 0)) return `${significant(estimate)} ± ${significant(error)}`;
  const place = Math.max(0, 1 - Math.floor(Math.log10(error)));
  if (place > 4) return `${scientific(estimate, 3)} ± ${scientific(error, 2)}`;
  return minus(`${grouped(estimate, place)} ± ${grouped(error, place)}`);
}

function grouped(x: number, decimals: number): string {
  return x.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** `700 to 828`, to the digits that the width of the interval bears. */
export function interval([low, high]: readonly [number, number]): string {
  const width = high - low;
  if (!(width > 0)) return significant(low);
  const place = Math.max(0, 1 - Math.floor(Math.log10(width)));
  if (place > 4) return numbers.interval(scientific(low, 3), scientific(high, 3));
  return numbers.interval(minus(grouped(low, place)), minus(grouped(high, place)));
}

/** `17.6 MB`: decimal units, as file sizes on the Hub. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return numbers.bytes(bytes);
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${significant(bytes / 1000 ** power, 3)} ${["", "kB", "MB", "GB"][power]}`;
}

/** `93.0 %` */
export function percent(part: number): string {
  return minus(`${(100 * part).toFixed(1)} %`);
}

/** `8.2 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return numbers.minutes(Math.floor(whole / 60), whole % 60);
  return numbers.hours(Math.floor(whole / 3600), Math.floor((whole % 3600) / 60));
}

const SUBSCRIPT = "₀₁₂₃₄₅₆₇₈₉";

/** λ₁ is the largest eigenvalue, λₙ the smallest, λₙ₋₁ the next. */
export function eigenvalueSymbol(end: "top" | "bottom", place: number, letter = "λ"): string {
  const digits = (n: number) => [...String(n)].map((digit) => SUBSCRIPT[Number(digit)]).join("");
  if (end === "top") return `${letter}${digits(place + 1)}`;
  return place === 0 ? `${letter}ₙ` : `${letter}ₙ₋${digits(place)}`;
}
