/**
 * A program on a batch that may be larger than memory. It is compiled for the samples of one part; the inputs of all
 * parts lie on the GPU and are copied into place one part after the other. What is computed does not matter here:
 * whoever runs the parts adds up their results.
 */

import { type Lowered, lower } from "../gpu/lower.ts";
import { type Plan, planMemory } from "../gpu/plan.ts";
import { type Around, type HeldInputs, Program } from "../gpu/program.ts";
import type { VectorLayouts } from "../gpu/slots.ts";
import type { Command } from "../gpu/submitter.ts";
import type { StagedGraph } from "../gpu/survey.ts";
import type { KernelChoices } from "../gpu/tiling.ts";
import type { VectorLayout } from "../gpu/vectorLayout.ts";
import type { Graph } from "../model/graph.ts";
import type { Engines } from "./device.ts";
import type { Inputs, Partition } from "./partition.ts";

/** A program before anything is allocated. */
export interface Blueprint {
  readonly lowered: Lowered;
  readonly plan: Plan;
  /** Vectors per product. */
  readonly probes: number;
  readonly partition: Partition;
  /** Of the inputs of all parts, where there is more than one. */
  readonly heldBytes: number;
}

export interface BlueprintOptions {
  readonly layout: VectorLayout;
  /** Of v and hv, where they are not those of theta. */
  readonly layouts?: Partial<VectorLayouts>;
  readonly probes: number;
  readonly maxBindings: number;
  /** Tilings other than the usual ones. */
  readonly choices?: KernelChoices;
  readonly partition: Partition;
}

/** Lowers a graph that was made from that of one part, and plans its memory. */
export const drawBlueprint = (staged: StagedGraph, options: BlueprintOptions): Blueprint =>
  planBlueprint(staged.graph, lower(staged, options), options);

/** Plans the memory of a graph that has been lowered, for as many probes as fit its kernels. */
export function planBlueprint(
  graph: Graph,
  lowered: Lowered,
  { probes, partition }: Pick<BlueprintOptions, "probes" | "partition">,
): Blueprint {
  const slots = [
    ...withSamples(graph).flatMap(({ name }) => lowered.inputs.get(name)?.slot ?? []),
    ...lowered.rowLists.flatMap(({ first, next }) => [first.slot, next.slot]),
  ];
  const perPart = slots.reduce((bytes, { floats }) => bytes + 4 * floats, 0);
  const parts = partition.rows.length;
  const heldBytes = parts === 1 ? 0 : parts * perPart;
  return { lowered, plan: planMemory(lowered, probes), probes, partition, heldBytes };
}

/** The forward graph as a program of its own, without derivatives: loss and logits at `theta`. */
export function drawForward(options: Omit<BlueprintOptions, "probes">): Blueprint {
  const { graph } = options.partition;
  return drawBlueprint({ graph, stage: new Uint8Array(graph.nodes.length) }, { ...options, probes: 1 });
}

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

/** Of the whole batch. */
export interface Evaluated {
  readonly loss: number;
  /** Row-major [rows of targets, classes]. */
  readonly logits: Float32Array;
}

