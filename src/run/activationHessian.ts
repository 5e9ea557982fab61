/** The spectrum of the Hessian in what units give, sample by sample. */

import { activationHessianTimes, OUT } from "../autograd/activations.ts";
import type { GpuVector } from "../gpu/vectors.ts";
import {
  extremes,
  type LanczosColumn,
  LanczosRun,
  type LinearOperator,
  meanEstimate,
  quadrature,
  studentTQuantile,
} from "../spectrum/index.ts";
import type { JobContext } from "./ground.ts";
import type {
  ActivationEigenvalue,
  ActivationsAnswer,
  ActivationsRequest,
  UnitActivations,
} from "./protocol.ts";
import { type ActivationGround, measureUnits, type UnitJob, withActivations } from "./unitByUnit.ts";

/**
 * Measures the units one after the other; what is known is published after each.
 * Throws RunRefusal, FormatError and MemoryRefusal for requests that cannot be met, AbortError when cancelled.
 */
export const measureActivations = (
  ground: ActivationGround,
  request: ActivationsRequest,
  context: JobContext,
  publish: (answer: ActivationsAnswer) => void,
): Promise<ActivationsAnswer> =>
  measureUnits(ground, request, context, publish, {
    phase: "activations",
    productsPerStep: 1,
    measure: (job) => measureUnit(ground, job),
  });

async function measureUnit(ground: ActivationGround, job: UnitJob): Promise<UnitActivations> {
  const { part, columns, steps, probes, signal, onStep } = job;
  const { problem, settings } = ground;
  const { graph } = job.partition;
  const maps = {
    shapes: { [OUT]: graph.nodes[part.output].shape },
    maps: [{ staged: activationHessianTimes(graph, part.output), from: OUT, to: OUT }],
  };
  return withActivations(ground, job, maps, async (activations) => {
    const space = activations.spaces[OUT];
    const operator: LinearOperator<GpuVector> = {
      space,
      apply: (v, out, abort) => activations.apply(0, v, out, abort),
    };
    const found: LanczosColumn[][] = [];
    let orthogonality = 0;
    for (let p = 0; p < probes; p++) {
      const run = new LanczosRun(operator, {
        source: { seed: settings.seed, distribution: "rademacher" },
        probes: Array.from({ length: columns }, (_, c) => c * probes + p),
      });
      try {
        for await (const event of run.advance({ steps, signal })) {
          if (event.kind === "running") await onStep(p * steps + run.step);
        }
        signal.throwIfAborted();
        orthogonality = Math.max(orthogonality, (await run.orthogonality()) ?? 0);
        // The loss is a mean over the batch; a sample's own has N times its part.
        found.push(run.columns.map((column) => scaled(column, columns === 1 ? 1 : problem.batch.count)));
      } finally {
        run.release();
      }
    }
    return { unit: part.name, size: space.n, ...describe(found, space.n), orthogonality };
  });
}

const scaled = (column: LanczosColumn, factor: number): LanczosColumn => ({
  ...column,
  alpha: column.alpha.map((x) => factor * x),
  beta: column.beta.map((x) => factor * x),
});

/** @param found by start vector and sample */
function describe(
  found: readonly (readonly LanczosColumn[])[],
  n: number,
): Pick<UnitActivations, "largest" | "smallest" | "trace" | "nodes" | "weights"> {
  const all = found.flat().map(quadrature);
  const ends = found[0].map((_, c) =>
    extremes(
      found.map((columns) => quadrature(columns[c])),
      { top: 1, bottom: 1 },
    ),
  );
  const plain = ({ value, residual, converged }: ActivationEigenvalue): ActivationEigenvalue => ({
    ...{ value, residual, converged },
  });
  const quantile = all.length > 1 ? studentTQuantile(0.975, all.length - 1) : Number.NaN;
  return {
    largest: ends.map(({ top: [value] }) => plain(value)),
    smallest: ends.map(({ bottom: [value] }) => plain(value)),
    // n v'Av for a random unit vector v has the trace as its mean.
    trace: meanEstimate(
      found.flat().map(({ alpha }) => n * alpha[0]),
      quantile,
    ),
    nodes: all.map(({ nodes }) => nodes),
    weights: all.map(({ weights }) => weights),
  };
}
