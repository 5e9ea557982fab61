/**
 * The largest eigenvalue of each tensor's block on subsets of the batch: Q-BERT's sensitivity |mean| + std over them (Shen et al.
 * 2020, "Q-BERT: Hessian based ultra low precision quantization of BERT"), for a layer whose curvature changes from one set of samples to the next needs more bits.
 */

import { blockSpectra } from "../spectrum/index.ts";
import { RunRefusal } from "./fit.ts";
import type { Ground, JobContext } from "./ground.ts";
import { HessianOperator, type HessianPlan } from "./hessian.ts";
import { chosenTensors } from "./layerSpectra.ts";
import type { SubsetEigenvalues, SubsetEigenvaluesRequest, SubsetLayer } from "./layerTypes.ts";
import type { Partition } from "./partition.ts";

/** Throws RunRefusal, FormatError and MemoryRefusal for requests that cannot be met, AbortError when cancelled. */
export async function measureSubsets(
  ground: Ground,
  request: SubsetEigenvaluesRequest,
  { signal, gate, onProgress }: JobContext,
  publish: (known: SubsetEigenvalues) => void,
): Promise<SubsetEigenvalues> {
  const { operator, slq, problem, settings, budget } = ground;
  const { steps, subsets } = request;
  const { count } = problem.batch;
  if (!(Number.isInteger(steps) && steps >= 1))
    throw new RunRefusal(`Eigenvalues take at least 1 Lanczos step, not ${steps}.`);
  if (!(Number.isInteger(subsets) && subsets >= 2 && subsets <= count))
    throw new RunRefusal(`A batch of ${count} samples is cut into 2 to ${count} subsets, not ${subsets}.`);
  const names = chosenTensors(ground, request.tensors);
  const { segments, k } = operator.space;
  const blocks = names.map((name) => [segments.findIndex((segment) => segment.name === name)]);
  const samples = Math.floor(count / subsets);
  const cut = problem.cut(samples);
  // Its bases can be computed again.
  slq.release();
  const { gpu, pipelines, submitter, matrix } = ground;
  const shared = {
    ...{ gpu, pipelines, submitter, parameters: problem.parameters, probes: k },
    matrix: { ...matrix, weightDecay: 0 },
    krylovVectors: Math.min(steps, operator.space.n) + 1,
    budget: budget - operator.cost.usedBytes,
    advice: "use more subsets or fewer steps",
  };
  let plan: HessianPlan | null = null;
  const values = names.map((): number[] => []);
  const converged = names.map(() => true);
  let products = 0;
  const answer = (): SubsetEigenvalues => ({
    ...{ request, samples, products },
    layers: names.map((name, i) => layerOf(name, segments[blocks[i][0]].size, values[i], converged[i])),
  });
  for (let subset = 0; subset < subsets; subset++) {
    await gate();
    const partition = onlyPart(cut, subset);
    const options = { ...shared, partition };
    plan ??= HessianOperator.plan(options);
    const own = await HessianOperator.create(options, {
      ...plan,
      blueprint: { ...plan.blueprint, partition },
    });
    try {
      await own.prepare(signal);
      // The weights of the rows are those of the whole batch.
      const scale = cut.rows.reduce((sum, n) => sum + n, 0) / cut.rows[subset];
      const source = { seed: settings.seed, distribution: "rademacher" } as const;
      for await (const event of blockSpectra(own, blocks, {
        ...{ source, steps, top: 1, bottom: 0, untilConverged: true, signal },
      })) {
        if (event.kind === "running")
          onProgress({
            phase: "subsetEigenvalues",
            done: subset * event.total + event.done,
            total: subsets * event.total,
            etaSeconds: null,
          });
        if (event.kind !== "blocks") continue;
        for (const { block, top } of event.spectra) {
          values[block].push(scale * top[0].value);
          converged[block] &&= top[0].converged;
        }
      }
      signal.throwIfAborted();
    } finally {
      products += own.products;
      own.destroy();
    }
    publish(answer());
  }
  return answer();
}

/** One part of a batch as a batch of its own, each row still with its share of the whole. */
const onlyPart = (cut: Partition, part: number): Partition => ({
  ...cut,
  rows: [cut.rows[part]],
  inputsOf: () => cut.inputsOf(part),
});

function layerOf(name: string, size: number, values: readonly number[], converged: boolean): SubsetLayer {
  const count = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / count;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const std = count > 1 ? Math.sqrt(squares / (count - 1)) : null;
  return {
    ...{ name, size, values: [...values], converged, mean, std },
    qbert: std === null ? null : Math.abs(mean) + std,
  };
}