const OUTPUTS = ["loss", "logits"] as const;

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
    const { lowered, plan, probes, partition } = blueprint;
    const program = await Program.create({
      ...{ device: gpu.device, pipelines, submitter, lowered, plan, probes, vectors },
      ...(onCompiled ? { onCompiled } : {}),
    });
    const held: HeldInputs[] = [];
    try {
      const parts = partition.rows.length;
      const fixed = parts === 1 ? { ...partition.states, ...partition.inputsOf(0) } : partition.states;
      for (const [name, values] of Object.entries(fixed)) program.write(name, values);
      for (let part = 0; parts > 1 && part < parts; part++)
        held.push(await program.hold(partition.inputsOf(part)));
    } catch (error) {
      for (const { buffer } of held) buffer.destroy();
      program.destroy();
      throw error;
    }
    return new BatchedProgram(blueprint, program, held);
  }

  get parts(): number {
    return this.#blueprint.partition.rows.length;
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

  /** The same, collecting the loss and the logits. The losses of the parts are added in float64. */
  async evaluate(after: AfterPart = () => {}, signal?: AbortSignal): Promise<Evaluated> {
    const losses: Float32Array[] = [];
    const logits: Float32Array[] = [];
    await this.primal(async (part) => {
      losses.push((await this.program.read("loss"))[0]);
      logits.push((await this.program.read("logits"))[0]);
      await after(part);
    }, signal);
    return this.#joined(losses, logits);
  }

  /** Bytes that one evaluation leaves behind. */
  get savedBytes(): number {
    return this.parts * OUTPUTS.reduce((sum, name) => sum + this.program.outputBytes(name), 0);
  }

  /** An evaluation as commands, which leave its loss and logits in a buffer from byte `at` on. */
  evaluation(to: GPUBuffer, at: number): Command[] {
    const perPart = this.savedBytes / this.parts;
    return Array.from({ length: this.parts }, (_, part): Command[] => {
      const begin = at + part * perPart;
      return [
        ...(this.parts > 1 ? this.program.loading(this.#held[part]) : []),
        ...this.program.primal,
        this.program.saving("loss", to, begin),
        this.program.saving("logits", to, begin + this.program.outputBytes("loss")),
      ];
    }).flat();
  }

  /** What such an evaluation left behind. */
  saved(bytes: ArrayBuffer, at: number): Evaluated {
    const perPart = this.savedBytes / this.parts;
    const begins = Array.from({ length: this.parts }, (_, part) => at + part * perPart);
    const after = this.program.outputBytes("loss");
    return this.#joined(
      begins.map((begin) => this.program.saved("loss", bytes, begin)),
      begins.map((begin) => this.program.saved("logits", bytes, begin + after)),
    );
  }

  /** From the losses and logits of the parts. */
  #joined(losses: readonly Float32Array[], found: readonly Float32Array[]): Evaluated {
    const { rows } = this.#blueprint.partition;
    const loss = losses.reduce((sum, [part]) => sum + part, 0);
    const classes = this.program.shape("logits")[1];
    const logits = new Float32Array(rows.reduce((sum, n) => sum + n, 0) * classes);
    let at = 0;
    found.forEach((part, i) => {
      logits.set(part.subarray(0, rows[i] * classes), at);
      at += rows[i] * classes;
    });
    return { loss, logits };
  }

  /**
   * Runs the tangent program on each part in turn. The residuals of a single part are those of the last `primal`;
   * several parts share the memory of one, so theirs are computed again. The copies go with the first part.
   */
  async tangent(after: AfterPart, signal?: AbortSignal, around?: Around): Promise<void> {
    for (let part = 0; part < this.parts; part++) {
      if (this.parts > 1) await this.#primalOf(part, signal);
      await this.program.runTangent(signal, part === 0 ? around : undefined);
      await after(part);
    }
  }

  /**
   * Primal and tangent program of one part, with other values of some of its inputs. `use` reads the results; then the part has
   * its own inputs and residuals again, whatever happens.
   */
  async withInputs(
    part: number,
    inputs: Inputs,
    use: () => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    const { partition } = this.#blueprint;
    try {
      if (this.parts > 1) this.program.load(this.#held[part]);
      for (const [name, values] of Object.entries(inputs)) this.program.write(name, values);
      await this.program.runPrimal(signal);
      await this.program.runTangent(signal);
      await use();
    } finally {
      // Several parts load their inputs before each use.
      if (this.parts === 1) {
        const own = partition.inputsOf(part);
        for (const name of Object.keys(inputs)) this.program.write(name, own[name]);
        await this.program.runPrimal();
      }
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

/** Inputs that differ from part to part. */
const withSamples = (graph: Graph) => graph.inputs.filter(({ role }) => role !== "state");
