/**
 * A program on a batch that may be larger than memory. The program is compiled for m samples; a batch of N is cut into
 * ceil(N / m) parts, whose inputs lie on the GPU and are copied into place one part after the other. What is computed
 * does not matter here: whoever runs the parts adds up their results.
 *
 * Targets carry the weight 1/N of their sample, so the sum over parts is the mean over the batch. The last part is
 * filled with copies of its first sample of weight zero: the cross-entropy is linear in the targets, so these add exact
 * zeros to the loss and to every derivative.
 */

import { type Lowered, lower } from "../gpu/lower.ts";
import { type Plan, planMemory } from "../gpu/plan.ts";
import { type HeldInputs, Program } from "../gpu/program.ts";
import type { StagedGraph } from "../gpu/survey.ts";
import type { VectorLayout } from "../gpu/vectorLayout.ts";
import { type Graph, sizeOf } from "../model/graph.ts";
import type { Engines } from "./device.ts";

/** Values of graph inputs by name, row-major. */
export type Inputs = Readonly<Record<string, Float32Array | Int32Array>>;

/** A program before anything is allocated. */
export interface Blueprint {
  /** For the samples of one part. */
  readonly graph: Graph;
  readonly lowered: Lowered;
  readonly plan: Plan;
  /** Vectors per product. */
  readonly probes: number;
  /** Of the whole batch. */
  readonly inputs: Inputs;
  /** In the whole batch, and in a part. */
  readonly samples: number;
  readonly samplesPerPart: number;
  readonly parts: number;
  /** Of the inputs of all parts, where there is more than one. */
  readonly heldBytes: number;
}

export interface BlueprintOptions {
  readonly layout: VectorLayout;
  readonly probes: number;
  readonly maxBindings: number;
  /** Of the whole batch. */
  readonly inputs: Inputs;
}

/** Lowers a graph that was built for the samples of one part, and plans its memory. */
export function drawBlueprint(staged: StagedGraph, options: BlueprintOptions): Blueprint {
  const { probes, inputs } = options;
  const { graph } = staged;
  const lowered = lower(staged, options);
  const { samples, samplesPerPart } = countSamples(graph, inputs);
  const parts = Math.ceil(samples / samplesPerPart);
  const slots = [
    ...withSamples(graph).flatMap(({ name }) => lowered.inputs.get(name)?.slot ?? []),
    ...lowered.rowLists.flatMap(({ first, next }) => [first.slot, next.slot]),
  ];
  const perPart = slots.reduce((bytes, { floats }) => bytes + 4 * floats, 0);
  const heldBytes = parts === 1 ? 0 : parts * perPart;
  const plan = planMemory(lowered, probes);
  return { graph, lowered, plan, probes, inputs, samples, samplesPerPart, parts, heldBytes };
}

/** The forward graph of one part as a program of its own, without derivatives: loss and logits at `theta`. */
export const drawForward = (graph: Graph, options: Omit<BlueprintOptions, "probes">): Blueprint =>
  drawBlueprint({ graph, stage: new Uint8Array(graph.nodes.length) }, { ...options, probes: 1 });

/** What a program will allocate. */
export const bytesOf = ({ plan, heldBytes }: Blueprint): number =>
  plan.bytes.residuals + plan.bytes.temporaries + heldBytes;

export interface BatchedOptions extends Engines {
  readonly blueprint: Blueprint;
  /** Buffers of the parameter vectors by name: theta, grad, v, hv. */
  readonly vectors: Readonly<Record<string, GPUBuffer>>;
  readonly onCompiled?: (done: number, total: number) => void;
}

/** What is done after a part: its results are in the program's outputs and vectors until the next part begins. */
export type AfterPart = (part: number) => Promise<void> | void;

export class BatchedProgram {
  readonly program: Program;
  readonly #blueprint: Blueprint;
  /** Empty where one part is the whole batch: its inputs are in place. */
  readonly #held: readonly HeldInputs[];

  private constructor(blueprint: Blueprint, program: Program, held: readonly HeldInputs[]) {
    this.#blueprint = blueprint;
    this.program = program;
    this.#held = held;
  }

