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
import { type ActivationGround, Activations, checkSteps, cutSamples, type SampleCut } from "./activations.ts";
import { Eta } from "./eta.ts";
import type { JobContext } from "./ground.ts";
import type { JacobianAnswer, JacobianRequest, UnitJacobian } from "./protocol.ts";
import { type Part, partsOf } from "./units.ts";

/** Numbers that no start vector has: the pair that the transpose is checked with. */
const CHECK = [0xfffffffe, 0xffffffff] as const;

/**
 * Measures the units one after the other; what is known is published after each.
 * Throws RunRefusal, FormatError and MemoryRefusal for requests that cannot be met, AbortError when cancelled.
 */
export async function measureJacobians(
  ground: ActivationGround,
  request: JacobianRequest,
  { signal, gate, onProgress }: JobContext,
  publish: (answer: JacobianAnswer) => void,
): Promise<JacobianAnswer> {
  checkSteps(request);
  const { steps, probes } = request;
  const { problem } = ground;
  const cut = cutSamples(problem, request.samples);
  const parts = partsOf(cut.partition.graph, request.units);
  const rate = new Eta();
  const units: UnitJacobian[] = [];
  let products = 0;
  const answer = (): JacobianAnswer => ({
    ...{ request, samples: cut.samples, coupled: problem.coupled, products, units: [...units] },
  });
  for (const part of parts) {
    const onStep = async (done: number): Promise<void> => {
      products += 2;
      const total = parts.length * probes * steps;
      onProgress(rate.progress("jacobian", units.length * probes * steps + done, total, performance.now()));
      await gate();
    };
    units.push(await measureUnit(ground, cut, part, { steps, probes, signal, onStep }));
    if (units.length < parts.length) publish(answer());
  }
  return answer();
}

interface How {
  readonly steps: number;
  readonly probes: number;
  readonly signal: AbortSignal;
  /** Of all start vectors so far. */
  readonly onStep: (done: number) => Promise<void>;
}

async function measureUnit(
  ground: ActivationGround,
  { partition, columns }: SampleCut,
  part: Part,
  { steps, probes, signal, onStep }: How,
): Promise<UnitJacobian> {
  const { problem, settings } = ground;
  const { gpu, pipelines, submitter, budget, heldBytes } = ground.forward();
  const { graph } = partition;
  const activations = await Activations.create(
    {
      ...{ gpu, pipelines, submitter, partition, columns, parameters: problem.parameters },
      shapes: { [IN]: graph.nodes[part.input].shape, [OUT]: graph.nodes[part.output].shape },
      maps: [
        { staged: jacobianTimes(graph, part), from: IN, to: OUT },
        { staged: transposedTimes(graph, part), from: OUT, to: IN },
      ],
      vectors: steps + 3,
      budget: budget - heldBytes,
      advice: "use fewer samples or steps",
    },
    signal,
  );
  try {
    const jacobian: RectangularOperator<GpuVector> = {
      domain: activations.spaces[IN],
      range: activations.spaces[OUT],
      apply: (v, out, abort) => activations.apply(0, v, out, abort),
      applyTransposed: (u, out, abort) => activations.apply(1, u, out, abort),
    };
    const source = { seed: settings.seed, distribution: "rademacher" } as const;
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
      adjointDefect: await adjointDefect(jacobian, settings.seed, signal),
    };
  } finally {
    activations.destroy();
  }
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
