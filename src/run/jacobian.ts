/** Singular values of the Jacobians of units, sample by sample. */

import { IN, jacobianTimes, OUT, transposedTimes } from "../autograd/activations.ts";
import type { GpuVector } from "../gpu/vectors.ts";
import {
  type BidiagonalColumn,
  golubKahan,
  inner,
  meanEstimate,
  type RectangularOperator,
  type SingularValue,
  singularExtremes,
  singularQuadrature,
  studentTQuantile,
  unitProbe,
} from "../spectrum/index.ts";
import type { JobContext } from "./ground.ts";
import type { JacobianAnswer, JacobianRequest, UnitJacobian } from "./protocol.ts";
import { type ActivationGround, measureUnits, type UnitJob, withActivations } from "./unitByUnit.ts";

/** Numbers that no start vector has: the pair that the transpose is checked with. */
const CHECK = [0xfffffffe, 0xffffffff] as const;

/**
 * Measures the units one after the other; what is known is published after each.
 * Throws RunRefusal, FormatError and MemoryRefusal for requests that cannot be met, AbortError when cancelled.
 */
export const measureJacobians = (
  ground: ActivationGround,
  request: JacobianRequest,
  context: JobContext,
  publish: (answer: JacobianAnswer) => void,
): Promise<JacobianAnswer> =>
  measureUnits(ground, request, context, publish, {
    phase: "jacobian",
    productsPerStep: 2,
    measure: (job) => measureUnit(ground, job),
  });

async function measureUnit(ground: ActivationGround, job: UnitJob): Promise<UnitJacobian> {
  const { part, columns, steps, probes, signal, onStep } = job;
  const { seed } = ground.settings;
  const { graph } = job.partition;
  const maps = {
    shapes: { [IN]: graph.nodes[part.input].shape, [OUT]: graph.nodes[part.output].shape },
    maps: [
      { staged: jacobianTimes(graph, part), from: IN, to: OUT },
      { staged: transposedTimes(graph, part), from: OUT, to: IN },
    ],
  };
  return withActivations(ground, job, maps, async (activations) => {
    const jacobian: RectangularOperator<GpuVector> = {
      domain: activations.spaces[IN],
      range: activations.spaces[OUT],
      apply: (v, out, abort) => activations.apply(0, v, out, abort),
      applyTransposed: (u, out, abort) => activations.apply(1, u, out, abort),
    };
    const source = { seed, distribution: "rademacher" } as const;
    const found: BidiagonalColumn[][] = [];
    let orthogonality = 0;
    for (let p = 0; p < probes; p++) {
      const run = await golubKahan(jacobian, {
        ...{ source, steps, signal },
        probes: Array.from({ length: columns }, (_, c) => c * probes + p),
        onStep: (step) => onStep(p * steps + step),
      });
      found.push([...run.columns]);
      orthogonality = Math.max(orthogonality, run.orthogonality);
    }
    const { range, domain } = jacobian;
    return {
      ...{ unit: part.name, rows: range.n, columns: domain.n },
      ...describe(found),
      orthogonality,
      adjointDefect: await adjointDefect(jacobian, seed, signal),
    };
  });
}

/** @param found by start vector and sample */
function describe(
  found: readonly (readonly BidiagonalColumn[])[],
): Pick<UnitJacobian, "largest" | "smallest" | "meanSquare" | "nodes" | "weights"> {
  const all = found.flat();
  const ends = found.map((columns) => columns.map((column) => singularExtremes(column)));
  const best = (pick: (i: number, c: number) => SingularValue, better: (a: number, b: number) => boolean) =>
    found[0].map((_, c) => {
      const of = found.map((_, i) => pick(i, c));
      const { value, residual, converged } = of.reduce((a, b) => (better(b.value, a.value) ? b : a));
      return { value, residual, converged };
    });
  const quadratures = all.map(singularQuadrature);
  const quantile = all.length > 1 ? studentTQuantile(0.975, all.length - 1) : Number.NaN;
  return {
    largest: best(
      (i, c) => ends[i][c].largest,
      (a, b) => a > b,
    ),
    smallest: best(
      (i, c) => ends[i][c].smallest,
      (a, b) => a < b,
    ),
    // ||J v||^2 for a random unit v of the shorter side has this mean.
    meanSquare: meanEstimate(
      all.map(({ alpha }) => alpha[0] ** 2),
      quantile,
    ),
    nodes: quadratures.map(({ nodes }) => nodes),
    weights: quadratures.map(({ weights }) => weights),
  };
}

async function adjointDefect(
  { domain, range, apply, applyTransposed }: RectangularOperator<GpuVector>,
  seed: number,
  signal: AbortSignal,
): Promise<number> {
  const vectors = [domain.create(), domain.create(), range.create(), range.create()];
  const [v, back, u, forward] = vectors;
  try {
    const of = (n: number, k: number, probe: number): Float64Array[] => {
      const column = unitProbe(n, { seed, distribution: "gaussian" }, probe);
      return Array.from({ length: k }, () => column);
    };
    const [vs, us] = [of(domain.n, domain.k, CHECK[0]), of(range.n, range.k, CHECK[1])];
    domain.write(v, vs);
    range.write(u, us);
    await apply(v, forward, signal);
    await applyTransposed(u, back, signal);
    const [jv, ju] = [await range.read(forward), await domain.read(back)];
    const defects = jv.map((product, c) => {
      const length = Math.sqrt(inner(product, product));
      return length === 0 ? 0 : Math.abs(inner(us[c], product) - inner(ju[c], vs[c])) / length;
    });
    return Math.max(...defects);
  } finally {
    for (const vector of vectors.slice(0, 2)) domain.release(vector);
    for (const vector of vectors.slice(2)) range.release(vector);
  }
}
