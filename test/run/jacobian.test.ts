import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IN, jacobianTimes, OUT } from "../../src/autograd/activations.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { sizeOf, type Unit } from "../../src/model/index.ts";
import type { LocalEngine } from "../../src/run/engine.ts";
import { measureJacobians } from "../../src/run/jacobian.ts";
import type { Problem } from "../../src/run/problem.ts";
import type { JacobianAnswer, JacobianRequest } from "../../src/run/protocol.ts";
import { answersTo } from "../../src/run/questions.ts";
import { symmetricEigenvalues } from "../oracles/symmetricEigen.ts";
import { images, mlp, resnet8, settings, vectors } from "./files.ts";
import { activationGround, leavesOf, posed, undisturbed } from "./grounds.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const request = (more: Partial<JacobianRequest> = {}): JacobianRequest => ({
  ...{ units: [], samples: 2, steps: 400, probes: 1 },
  ...more,
});

/** Without a run around it. */
async function measured(problem: Problem, more: Partial<JacobianRequest>): Promise<JacobianAnswer> {
  return measureJacobians(await activationGround(problem), request(more), undisturbed(), () => {});
}

/** Singular values of the dense Jacobian in float64, ascending, of sample `c` of `columns`. */
function dense(problem: Problem, unit: Unit, c: number, columns: number): number[] {
  const { graph } = problem;
  const leaves = leavesOf(problem);
  const staged = jacobianTimes(graph, unit).graph;
  const [n, m] = [unit.input, unit.output].map((id) => sizeOf(graph.nodes[id].shape));
  const [own, part] = [n / columns, m / columns];
  const columnsOf = Array.from({ length: own }, (_, j) => {
    const v = new Float64Array(n);
    v[c * own + j] = 1;
    const product = interpret(staged, { ...leaves, tangents: { [IN]: v } })[`hv:${OUT}`];
    return product.slice(c * part, (c + 1) * part);
  });
  const rows = Array.from({ length: part }, (_, i) => Float64Array.from(columnsOf, (column) => column[i]));
  const short = part < own ? rows : columnsOf;
  const gram = short.map((x, i) =>
    Float64Array.from({ length: i + 1 }, (_, j) => x.reduce((sum, a, l) => sum + a * short[j][l], 0)),
  );
  return Array.from(symmetricEigenvalues(gram), (x) => Math.sqrt(Math.max(0, x)));
}

describe("singular values of a unit's Jacobian", () => {
  it("are right in convolutions where the shape changes; few steps bound them from within", async () => {
    const problem = await posed(resnet8(), images(4, 4), 2);
    const unit = (problem.graph.units as readonly Unit[])[1];
    const sigmas = [0, 1].map((c) => dense(problem, unit, c, 2));
    for (const steps of [8, 24]) {
      const [found] = (await measured(problem, { units: ["layer2.0"], steps })).units;
      expect([found.unit, found.rows, found.columns]).toEqual(["layer2.0", 24, 64]);
      expect(found.adjointDefect).toBeLessThan(1e-5);
      expect(found.orthogonality).toBeLessThan(1e-5);
      sigmas.forEach((sigma, c) => {
        const top = sigma[sigma.length - 1];
        const [largest, smallest] = [found.largest[c], found.smallest[c]];
        expect(largest.value).toBeLessThan(top * (1 + 1e-5));
        expect(smallest.value).toBeGreaterThan(sigma[0] - 1e-5 * top);
        expect(Math.abs(largest.value - top)).toBeLessThan(largest.residual + 1e-5 * top);
        if (steps === 24) expect(largest.converged && smallest.converged).toBe(true);
        if (steps === 24) expect(Math.abs(smallest.value - sigma[0])).toBeLessThan(1e-5 * top);
      });
    }
  });

  it("of coupled samples are those of one matrix: without a coupling, of all samples together", async () => {
    const problem = { ...(await posed(resnet8(), images(4, 4), 2)), coupled: true };
    await expect(measured(problem, { samples: 1 })).rejects.toThrow(
      /couples its samples: take all 2 of them/,
    );
    // The stage is its only unit.
    const { units, coupled } = await measured(problem, { units: ["layer2"], steps: 48 });
    const [found] = units;
    expect([coupled, found.unit, found.rows, found.columns]).toEqual([true, "layer2", 48, 128]);
    const unit = (problem.graph.units as readonly Unit[])[1];
    const sigma = [0, 1].flatMap((c) => dense(problem, unit, c, 2)).toSorted((a, b) => a - b);
    expect(found.largest).toHaveLength(1);
    expect(Math.abs(found.largest[0].value / sigma[47] - 1)).toBeLessThan(1e-5);
    expect(Math.abs(found.smallest[0].value - sigma[0])).toBeLessThan(1e-5 * sigma[47]);
  });

  it("are refused for names and numbers that do not fit", async () => {
    const problem = await posed(resnet8(), images(4, 4), 2);
    for (const [more, message] of [
      [{ units: ["layer9"] }, /"layer9": expected one of layer1.0, layer2.0, layer3.0, or a stage of them/],
      [{ samples: 0 }, /whole number of at least 1, not 0/],
      [{ steps: 0 }, /takes 1 to 1000 steps, not 0/],
      [{ probes: 0 }, /1 to 100 start vectors, not 0/],
    ] as const)
      await expect(measured(problem, more)).rejects.toThrow(message);
  });
});

describe("a run that is asked for the Jacobians of its units", () => {
  const gpu = new WatchedGpu();
  let engine: LocalEngine;
  beforeAll(async () => {
    engine = engineOn(gpu.entry);
    expect((await engine.load(mlp("tanh"), vectors())).kind).toBe("loaded");
    finished(await engine.run(settings({ steps: 1, probes: 1, traceProbes: 1, top: 0, bottom: 0 }), silent));
  });
  afterAll(() => engine.destroy());

  it("finds those of the dense float64 matrix of each sample, and gives its memory back", async () => {
    const before = gpu.liveBytes;
    const outcome = await engine.ask(
      { kind: "jacobian", request: request({ samples: 3, probes: 2 }) },
      silent,
    );
    const [answer] = answersTo(finished(outcome), "jacobian");
    expect(gpu.liveBytes).toBe(before);
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    expect(answer).toMatchObject({ samples: 3, coupled: false });
    expect(answer.units.map(({ unit, rows, columns }) => [unit, rows, columns])).toEqual([
      ["fc1", 5, 7],
      ["fc2", 3, 5],
    ]);
    const problem = await posed(mlp("tanh"), vectors(), 6);
    answer.units.forEach((found, i) => {
      const unit = (problem.graph.units as readonly Unit[])[i];
      expect(found.nodes).toHaveLength(6);
      for (let c = 0; c < 3; c++) {
        const sigma = dense(problem, unit, c, 6);
        const top = sigma[sigma.length - 1];
        expect(Math.abs(found.largest[c].value - top)).toBeLessThan(1e-5 * top);
        expect(Math.abs(found.smallest[c].value - sigma[0])).toBeLessThan(1e-5 * top);
      }
    });
    // fc2 is linear: the mean square over its probes is that of the matrix, the same for all samples.
    const square = dense(problem, (problem.graph.units as readonly Unit[])[1], 0, 6).reduce(
      (sum, s) => sum + (s * s) / 3,
      0,
    );
    const [low, high] = answer.units[1].meanSquare.interval95 ?? [0, 0];
    expect(low < square && square < high).toBe(true);
  });
});
