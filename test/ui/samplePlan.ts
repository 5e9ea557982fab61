/** What an engine would answer on the weights of the sample run: rounding errors of 4^-bits, and a measured loss. */

import { bitsByRow, frontOf } from "../../src/run/planChoice.ts";
import type { BitPlan, PlanRequest } from "../../src/run/protocol.ts";
import { budgetBetween, costOf } from "../../src/spectrum/sensitivity.ts";
import { sampleRun } from "./sampleRun.ts";

/** The whole rises by so much more than predicted. */
export const SURPRISE = 1.25;

export function samplePlan(request: PlanRequest, traceSamples = 4): BitPlan {
  const { model, trace, engine, meaning, loss, accuracy } = sampleRun();
  const { bits: widths, cost: kind, activationBits, latency: _, measure, ...rest } = request;
  const rows = model.tensors.flatMap(({ name, shape, size }) => {
    const found = trace.perLayer.find((layer) => layer.name === name);
    if (found === undefined || shape.length < 2) return [];
    const layer = { name, shape, size, macs: 10 * size };
    const mean = found.estimate / size;
    return [
      {
        ...layer,
        meanTrace: { estimate: mean, standardError: null, interval95: null },
        hawqV1: null,
        options: widths.map((bits) => {
          const squaredError = size * 4 ** -bits;
          const rise = (mean * squaredError) / 2;
          const cost = costOf(layer, bits, { kind, activationBits, latency: () => 0 });
          return { bits, cost, squaredError, loss: rise, interval95: [0.5 * rise, 1.5 * rise] as const };
        }),
      },
    ];
  });
  const options = rows.map((row) => row.options);
  const front = frontOf(rows, []);
  const budget = request.budget === null ? null : budgetBetween(options, request.budget.value);
  const plan = budget === null ? null : front.best(budget);
  const bits = plan === null ? [] : bitsByRow(rows.length, plan, []);
  const rise = plan?.loss ?? 0;
  const measured = (by: number) => ({ loss: loss + by, accuracy: 0.9, rise: by });
  return {
    ...{ schema: "eigenscope-plan", version: 1, engine, traceSamples, loss, accuracy, unquantised: 10 },
    model: { title: model.title, source: model.source, sha256: model.sha256 },
    sentence: meaning.sentence,
    request: { ...rest, bits: widths, cost: kind, activationBits, measure },
    layers: rows.map((row, i) => ({
      ...row,
      bits: bits[i] ?? null,
      measured:
        measure === "layers" ? measured(row.options.find((o) => o.bits === bits[i])?.loss ?? 0) : null,
    })),
    uniform: widths.map((width, o) => ({
      bits: width,
      cost: options.reduce((sum, row) => sum + row[o].cost, 0),
      loss: options.reduce((sum, row) => sum + row[o].loss, 0),
    })),
    front: front.points(),
    frontSize: front.size,
    chosen:
      plan === null || budget === null
        ? null
        : {
            ...{ budget, cost: plan.cost },
            rise: { estimate: rise, standardError: null, interval95: [0.8 * rise, 1.2 * rise] },
            measured:
              measure === "nothing"
                ? null
                : { ...measured(SURPRISE * rise), firstOrder: 0.25 * rise, secondOrder: rise },
          },
  };
}
