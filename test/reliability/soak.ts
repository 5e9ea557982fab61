/** The soak as a command. */

import { parseArgs } from "node:util";
import { growthOf, type Memory } from "./growth.ts";
import { minutes, openReport, table, whole, writeReport } from "./report.ts";
import { type SoakSession, soakNode } from "./soakNode.ts";
import { soakPage } from "./soakPage.ts";

const HELP = `npm run soak -- [flags]

Runs, cancels, losses of the GPU and uploads in a loop, on the engine in Node and on the page in Chromium (there with frozen tabs,
hidden tabs and a second tab at once). Every finished run must have the spectrum of the first, bit for bit; memory must
not grow; no error may go unhandled. Each half adds a session to the report. The exit code is 1 if something was found.

  --minutes N    how long in all (default 4): half for each, or all for one
  --only WHERE   node or page
  --seed N       which moments (default: the number of the session)
  --report PATH  the report (default test-results/soak.json)
  --fresh        begins a new report
`;

const PLACES = ["node", "page"] as const;

/** @returns 0 if nothing was found */
export async function main(argv: readonly string[]): Promise<number> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...{ only: text, minutes: text, seed: text, report: text, fresh: flag, help: flag },
      ...{ address: text, chromium: text },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const chosen = PLACES.filter((place) => values.only === undefined || values.only === place);
  if (chosen.length === 0) throw new Error(`--only takes ${PLACES.join(" or ")}, not "${values.only}".`);
  const each = minutes(values.minutes ?? "4") / chosen.length;
  const { path, sessions } = openReport<SoakSession>(
    values.report ?? "test-results/soak.json",
    values.fresh ?? false,
  );
  const host = { address: values.address ?? "", chromium: values.chromium ?? "" };
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const before = sessions.length;
  for (const place of chosen) {
    const seed = values.seed === undefined ? sessions.length : whole(values.seed, "seed");
    const bounds = { until: Date.now() + each, seed };
    sessions.push(await (place === "node" ? soakNode(bounds, say) : soakPage(host, bounds, say)));
    writeReport(path, sessions);
  }
  const own = sessions.slice(before);
  process.stdout.write(`${table([HEAD, ...sessions.map(row)])}\n`);
  for (const { kind, findings } of own) for (const finding of findings) say(`${kind}: ${finding}`);
  process.stdout.write(`written to ${path}\n`);
  return own.some(({ findings }) => findings.length > 0) ? 1 : 0;
}

const HEAD = [
  "where",
  "minutes",
  "cycles",
  "equal runs",
  "cancels",
  "heap MB/min",
  "resident MB/min",
  "findings",
];

function row({ kind, seconds, cycles, equal, done, memory, findings }: SoakSession): string[] {
  const slope = (of: Exclude<keyof Memory, "seconds">): string => {
    const growth = growthOf(memory, of);
    return growth === null ? "" : (growth.perMinute / 1e6).toFixed(2);
  };
  return [
    ...[kind, (seconds / 60).toFixed(1), String(cycles), String(equal), String(done.cancel ?? 0)],
    ...[slope("heap"), slope("resident"), String(findings.length)],
  ];
}
