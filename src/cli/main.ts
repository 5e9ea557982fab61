/** The headless command: the same engine in Node, through Dawn. */

import { readFile, writeFile } from "node:fs/promises";
import { freemem } from "node:os";
import { basename } from "node:path";
import { readNpy, writeNpy } from "../model/index.ts";
import { LocalEngine } from "../run/engine.ts";

import type { ModelCard, RunEvent, RunOutcome, RunResult, RunSettings } from "../run/protocol.ts";
import { answersTo } from "../run/questions.ts";

import {
  type Arguments,
  FLAGS,
  numberFromZero,
  oneOf,
  parseArguments,
  positiveNumber,
  ranks,
  UsageError,
  wholeNumber,
} from "./arguments.ts";
import { type Asking, askedBy } from "./asking.ts";
import { dawn } from "./dawn.ts";
import { deviceText } from "./device.ts";
import { temporaryDisk } from "./disk.ts";
import { takeKernels, tuneCommand } from "./kernels.ts";
import { checkGridPath, landscapeRequest, needsRun, writeGrid } from "./landscape.ts";
import { layersRequest, layersText, subsetsRequest } from "./layers.ts";
import { planRequest, writePlan } from "./plan.ts";
import { pruneRequest, writePruning } from "./prune.ts";
import { dataSource, modelSource, readModels } from "./sources.ts";
import { estimateText, summary } from "./summary.ts";
import { unitList } from "./units.ts";
import { vectorRequests } from "./vector.ts";

const COMMANDS = {
  spectrum: "density, extreme eigenvalues and trace by stochastic Lanczos quadrature",
  eigs: "the largest and smallest eigenvalues",
  trace: "the trace, in total and per tensor, with 95 % intervals",
  diag: "every diagonal entry, and the traces of tensors, with standard errors",
  slice: "the measured loss along Ritz vectors",
  landscape: "loss and accuracy over a line or plane through the weights",
  layers: "the largest and smallest eigenvalue of every tensor's block, and its density",
  jacobian: "singular values of the Jacobians of residual units and other parts of the network",
  "batch-sweep": "the largest eigenvalue on random batches of doubling sizes",
  distributions:
    "the last layer's Hessian on the batch and on other data, and how far their spectra lie apart",
  sensitivity: "the rise of the loss that each layer's quantisation predicts (HAWQ), with 95 % intervals",
  plan: "the best bits of the weights within a budget, and the loss that they measure",
  prune: "the output channels that may go within a budget (HAP), and the loss without them",
  hvp: "the product with a given vector",
  tune: "how fast the kernels of such a run are in other tilings, as a table for --kernels (--out)",
  device: "the adapter, what fits it, and the accuracy of its arithmetic; takes --json and --memory only",
} as const;
type Command = keyof typeof COMMANDS;

