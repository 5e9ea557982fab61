/**
 * The stored run of one bundled model, with everything that the page can show of it: MODEL OUT. With ONLY-ANSWERS behind,
 * the run that OUT holds stays, and what the model was not yet asked is asked of a short run on the same batch: no answer
 * depends on the steps of its run but those about an eigenvalue. Bundled by storedRuns.mjs.
 */

import { readFile, writeFile } from "node:fs/promises";
import { dawn } from "../src/cli/dawn.ts";
import { readModels } from "../src/cli/sources.ts";
import { LocalEngine } from "../src/run/engine.ts";
import type { Question, RunEvent, RunOutcome, RunResult, RunSettings } from "../src/run/protocol.ts";
import { defaultValues } from "../src/store/controls.ts";
import { topsRequest } from "../src/store/layerSpectra.ts";
import { planRequest, tableRequest, WIDTHS } from "../src/store/planRequests.ts";
import { pruneRequest } from "../src/store/pruning.ts";
import { sweepQuestion } from "../src/store/studyData.ts";
import { unitQuestion } from "../src/store/unitView.ts";

/** What a software adapter gives in about twenty minutes, questions aside. */
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
/** The model that is on screen first, and of which every view has something to show. */
const LEAD = "resnet20";
const ONLY_ANSWERS = "only-answers";
const SHARPEST = 8;

const planeAxis = (place: number) => ({
  direction: { kind: "ritz", end: "top", place } as const,
  ...{ from: -SLICE.radius, to: SLICE.radius, points: PLANE_POINTS },
});

export async function main([id, out, mode]: readonly string[]): Promise<number> {
  const engine = new LocalEngine({ kind: "node", gpu: dawn(), readBundled: readModels });
  const source = { kind: "bundled", id } as const;
  const loaded = await engine.load(source, source);
  if (loaded.kind === "refused") throw new Error(loaded.message);
  // Piecewise linear networks have an exact trace; transformers do not.
  const exact = loaded.card.family === "resnet-cifar";
  const settings: RunSettings = exact ? { ...SETTINGS, traceMethod: "exact" } : SETTINGS;
  if (mode === ONLY_ANSWERS) return addAnswers(engine, settings, out, id === LEAD);
  let result = await step("run", (report) => engine.run(settings, report));
  for (const rank of RANKS)
    await step(`slice ${rank.end} ${rank.place + 1}`, (report) => engine.slice(rank, SLICE, report));
  result = await step("plane", (report) =>
    engine.landscape({ axes: [planeAxis(0), planeAxis(1)], bn: settings.bn }, report),
  );
  await write(out, result);
  for (const question of questionsFor(result, id === LEAD)) {
    result = await step(question.kind, (report) => engine.ask(question, report));
    await write(out, result);
  }
  engine.destroy();
  return 0;
}

async function addAnswers(
  engine: LocalEngine,
  settings: RunSettings,
  out: string,
  all: boolean,
): Promise<number> {
  let stored = JSON.parse(await readFile(out, "utf8")) as RunResult;
  const known = stored.answers ?? [];
  const short = { ...settings, steps: 2, probes: 1, top: 1, bottom: 0 };
  const result = await step("short run", (report) => engine.run(short, report));
  for (const question of questionsFor(result, all)) {
    if (known.some(({ kind }) => kind === question.kind)) continue;
    const { answers = [] } = await step(question.kind, (report) => engine.ask(question, report));
    stored = { ...stored, answers: [...known, ...answers] };
    await write(out, stored);
  }
  engine.destroy();
  return 0;
}

/** What is asked of a run, the quick questions first. @param all those as well that take another half of an hour */
function questionsFor(result: RunResult, all: boolean): Question[] {
  const layered: Question[] = [
    { kind: "plan", request: { ...tableRequest(defaultValues), bits: WIDTHS } },
    { kind: "plan", request: planRequest(defaultValues, [], "plan") },
    { kind: "vector", request: { rank: RANKS[0], sharpest: SHARPEST } },
  ];
  if (!all) return layered;
  return [
    ...layered,
    { kind: "prune", request: pruneRequest(result, defaultValues, true) },
    unitQuestion(result, "jacobian", []),
    sweepQuestion(result),
    { kind: "layerSpectra", request: topsRequest },
  ];
}

/** Written after every answer, so that a run that is cut off has lost nothing. */
async function write(out: string, { answers = [], landscapes = [], ...rest }: RunResult): Promise<void> {
  const lean = { ...rest, landscapes: rounded(landscapes), answers: rounded(answers) };
  await writeFile(out, `${JSON.stringify(lean)}\n`);
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
