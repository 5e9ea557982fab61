/** The commands `sensitivity` and `plan`: what they ask of the engine and how they print and write its answer. */

import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { readLatencyTable } from "../model/latencyTable.ts";
import { planCsv, planPytorch } from "../run/planExport.ts";
import type { BitPlan, PlannedLayer, PlanRequest } from "../run/protocol.ts";
import type { CostKind, MeanEstimate } from "../spectrum/index.ts";
import { type Arguments, numberList, oneOf, UsageError, wholeNumber } from "./arguments.ts";
import { aligned } from "./table.ts";

const COSTS = ["size", "bops", "latency"] as const;

/** Read before the run: a slip should not cost one. */
export async function planRequest(command: "sensitivity" | "plan", args: Arguments): Promise<PlanRequest> {
  const table = args.get("latency-table");
  const { cost, budget } = budgetOf(args);
  if (cost === "latency" && table === undefined)
    throw new UsageError("--budget latency: needs --latency-table FILE.");
  if (command === "sensitivity" && args.has("pytorch"))
    throw new UsageError("--pytorch: a sensitivity has no bits to write; use the command plan.");
  const layers = args.has("measure-layers");
  return {
    bits: numberList(args, "bits") ?? [4, 8],
    scheme: oneOf(args, "scheme", ["symmetric", "asymmetric"], "symmetric"),
    granularity: oneOf(args, "granularity", ["tensor", "channel", "group"], "channel"),
    groupSize: wholeNumber(args, "group-size", 64, 1),
    cost,
    budget: command === "plan" ? budget : null,
    activationBits: args.has("activation-bits") ? wholeNumber(args, "activation-bits", 8, 1) : null,
    latency: table === undefined ? [] : readLatencyTable(await readFile(table), basename(table)),
    tied: (args.get("tie")?.split(";") ?? []).map((set) => set.split(",")),
    // The run has chosen them already.
    traces: "run",
    measure: command === "sensitivity" ? "nothing" : layers ? "layers" : "plan",
  };
}

/** `size:0.5` is a fraction; a number above 1, or with = in front, counts bytes, bit operations or milliseconds. */
function budgetOf(args: Arguments): { cost: CostKind; budget: NonNullable<PlanRequest["budget"]> } {
  const text = args.get("budget") ?? "size:0.5";
  const [, kind = "", absolute = "", digits = ""] = /^(\w+):(=?)([^=]+)$/.exec(text) ?? [];
  const cost = COSTS.find((word) => word === kind);
  const value = Number(digits);
  if (cost === undefined || digits.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new UsageError(
      `--budget: expected size, bops or latency with a fraction such as size:0.5, or an amount such as size:=100000, found "${text}".`,
    );
  if (absolute === "" && value > 1)
    throw new UsageError(
      `--budget: a fraction is at most 1; for an amount write ${cost}:=${digits}, found "${text}".`,
    );
  return { cost, budget: { kind: absolute === "" ? "fraction" : "absolute", value } };
}

/** Writes the files that were asked for, and the table to standard output. */
export async function writePlan(plan: BitPlan, args: Arguments): Promise<void> {
  const [json, table, python] = ["json", "csv", "pytorch"].map((name) => args.get(name));
  const text = `${JSON.stringify(plan, null, 1)}\n`;
  if (table !== undefined) await writeFile(table, planCsv(plan));
  if (python !== undefined) await writeFile(python, planPytorch(plan));
  if (json === "-") {
    process.stdout.write(text);
    return;
  }
  if (json !== undefined) await writeFile(json, text);
  process.stdout.write(planSummary(plan));
}

const number = (value: number): string => value.toPrecision(4);

const estimate = ({ estimate: value, interval95 }: Omit<MeanEstimate, "standardError">): string =>
  interval95 === null || interval95[0] === interval95[1]
    ? number(value)
    : `${number(value)} (${number(interval95[0])} to ${number(interval95[1])})`;

const UNITS = { size: "bytes", bops: "bit operations per sample", latency: "ms" } as const;

/** A plan as a few lines of text. */
export function planSummary(plan: BitPlan): string {
  const { request, layers, chosen, uniform } = plan;
  const widths = layers[0].options.map(({ bits }) => bits);
  const header = ["layer", "weights", "mean trace"];
  if (showsV1(plan)) header.push("lambda/n");
  header.push(...widths.map((bits) => `rise at ${bits} bits`));
  if (chosen !== null) header.push("bits");
  if (request.measure === "layers") header.push("measured");
  const lines = [
    plan.model.title,
    plan.sentence,
    `loss ${number(plan.loss)}${percent(plan.accuracy)}, ${plan.traceSamples === 0 ? "exact traces" : `${plan.traceSamples} trace samples; 95 % intervals in brackets`}`,
    ...(plan.traceReason === undefined ? [] : [plan.traceReason]),
    ...aligned([header, ...layers.map((layer) => cells(layer, plan))]),
    `${plan.unquantised} parameters in biases and norms stay as they are.`,
  ];
  // Of a trace whose sign is not known, the plan follows the noise.
  const unsure = layers.filter(({ meanTrace: { interval95 } }) => interval95 !== null && interval95[0] <= 0);
  if (unsure.length > 0)
    lines.push(
      `${unsure.length} of ${layers.length} traces may be zero or negative: take more --probes, or --estimator exact (with --operator ggn where the network is not piecewise linear).`,
    );
  const unit = UNITS[request.cost];
  for (const { bits, cost, loss } of uniform)
    lines.push(`all at ${bits} bits: ${amount(cost)} ${unit}, predicted rise ${number(loss)}`);
  if (chosen !== null) {
    const { budget, cost, rise, measured } = chosen;
    lines.push(
      `plan: ${amount(cost)} of ${amount(budget)} ${unit}, predicted rise ${estimate(rise)} (best of ${plan.frontSize} undominated plans)`,
    );
    if (measured !== null)
      lines.push(
        `measured: loss ${number(measured.loss)}${percent(measured.accuracy)}, rise ${number(measured.rise)}; by slope and curvature along the error ${number(measured.firstOrder)} + ${number(measured.secondOrder)}`,
      );
  }
  return `${lines.join("\n")}\n`;
}

const amount = (cost: number): string => (Number.isInteger(cost) ? String(cost) : number(cost));
const percent = (accuracy: number | null): string =>
  accuracy === null ? "" : `, accuracy ${(100 * accuracy).toFixed(1)} %`;

const showsV1 = ({ layers }: BitPlan): boolean => layers.some(({ hawqV1 }) => hawqV1 !== null);

function cells(layer: PlannedLayer, plan: BitPlan): string[] {
  const { request, chosen } = plan;
  const { name, size, meanTrace, hawqV1, options, bits, measured } = layer;
  const row = [name, String(size), estimate(meanTrace)];
  if (showsV1(plan)) row.push(hawqV1 === null ? "" : number(hawqV1));
  for (const { loss, interval95 } of options) row.push(estimate({ estimate: loss, interval95 }));
  if (chosen !== null) row.push(String(bits));
  if (request.measure === "layers") row.push(measured === null ? "" : number(measured.rise));
  return row;
}