/** Runs a command. @returns the exit code: 0 done, 1 refused or failed, 2 bad usage. */
export async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  try {
    if (command === undefined || command === "--help" || rest.includes("--help")) {
      process.stdout.write(help());
      return command === undefined ? 2 : 0;
    }
    if (!(command in COMMANDS)) throw new UsageError(`Unknown command "${command}". See --help.`);
    return await execute(command as Command, parseArguments(rest));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

const openEngine = (args: Arguments): LocalEngine =>
  new LocalEngine({
    ...{ kind: "node", gpu: dawn(), readBundled: readModels },
    hostBudget: 1e9 * numberFromZero(args, "host-memory", freemem() / 2e9),
    ...(args.has("disk-memory") ? { disk: temporaryDisk(1e9 * numberFromZero(args, "disk-memory", 0)) } : {}),
    ...(args.has("memory") ? { budget: 1e9 * positiveNumber(args, "memory", 1) } : {}),
  });

async function execute(command: Command, args: Arguments): Promise<number> {
  if (command === "device") return device(args);
  const model = await modelSource(args);
  const data = await dataSource(args, model);
  const engine = openEngine(args);
  try {
    await takeKernels(engine, args);
    const loaded = await engine.load(model, data);
    if (loaded.kind === "refused") throw new Error(loaded.message);
    if (command === "jacobian" && args.has("units")) {
      process.stdout.write(unitList(loaded.card));
      return 0;
    }
    const settings = settingsFor(command, args, loaded.card.data.available);
    const asking = askedBy(command, args);
    if (asking !== null) return await asked(engine, settings, args, asking);
    if (command === "tune") return await tuneCommand(engine, settings, args, reportProgress);
    if (command === "hvp") return await hvp(engine, settings, args);
    if (command === "sensitivity" || command === "plan")
      return await planned(engine, command, settings, args);
    if (command === "prune") return await prune(engine, settings, args);
    if (command === "layers") return await layers(engine, settings, args);
    if (command === "diag") return await diag(engine, settings, args);
    if (command === "landscape") return await landscape(engine, settings, args, loaded.card);
    // Read before the run: a slip here should not cost one.
    const questions = vectorRequests(args);
    const [wanted, options] = [ranks(args, "rank"), sliceOptions(args)];
    let outcome = await engine.run(settings, reportProgress);
    if (command === "slice") {
      for (const rank of wanted) {
        if (outcome.kind !== "done") break;
        outcome = await engine.slice(rank, options, reportProgress);
      }
    }
    for (const request of questions) {
      if (outcome.kind !== "done") break;
      outcome = await engine.ask({ kind: "vector", request }, reportProgress);
    }
    return await finish(outcome, args);
  } finally {
    engine.destroy();
  }
}

async function device(args: Arguments): Promise<number> {
  const engine = openEngine(args);
  try {
    const answer = await engine.examine();
    const planned = await engine.sizes();
    if (answer.kind === "unavailable") throw new Error(answer.message);
    if (planned.kind === "unavailable") throw new Error(planned.message);
    const { sizes } = planned;
    const [path, json] = [args.get("json"), `${JSON.stringify({ ...answer.device, sizes }, null, 1)}\n`];
    if (path !== undefined && path !== "-") await writeFile(path, json);
    process.stdout.write(path === "-" ? json : deviceText(answer.device, sizes));
    return 0;
  } finally {
    engine.destroy();
  }
}

async function landscape(
  engine: LocalEngine,
  settings: RunSettings,
  args: Arguments,
  card: ModelCard,
): Promise<number> {
  checkGridPath(args);
  const request = await landscapeRequest(args, card);
  let outcome = await engine.run(settings, reportProgress);
  if (outcome.kind === "done") outcome = await engine.landscape(request, reportProgress);
  const out = args.get("out");
  if (outcome.kind === "done" && out !== undefined) await writeGrid(outcome.result, out);
  return await finish(outcome, args);
}

async function hvp(engine: LocalEngine, settings: RunSettings, args: Arguments): Promise<number> {
  const path = args.get("vector");
  const out = args.get("out");
  if (path === undefined || out === undefined)
    throw new UsageError("hvp needs --vector v.npy and --out hv.npy.");
  const { data } = readNpy(await readFile(path), basename(path));
  if (!(data instanceof Float32Array))
    throw new Error(`${path}: expected float32 numbers. Save it with astype("float32").`);
  const { product, result } = await engine.product(settings, data);
  await writeFile(out, writeNpy(Float32Array.from(product), [product.length]));
  return await finish({ kind: "done", result }, args);
}

async function planned(
  engine: LocalEngine,
  command: "sensitivity" | "plan",
  settings: RunSettings,
  args: Arguments,
): Promise<number> {
  const request = await planRequest(command, args);
  let outcome = await engine.run(settings, reportProgress);
  const eigenvalues = { kind: "layerSpectra", request: layersRequest(args) } as const;
  if (outcome.kind === "done" && args.has("eigenvalues"))
    outcome = await engine.ask(eigenvalues, reportProgress);
  if (outcome.kind === "done") outcome = await engine.ask({ kind: "plan", request }, reportProgress);
  if (outcome.kind !== "done") throw new Error(endOf(outcome));
  const [plan] = answersTo(outcome.result, "plan");
  await writePlan(plan, args);
  return 0;
}

async function prune(engine: LocalEngine, settings: RunSettings, args: Arguments): Promise<number> {
  const request = pruneRequest(args);
  // The traces of channels have a stream of their own.
  const alone = { ...settings, probes: 1, traceProbes: 1, traceMethod: "hutchinson" } as const;
  let outcome = await engine.run(alone, reportProgress);
  if (outcome.kind === "done") outcome = await engine.ask({ kind: "prune", request }, reportProgress);
  if (outcome.kind !== "done") throw new Error(endOf(outcome));
  const [plan] = answersTo(outcome.result, "prune");
  await writePruning(plan, args);
  return 0;
}

async function asked(
  engine: LocalEngine,
  settings: RunSettings,
  args: Arguments,
  asking: Asking,
): Promise<number> {
  const question = await asking.question(args, settings);
  let outcome = await engine.run(settings, reportProgress);
  if (outcome.kind === "done") outcome = await engine.ask(question, reportProgress);
  if (outcome.kind !== "done") throw new Error(endOf(outcome));
  await asking.write(outcome.result, args);
  return 0;
}

async function layers(engine: LocalEngine, settings: RunSettings, args: Arguments): Promise<number> {
  const [request, onSubsets] = [layersRequest(args), subsetsRequest(args)];
  let outcome = await engine.run(settings, reportProgress);
  if (outcome.kind === "done") outcome = await engine.ask({ kind: "layerSpectra", request }, reportProgress);
  if (outcome.kind === "done" && onSubsets !== null)
    outcome = await engine.ask({ kind: "subsetEigenvalues", request: onSubsets }, reportProgress);
  const code = await finish(outcome, args);
  if (outcome.kind !== "done") return code;
  const [answer] = answersTo(outcome.result, "layerSpectra");
  const [subsets = null] = answersTo(outcome.result, "subsetEigenvalues");
  const text = await layersText(answer, subsets, args);
  if (args.get("json") !== "-") process.stdout.write(text);
  return code;
}

async function diag(engine: LocalEngine, settings: RunSettings, args: Arguments): Promise<number> {
  const out = args.get("out");
  const { diagonal: found, result } = await engine.diagonal(settings, reportProgress);
  const { diagonal, standardError, squaredFrobenius } = found;
  if (out !== undefined) {
    const n = diagonal.length;
    const rows = new Float32Array(2 * n);
    rows.set(diagonal);
    // One probe knows no error.
    rows.set(standardError ?? new Float32Array(n).fill(Number.NaN), n);
    await writeFile(out, writeNpy(rows, [2, n]));
  }
  const code = await finish({ kind: "done", result }, args);
  if (args.get("json") !== "-")
    process.stdout.write(`squared Frobenius norm ${estimateText(squaredFrobenius)}\n`);
  return code;
}

const OPERATORS = ["hessian", "ggn", "fisher", "fisher-mc", "empirical-fisher", "residual"] as const;
const ESTIMATORS = ["hutchinson", "hutch++", "xtrace", "exact", "auto"] as const;

/** `available` samples are in the data file. */
function settingsFor(command: Command, args: Arguments, available: number): RunSettings {
  const start = wholeNumber(args, "start", 0);
  const traced = ["trace", "diag", "layers", "sensitivity", "plan", "prune"].includes(command);
  // Steps and probes of the question are none of the run's.
  const asking = askedBy(command, args) !== null;
  const quick = traced || asking || command === "hvp" || (command === "landscape" && !needsRun(args));
  const wanted = asking ? 1 : wholeNumber(args, "probes", traced ? 10 : 1, 1);
  // From few probes traces mislead a plan.
  const planned = command === "sensitivity" || command === "plan";
  const estimator = oneOf(args, "estimator", ESTIMATORS, planned ? "auto" : "hutchinson");
  // Other estimators make their own products: the quadrature then needs one probe only.
  const probes = command === "diag" || (traced && estimator !== "hutchinson") ? 1 : wanted;
  const draw = oneOf(args, "draw", ["range", "random"], "range");
  const most = draw === "random" ? available : available - start;
  return {
    operator: oneOf(args, "operator", OPERATORS, "hessian"),
    params: (args.get("params") ?? "").split(/[\s,]+/).filter((pattern) => pattern !== ""),
    weightDecay: numberFromZero(args, "weight-decay", 0),
    traceMethod: command === "diag" ? "hutchinson" : estimator,
    bn: oneOf(args, "bn", ["eval", "batch"], "eval"),
    draw,
    start,
    dataSeed: wholeNumber(args, "data-seed", 0),
    batchSize: wholeNumber(args, "batch-size", Math.max(1, Math.min(128, most)), 1),
    microBatch: args.has("micro-batch") ? wholeNumber(args, "micro-batch", 1, 1) : null,
    // For the trace one product per probe is all that is needed: a quadrature of one step gives it.
    steps: quick ? 1 : wholeNumber(args, "steps", 80, 1),
    probes,
    traceProbes: Math.max(wanted, wholeNumber(args, "trace-probes", command === "spectrum" ? 8 : wanted, 1)),
    seed: wholeNumber(args, "seed", 0),
    top: quick ? 0 : wholeNumber(args, "top", 5),
    bottom: quick ? 0 : wholeNumber(args, "bottom", 2),
  };
}

function sliceOptions(args: Arguments): { radius: number; points: number } {
  const points = wholeNumber(args, "points", 21, 3);
  if (points % 2 === 0) throw new UsageError(`--points: expected an odd number, found "${points}".`);
  return { radius: positiveNumber(args, "radius", 0.5), points };
}

let lastReport = 0;
function reportProgress(event: RunEvent): void {
  if (event.type !== "progress" || !process.stderr.isTTY) return;
  const now = performance.now();
  const { phase, done, total, etaSeconds } = event.progress;
  if (now - lastReport < 200 && done < total) return;
  lastReport = now;
  const eta = etaSeconds === null ? "" : `, about ${Math.ceil(etaSeconds)} s left`;
  process.stderr.write(`\r\x1b[K${phase} ${done}/${total}${eta}`);
  if (done === total) process.stderr.write("\r\x1b[K");
}

const endOf = (outcome: RunOutcome): string =>
  "message" in outcome ? outcome.message : "The run was cancelled.";

async function finish(outcome: RunOutcome, args: Arguments): Promise<number> {
  if (outcome.kind !== "done") throw new Error(endOf(outcome));
  await output(outcome.result, args);
  return 0;
}

async function output(result: RunResult, args: Arguments): Promise<void> {
  const path = args.get("json");
  const json = `${JSON.stringify(result, null, 1)}\n`;
  if (path === "-") {
    process.stdout.write(json);
    return;
  }
  if (path !== undefined) await writeFile(path, json);
  process.stdout.write(summary(result, args.has("per-layer")));
}

function help(): string {
  const commands = Object.entries(COMMANDS).map(([name, text]) => `  ${name.padEnd(13)}${text}`);
  const flags = FLAGS.map((f) => `  --${`${f.name} ${f.value}`.padEnd(24)} ${f.help}`);
  return ["Usage: npm run -s eigenscope -- COMMAND [flags]", "", ...commands, "", ...flags, ""].join("\n");
}
