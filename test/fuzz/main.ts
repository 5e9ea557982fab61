/** The fuzzer as a command. */
import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type FormatName, formatNames } from "./formats.ts";
import { damage, MAX_MS, type Outcome, runCase } from "./fuzz.ts";
import { SPARE } from "./memory.ts";
import {
  documented,
  emptyReport,
  enter,
  merge,
  printReport,
  type Row,
  readReport,
  rowOf,
  writeReport,
} from "./report.ts";
import { samplesOf, watch } from "./work.ts";

const HELP = `npm run fuzz -- [flags]

Damages sound files of every format that is read, and what else comes from strangers (links, messages, answers of the Hub,
what a browser keeps), and reads them. Each must be read, or refused by a sentence that names the place, within ${MAX_MS / 1000} s
and in memory of twice the file and ${SPARE / 2 ** 20} MB.

  --format NAME   one format; may be given several times (default: all)
  --cases N       cases of each format (default 200)
  --minutes N     stops after so many minutes; what is done is in the report (default: no end)
  --seed N        which damage (default 1); the same seed and format give the same cases
  --case N        one case of one format again, with the error as it was thrown
  --report FILE   JSON; goes on with the cases that it lacks of this seed and these sources
  --merge FILE    takes from another report the formats of which it has more cases; may be given several times
  --keep FOLDER   where the files of findings are written (default .cache/fuzz)
  --docs          puts the table of the report into docs/security.md, and damages nothing

The formats: ${formatNames.join("; ")}.
`;

const whole = (text: string, name: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${name} takes a whole number from 0 on, not "${text}".`);
  return value;
};

const isFormat = (name: string): name is FormatName => formatNames.includes(name as FormatName);

/** @returns 0 if no case failed */
export async function main(argv: readonly string[]): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...{ cases: text, seed: text, case: text, minutes: text, report: text, keep: text },
      format: { type: "string", multiple: true },
      merge: { type: "string", multiple: true },
      docs: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const report = values.report === undefined ? emptyReport() : readReport(values.report);
  for (const other of values.merge ?? []) merge(report, readReport(other));
  if (values.docs) {
    const document = join(process.env.EIGENSCOPE_ROOT ?? ".", "docs/security.md");
    writeFileSync(document, documented(readFileSync(document, "utf8"), report));
    if (values.report !== undefined) writeReport(values.report, report);
    return 0;
  }
  const formats = (values.format ?? formatNames).map((name) => {
    if (isFormat(name)) return name;
    throw new Error(`No format is called "${name}". The formats: ${formatNames.join("; ")}.`);
  });
  const seed = whole(values.seed ?? "1", "seed");
  const keep = values.keep ?? join(process.env.EIGENSCOPE_ROOT ?? ".", ".cache/fuzz");
  if (values.case !== undefined) return await again(formats, seed, whole(values.case, "case"), keep);

  const cases = whole(values.cases ?? "200", "cases");
  const until = values.minutes === undefined ? Infinity : Date.now() + 60_000 * Number(values.minutes);
  const sources = sourcesHash();
  const rows: Row[] = [];
  for (const format of formats) {
    const row = rowOf(report, format, seed, sources);
    rows.push(row);
    await runFormat({ format, seed, to: cases, until, keep }, row);
    if (values.report !== undefined) writeReport(values.report, report);
  }
  process.stdout.write(`${printReport(report)}\n`);
  for (const format of formats) {
    for (const { case: first, sample, count, reason } of report.formats[format]?.findings ?? []) {
      const command = `npm run fuzz -- --format "${format}" --seed ${seed} --case ${first}`;
      process.stdout.write(
        `\nFOUND ${count} time${count === 1 ? "" : "s"} (${sample}): ${command}\n${reason}\n`,
      );
    }
  }
  return rows.some(({ findings }) => findings.length > 0) ? 1 : 0;
}

interface Task {
  readonly format: FormatName;
  readonly seed: number;
  readonly to: number;
  readonly until: number;
  readonly keep: string;
}

async function runFormat({ format, seed, to, until, keep }: Task, row: Row): Promise<void> {
  const take = (index: number, outcome: Outcome): void => {
    if (enter(row, index, outcome)) write(format, seed, index, keep);
  };
  const clock = new Float64Array(new SharedArrayBuffer(16));
  for (let from: number | null = row.cases; from !== null && from < to && Date.now() < until; ) {
    clock[1] = 0;
    from = await watch({ seed, format, from, to, until, clock }, take);
  }
}

async function again(
  formats: readonly FormatName[],
  seed: number,
  index: number,
  keep: string,
): Promise<number> {
  const [format] = formats;
  if (formats.length !== 1) throw new Error("--case takes one --format.");
  const { sample, result, ms, bytes, reason = "" } = await runCase(seed, index, samplesOf(format));
  const memory = (bytes / 2 ** 20).toFixed(1);
  process.stdout.write(
    `${sample}: ${result} in ${ms.toFixed(1)} ms, ${memory} MB beyond twice the file\n${reason}\n`,
  );
  write(format, seed, index, keep);
  return result === "failed" ? 1 : 0;
}

/** The damaged files of a case, to be looked at and dropped on the page. */
function write(format: FormatName, seed: number, index: number, keep: string): void {
  const folder = join(keep, format.replace(/[^\w.]+/g, "-"), `${seed}-${index}`);
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(damage(seed, index, samplesOf(format))))
    writeFileSync(join(folder, name.replace(/[^\w.-]+/g, "-")), bytes);
}

/** The hash over all sources with which a bundle begins (tools/headless.mjs). */
function sourcesHash(): string {
  const bytes = Buffer.alloc(28);
  const file = openSync(fileURLToPath(import.meta.url), "r");
  try {
    return bytes.toString("latin1", 0, readSync(file, bytes, 0, bytes.length, 0)).slice(11, 23);
  } finally {
    closeSync(file);
  }
}
