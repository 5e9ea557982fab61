/** What can be counted without a GPU: operations, dispatches, bytes and pipelines of a product. */
import { linearize } from "../src/autograd/linearize.ts";
import { macsOf } from "../src/autograd/macs.ts";
import { gradient } from "../src/autograd/vjp.ts";
import type { Kernel } from "../src/gpu/kernel.ts";
import { shareTexts } from "../src/gpu/sharing.ts";
import { VectorLayout } from "../src/gpu/vectorLayout.ts";
import { type Blueprint, bytesOf, drawBlueprint } from "../src/run/batched.ts";
import { chooseHessian } from "../src/run/fit.ts";
import type { PlannedFor } from "../src/run/hessian.ts";
import type { Case } from "./cases.ts";

export interface CountRow {
  readonly model: string;
  readonly batch: number;
  readonly parameters: number;
  /** Of the matrix products and convolutions in the graph. */
  readonly forwardFlops: number;
  readonly hvpFlops: number;
  readonly hvpInForwards: number;
  readonly dispatches: number;
  readonly primalDispatches: number;
  /** Operands and results of all dispatches of a product, each once. */
  readonly bytesMoved: number;
  /** Distinct texts of the two programs. */
  readonly pipelines: number;
  /** Program and parameter vectors of a product, and of a gradient by a program of its own. */
  readonly hvpBytes: number;
  readonly gradientBytes: number;
  readonly hvpPerGradientBytes: number;
}

/** Bytes that any plan here may use. */
export const BUDGET = 8e9;

/** As SwiftShader and most desktop GPUs have them. */
const LIMITS = {
  ...{ maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 30, maxStorageBuffersPerShaderStage: 16 },
};

/** Floating-point operations of the matrix products and convolutions: of a forward pass, and of one product. */
export function countFlops({ graph }: Pick<Case["problem"], "graph">): {
  readonly forward: number;
  readonly hvp: number;
} {
  const { graph: linearised, stage } = linearize(graph);
  const sum = (of: typeof graph, counts: (id: number) => boolean): number =>
    of.nodes.reduce((flops, node, id) => flops + (counts(id) ? 2 * macsOf(of, node) : 0), 0);
  return { forward: sum(graph, () => true), hvp: sum(linearised, (id) => stage[id] === 1) };
}

/** The gradient as a program of its own, as a training step would have it. */
export function gradientBlueprint({ problem }: Case, { limits }: PlannedFor["gpu"]): Blueprint {
  const slope = gradient(problem.graph);
  return drawBlueprint(
    { graph: slope, stage: new Uint8Array(slope.nodes.length) },
    {
      layout: new VectorLayout(problem.graph.params),
      ...{ probes: 1, maxBindings: limits.maxStorageBuffersPerShaderStage },
      partition: problem.cut(problem.batch.count),
    },
  );
}

const movedBytes = (kernels: readonly Kernel[]): number =>
  kernels.reduce(
    (sum, { bindings }) => sum + bindings.reduce((bytes, { slot }) => bytes + 4 * slot.floats, 0),
    0,
  );

export function countProduct(measured: Case): CountRow {
  const { problem } = measured;
  const gpu = { limits: LIMITS };
  const { plan } = chooseHessian({
    ...{ gpu, problem, microBatch: null, probes: 1, krylovVectors: 0, budget: BUDGET },
  });
  const { blueprint, layout } = plan;
  const { primal, tangent } = blueprint.lowered;
  const { forward, hvp } = countFlops(problem);
  const vector = 4 * layout.extent;
  const hvpBytes = bytesOf(blueprint) + 4 * vector;
  const gradientBytes = bytesOf(gradientBlueprint(measured, gpu)) + 2 * vector;
  return {
    ...{ model: measured.id, batch: measured.batch, parameters: problem.parameters.length },
    ...{ forwardFlops: forward, hvpFlops: hvp, hvpInForwards: hvp / forward },
    ...{ dispatches: tangent.length, primalDispatches: primal.length, bytesMoved: movedBytes(tangent) },
    pipelines: new Set(shareTexts([...primal, ...tangent]).map(({ wgsl }) => wgsl)).size,
    ...{ hvpBytes, gradientBytes, hvpPerGradientBytes: hvpBytes / gradientBytes },
  };
}
