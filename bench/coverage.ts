/** Measures the coverage of every 95 % interval and writes it into docs/numerics.md: node tools/coverage.mjs [runs]. */
import { readFileSync, writeFileSync } from "node:fs";
import { coverage, experiments, matrices } from "../test/spectrum/coverage.ts";

const [BEGIN, END] = ["<!-- coverage: begin -->", "<!-- coverage: end -->"];

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;

export async function main([count = "1000"]: readonly string[]): Promise<number> {
  const runs = Number(count);
  if (!Number.isInteger(runs) || runs < 1) {
    process.stderr.write(`Expected a number of runs, found "${count}".\n`);
    return 2;
  }
  const columns = { 80: matrices(80), 320: matrices(320) };
  const rows: string[] = [];
  for (const experiment of experiments) {
    const held: string[] = [];
    for (const matrix of columns[experiment.rows])
      held.push(percent(await coverage(experiment, matrix, runs)));
    const { quantity, products, rows: size, certified } = experiment;
    rows.push(
      `| ${[certified ? `${quantity} (certified)` : quantity, size, products, ...held].join(" | ")} |`,
    );
    process.stderr.write(`${rows.at(-1)}\n`);
  }
  const table = [
    `| 95 % interval of, ${runs.toLocaleString("en-US")} runs | rows | products | ${columns[80].map((m) => m.title).join(" | ")} |`,
    `|---|---|---|${columns[80].map(() => "---|").join("")}`,
    ...rows,
  ];
  const path = new URL("docs/numerics.md", `file://${process.env.EIGENSCOPE_ROOT}/`);
  const text = readFileSync(path, "utf8");
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/numerics.md: expected ${BEGIN} and ${END}, found none.`);
  writeFileSync(path, `${text.slice(0, from)}${BEGIN}\n${table.join("\n")}\n${text.slice(to)}`);
  return 0;
}
