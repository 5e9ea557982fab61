/** The stored run of one bundled model, with everything that the page can show of it: MODEL OUT. Bundled by storedRuns.mjs. */

import { writeFile } from "node:fs/promises";
import { dawn } from "../src/cli/dawn.ts";
import { readModels } from "../src/cli/sources.ts";
import { LocalEngine } from "../src/run/engine.ts";
import type { Question, RunEvent, RunOutcome, RunResult, RunSettings } from "../src/run/protocol.ts";
import { defaultValues } from "../src/store/controls.ts";
import { planRequest, tableRequest, WIDTHS } from "../src/store/planRequests.ts";

/** What a software adapter gives in about twenty minutes. */
const SETTINGS: RunSettings = {
  ...{ bn: "eval", draw: "range", start: 0, dataSeed: 0, batchSize: 16, microBatch: null },
  ...{ steps: 40, probes: 2, traceProbes: 12, seed: 0, top: 5, bottom: 2 },
};
const RANKS = [
  { end: "top", place: 0 },
  { end: "top", place: 1 },
  { end: "top", place: 2 },
  { end: "bottom", place: 0 },
] as const;
const SLICE = { radius: 0.5, points: 21 };
const PLANE_POINTS = 13;
const SHARPEST = 8;

const planeAxis = (place: number) => ({
  direction: { kind: "ritz", end: "top", place } as const,
  ...{ from: -SLICE.radius, to: SLICE.radius, points: PLANE_POINTS },
});

export async function main([id, out]: readonly string[]): Promise<number> {
  const engine = new LocalEngine({ kind: "node", gpu: dawn(), readBundled: readModels });
  const source = { kind: "bundled", id } as const;
  const loaded = await engine.load(source, source);
  if (loaded.kind === "refused") throw new Error(loaded.message);
  // Piecewise linear networks have an exact trace; transformers do not.
  const exact = loaded.card.family === "resnet-cifar";
  const settings: RunSettings = exact ? { ...SETTINGS, traceMethod: "exact" } : SETTINGS;
  const questions: Question[] = [
    { kind: "plan", request: { ...tableRequest(defaultValues), bits: WIDTHS } },
    { kind: "plan", request: planRequest(defaultValues, [], "plan") },
    { kind: "vector", request: { rank: RANKS[0], sharpest: SHARPEST } },
  ];
  let result = await step("run", (report) => engine.run(settings, report));
  for (const rank of RANKS)
    await step(`slice ${rank.end} ${rank.place + 1}`, (report) => engine.slice(rank, SLICE, report));
  result = await step("plane", (report) =>
    engine.landscape({ axes: [planeAxis(0), planeAxis(1)], bn: settings.bn }, report),
  );
  for (const question of questions)
    result = await step(question.kind, (report) => engine.ask(question, report));
  const { answers, landscapes, ...rest } = result;
  const lean = { ...rest, landscapes: rounded(landscapes), answers: rounded(answers) };
  await writeFile(out, `${JSON.stringify(lean)}\n`);
  engine.destroy();
  return 0;
}

/** To eight digits, more than float32 has: the page fetches this file before it draws anything. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, x) =>
    typeof x === "number" && !Number.isInteger(x) ? Number(x.toPrecision(8)) : x,
  );

async function step(
  name: string,
  work: (report: (event: RunEvent) => void) => Promise<RunOutcome>,
): Promise<RunResult> {
  const began = performance.now();
  const outcome = await work(() => {});
  if (outcome.kind !== "done") throw new Error(`${name}: ${JSON.stringify(outcome).slice(0, 300)}`);
  process.stderr.write(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
  return outcome.result;
}
