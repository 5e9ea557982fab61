/** Losses of the GPU that are brought about on purpose, in Node and in Chromium. */

import { parseArgs } from "node:util";
import { type CrashSession, crashPage, type WithheldSession, withheldAdapter } from "./crashes.ts";
import { type DestroySession, destroyDevices } from "./destroys.ts";
import { type PressureSession, pressure } from "./pressure.ts";
import { minutes, openReport, table, whole, writeReport } from "./report.ts";

const HELP = `npm run reliability -- [flags]

Takes the GPU away from runs and other jobs, and compares what they end with, bit for bit, with what they end with undisturbed. Parts:

  destroys   device.destroy() at random moments of all kinds of jobs, in Node
  pressure   each buffer refused once and each read interrupted once, on a GPU that only pretends to compute
  crashes    crashes of Chromium's GPU process at random moments of a run on the page
  withheld   two crashes in a Chromium that then withholds the adapter for two minutes (takes as long)

Each part adds a session to the report. The exit code is 1 if a session found something.

  --only PART   one part (default: all)
  --losses N    losses of each kind (default 20)
  --minutes N   at most so long for each part (default 4)
  --seed N      which moments (default: the number of the session)
  --report PATH the report (default test-results/reliability.json)
  --fresh       begins a new report
`;

export type Session = DestroySession | PressureSession | CrashSession | WithheldSession;

const PARTS = ["destroys", "pressure", "crashes", "withheld"] as const;

/** @returns 0 if nothing was found */
export async function main(argv: readonly string[]): Promise<number> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...{ only: text, losses: text, minutes: text, seed: text, report: text, fresh: flag, help: flag },
      ...{ address: text, chromium: text },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const chosen = PARTS.filter((part) => values.only === undefined || values.only === part);
  if (chosen.length === 0) throw new Error(`--only takes ${PARTS.join(", ")}, not "${values.only}".`);
  const losses = whole(values.losses ?? "20", "losses");
  const most = minutes(values.minutes ?? "4");
  const { path, sessions } = openReport<Session>(
    values.report ?? "test-results/reliability.json",
    values.fresh ?? false,
  );
  const host = { address: values.address ?? "", chromium: values.chromium ?? "" };
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const before = sessions.length;
  for (const part of chosen) {
    const seed = values.seed === undefined ? sessions.length : whole(values.seed, "seed");
    const until = Date.now() + most;
    const bounds = { losses, until, seed };
    if (part === "destroys") sessions.push(await destroyDevices(bounds, say));
    else if (part === "pressure") sessions.push(await pressure(until, say));
    else if (part === "crashes") sessions.push(await crashPage(host, bounds, say));
    else sessions.push(await withheldAdapter(host, say));
    // What a later part may lose must not take this one with it.
    writeReport(path, sessions);
  }
  const own = sessions.slice(before);
  process.stdout.write(`${table([HEAD, ...sessions.map(row)])}\n`);
  for (const { kind, findings } of own) for (const finding of findings) say(`${kind}: ${finding}`);
  process.stdout.write(`written to ${path}\n`);
  return own.some(({ findings }) => findings.length > 0) ? 1 : 0;
}

const HEAD = ["part", "losses", "equal", "findings", "seconds"];

function row(session: Session): string[] {
  const { kind, findings, seconds } = session;
  const [lost, equal] = {
    destroys: () => {
      const { losses, equal, jobs } = session as DestroySession;
      return [losses, `${equal} of ${jobs} jobs`];
    },
    pressure: () => {
      const { refused, lost } = session as PressureSession;
      return [`${refused} + ${lost}`, "none computed"];
    },
    crashes: () => {
      const { crashes, equal, runs } = session as CrashSession;
      return [crashes, `${equal} of ${runs} runs`];
    },
    withheld: () => {
      const { losses, equal } = session as WithheldSession;
      return [losses, equal ? "1 of 1 runs" : "0 of 1 runs"];
    },
  }[kind]();
  return [kind, String(lost), String(equal), String(findings.length), seconds.toFixed(0)];
}
