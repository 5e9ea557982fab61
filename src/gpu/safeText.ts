/**
 * Kernels on safe paths: their WGSL as it stands, with the texts of functions exchanged. It is done where kernels are compiled
 * (pipelines.ts), so that every kernel takes part, and so that the passport of a device measures the very texts that its kernels get.
 */

import exp from "../shaders/functions/safe/exp.wgsl?raw";
import kept from "../shaders/functions/safe/kept.wgsl?raw";
import nan from "../shaders/functions/safe/nan.wgsl?raw";
import pow2 from "../shaders/functions/safe/pow2.wgsl?raw";
import quotient from "../shaders/functions/safe/quotient.wgsl?raw";
import root from "../shaders/functions/safe/root.wgsl?raw";
import type { SafePath } from "./safePaths.ts";

/** What stands in usual texts, and what takes its place: `$1` is the first group. */
interface Exchange {
  readonly find: RegExp;
  readonly put: string;
}

const literally = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));

/** A value that a kernel names, or a result of the passport. */
const NAMED = String.raw`\b(let e\d+|r) = `;

/** Another body for a function of the project; its own becomes `es_own_...`. */
const instead = (name: string, parameters: string, body: string): Exchange => ({
  find: literally(`fn es_${name}4(${parameters}) -> vec4f {`),
  put: `fn es_${name}4(${parameters}) -> vec4f {\n  return ${body};\n}\nfn es_own_${name}4(${parameters}) -> vec4f {`,
});

/** The function with a NaN of its first operand kept; applied after `instead`, so under another name. */
const keepingNan = (name: string, parameters = "x: vec4f", operands = "x"): Exchange => ({
  find: literally(`fn es_${name}4(${parameters}) -> vec4f {`),
  put: `fn es_${name}4(${parameters}) -> vec4f {\n  return es_number4(x, es_bare_${name}4(${operands}));\n}\nfn es_bare_${name}4(${parameters}) -> vec4f {`,
});

/** In the order in which they are applied. */
const EXCHANGES: readonly (readonly [SafePath, readonly Exchange[]])[] = [
  [
    "own division",
    [
      { find: new RegExp(String.raw`${NAMED}\(([^/;]+) / ([^/;]+)\);`, "g"), put: "$1 = es_div4($2, $3);" },
      // A norm that only the device knows (vector.wgsl).
      { find: literally("args.a / d,"), put: "es_div4(vec4f(args.a), vec4f(d)).x," },
      {
        find: literally("vec4f(2.0) / (exp(2.0 * min(abs(x), vec4f(10.0))) + vec4f(1.0))"),
        put: "es_div4(vec4f(2.0), exp(2.0 * min(abs(x), vec4f(10.0))) + vec4f(1.0))",
      },
    ],
  ],
  [
    "own sqrt",
    [
      { find: literally("sqrt(total)"), put: "es_sqrt4(vec4f(total)).x" },
      { find: /\bsqrt\(/g, put: "es_sqrt4(" },
    ],
  ],
  ["own 1 / sqrt", [{ find: /\binverseSqrt\(/g, put: "es_rsqrt4(" }]],
  ["own exp", [{ find: /\bexp\(/g, put: "es_exp4(" }]],
  [
    "ordered log",
    [
      {
        find: literally("return (m + (p - 2.12194440e-4 * e - 0.5 * z)) + 0.693359375 * e;"),
        put: "return es_kept4(m + es_kept4(p - 2.12194440e-4 * e - 0.5 * z)) + 0.693359375 * e;",
      },
    ],
  ],
  [
    "ordered sine",
    [
      {
        find: literally("((x - turns * 1.5703125) - turns * 4.837512969970703e-4)"),
        put: "es_kept4(es_kept4(x - turns * 1.5703125) - turns * 4.837512969970703e-4)",
      },
    ],
  ],
  ["builtin log", [instead("log", "x: vec4f", "log(x)")]],
  ["builtin tanh", [instead("tanh", "x: vec4f", "tanh(x)")]],
  [
    "builtin sine",
    [instead("sin", "x: vec4f, quarters: u32", "select(sin(x), cos(x), vec4<bool>(quarters == 1u))")],
  ],
  ["log keeps NaN", [keepingNan("log")]],
  ["tanh keeps NaN", [keepingNan("tanh")]],
  ["erf keeps NaN", [keepingNan("erf")]],
  ["pow keeps NaN", [keepingNan("pow", "x: vec4f, p: vec4f", "x, p")]],
  [
    "maximum keeps NaN",
    [
      { find: /\b(let e\d+|r|total\d+) = max\(/g, put: "$1 = es_max4(" },
      { find: new RegExp(String.raw`${NAMED}min\(max\(`, "g"), put: "$1 = es_min4(es_max4(" },
      {
        find: /vec4f\(max\(max\((total\d+)\.x, \1\.y\), max\(\1\.z, \1\.w\)\)\)/g,
        put: "es_max4(es_max4($1.xxxx, $1.yyyy), es_max4($1.zzzz, $1.wwww))",
      },
      // The first NaN of a window is its maximum (pool.wgsl).
      {
        find: literally("(value > best) | vec4<bool>(!met)"),
        put: "((value > best) & !es_is_nan4(best)) | es_is_nan4(value) | vec4<bool>(!met)",
      },
    ],
  ],
];

/** What exchanged texts call, and what that needs itself. */
const CALLED: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\bes_div4\(/, [quotient, pow2, kept]],
  [/\bes_r?sqrt4\(/, [root, pow2, kept]],
  [/\bes_exp4\(/, [exp, pow2, kept]],
  [/\bes_(max|min|number)4\(/, [nan, kept]],
  [/\bes_(kept|is_nan)4\(/, [kept]],
];

/** A kernel on the given paths; the very same text where none of them concerns it. */
export function safeText(wgsl: string, paths: readonly SafePath[]): string {
  const exchanged = EXCHANGES.filter(([path]) => paths.includes(path))
    .flatMap(([, exchanges]) => exchanges)
    .reduce((text, { find, put }) => text.replace(find, put), wgsl);
  if (exchanged === wgsl) return wgsl;
  const called = CALLED.flatMap(([call, texts]) => (call.test(exchanged) ? texts : []));
  return [...new Set(called), exchanged].join("\n");
}