  /** Allocates, compiles and uploads the inputs. Throws if the device runs out of memory. */
  static async create(options: BatchedOptions): Promise<BatchedProgram> {
    const { gpu, pipelines, submitter, blueprint, vectors, onCompiled } = options;
    const { graph, lowered, plan, probes, inputs, parts } = blueprint;
    const program = await Program.create({
      ...{ device: gpu.device, pipelines, submitter, lowered, plan, probes, vectors },
      ...(onCompiled ? { onCompiled } : {}),
    });
    const held: HeldInputs[] = [];
    try {
      for (const { name, role } of graph.inputs)
        if (role === "state" || parts === 1) program.write(name, inputs[name]);
      for (let part = 0; parts > 1 && part < parts; part++)
        held.push(await program.hold(inputsOfPart(blueprint, part)));
    } catch (error) {
      for (const { buffer } of held) buffer.destroy();
      program.destroy();
      throw error;
    }
    return new BatchedProgram(blueprint, program, held);
  }

  get parts(): number {
    return this.#blueprint.parts;
  }

  get bytes(): number {
    return this.program.bytes + this.#held.reduce((bytes, { buffer }) => bytes + buffer.size, 0);
  }

  /** Runs the primal program on each part in turn. */
  async primal(after: AfterPart, signal?: AbortSignal): Promise<void> {
    for (let part = 0; part < this.parts; part++) {
      await this.#primalOf(part, signal);
      await after(part);
    }
  }

  /** The same for the loss [] and the logits [samples, classes] alone. The losses of the parts are added in float64. */
  async evaluate(
    after: AfterPart = () => {},
    signal?: AbortSignal,
  ): Promise<{ readonly loss: number; readonly logits: Float32Array }> {
    const { samples, samplesPerPart } = this.#blueprint;
    const rows: Float32Array[] = [];
    let loss = 0;
    await this.primal(async (part) => {
      loss += (await this.program.read("loss"))[0][0];
      rows.push((await this.program.read("logits"))[0]);
      await after(part);
    }, signal);
    const classes = rows[0].length / samplesPerPart;
    const logits = new Float32Array(samples * classes);
    rows.forEach((row, part) => {
      const at = part * row.length;
      logits.set(row.subarray(0, logits.length - at), at);
    });
    return { loss, logits };
  }

  /**
   * Runs the tangent program on each part in turn. The residuals of a single part are those of the last `primal`;
   * several parts share the memory of one, so theirs are computed again.
   */
  async tangent(after: AfterPart, signal?: AbortSignal): Promise<void> {
    for (let part = 0; part < this.parts; part++) {
      if (this.parts > 1) await this.#primalOf(part, signal);
      await this.program.runTangent(signal);
      await after(part);
    }
  }

  destroy(): void {
    for (const { buffer } of this.#held) buffer.destroy();
    this.program.destroy();
  }

  async #primalOf(part: number, signal?: AbortSignal): Promise<void> {
    if (this.parts > 1) this.program.load(this.#held[part]);
    await this.program.runPrimal(signal);
  }
}

/** Inputs with one row a sample: their first axis is the batch. */
const withSamples = (graph: Graph) => graph.inputs.filter(({ role }) => role !== "state");

function countSamples(graph: Graph, inputs: Inputs): Pick<Blueprint, "samples" | "samplesPerPart"> {
  const [first] = withSamples(graph);
  if (first === undefined || first.shape.length === 0) return { samples: 1, samplesPerPart: 1 };
  const samplesPerPart = first.shape[0];
  return { samples: (inputs[first.name].length * samplesPerPart) / sizeOf(first.shape), samplesPerPart };
}

/** The samples of a part, the last part filled with copies of its first sample that have no weight. */
function inputsOfPart({ graph, inputs, samplesPerPart }: Blueprint, part: number): Inputs {
  const cut = withSamples(graph).map(({ name, shape, role }) => {
    const size = sizeOf(shape);
    const row = size / samplesPerPart;
    const values = inputs[name].subarray(part * size, (part + 1) * size);
    const filled = values instanceof Int32Array ? new Int32Array(size) : new Float32Array(size);
    filled.set(values);
    if (role === "data")
      for (let at = values.length; at < size; at += row) filled.set(values.subarray(0, row), at);
    return [name, filled] as const;
  });
  return Object.fromEntries(cut);
}
