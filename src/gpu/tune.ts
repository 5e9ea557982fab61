/**
 * Which tiling is fastest on this device: every kernel of a program that has a choice is run alone, in all of its tilings by
 * turns, on operands that are zero. Nothing of this happens in a run, whose bits it would decide.
 */

import type { Kernel } from "./kernel.ts";
import { createBuffers } from "./memory.ts";
import type { PipelineCache } from "./pipelines.ts";
import { bytesOfSlot } from "./plan.ts";
import { pipelineText, uniforms } from "./program.ts";
import { type SharedText, shareTexts } from "./sharing.ts";
import { type KernelShape, shapeKey, type Tiling } from "./tiling.ts";
import { tilingsFor } from "./tilings.ts";

export interface MeasuredShape {
  readonly shape: KernelShape;
  /** Kernels of one product that have this shape. */
  readonly uses: number;
  /** Milliseconds of the work alone, the usual tiling first. */
  readonly measured: readonly { readonly tiling: Tiling; readonly ms: number }[];
  /** The one of them to take: the usual one, or one that is clearly faster. */
  readonly chosen: number;
}

export interface TuneOptions {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  /** Of a program: what runs once, and what runs in each product. */
  readonly primal: readonly Kernel[];
  readonly tangent: readonly Kernel[];
  /** Vectors per product. */
  readonly probes: number;
  /** The device is a software adapter: it has other usual tilings, and workgroup memory makes its products slower. */
  readonly processor: boolean;
  /** After so long no further shape is begun: those that matter most come first. */
  readonly mostMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Shares of the usual time that another tiling may take at most, for machines are noisy and other bits need a reason. */
const CLEARLY = 0.92;
/** After two rounds, tilings that take so many times as long as the fastest are given up. */
const HOPELESS = 1.5;
const ROUNDS = 5;
/** A submit takes about so long: clocks of browsers are rounded to 0.1 ms, and pages freeze behind long submits. */
const TARGET_MS = 5;
/** Operations that the slowest devices do in as long. */
const FIRST_FLOPS = 1e7;
const MOST_REPEATS = 2048;

interface Candidate {
  readonly tiling: Tiling;
  readonly kernels: readonly Kernel[];
}

interface Subject {
  readonly shape: KernelShape;
  readonly uses: number;
  /** Of one time. */
  readonly flops: number;
  readonly candidates: readonly Candidate[];
}

interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly groups: readonly [number, number, number];
}

/** Resolves with what was measured until the time was over. Throws OutOfMemory, and AbortError between submits. */
export async function tune(options: TuneOptions): Promise<MeasuredShape[]> {
  const { signal, onProgress, mostMs } = options;
  const subjects = subjectsOf(options);
  const kernels = subjects.flatMap(({ candidates }) => candidates.flatMap((c) => c.kernels));
  const texts = new Map(shareTexts(kernels).map((text, i) => [kernels[i], text]));
  const found: MeasuredShape[] = [];
  const began = performance.now();
  for (const [i, subject] of subjects.entries()) {
    onProgress(i, subjects.length);
    signal.throwIfAborted();
    if (performance.now() - began > mostMs) break;
    found.push(await measured(subject, texts, options));
  }
  onProgress(subjects.length, subjects.length);
  return found;
}

/** The shapes that have a choice, those with the most work in a product first. */
function subjectsOf({ primal, tangent, probes, processor }: TuneOptions): Subject[] {
  const subjects = new Map<string, Subject>();
  for (const { tiled, flops, batched } of [...tangent, ...primal]) {
    if (tiled === undefined || subjects.has(shapeKey(tiled.shape))) continue;
    const key = shapeKey(tiled.shape);
    const tilings = tilingsFor(tiled.shape, processor).filter(
      ({ family }) => !processor || family === "registers",
    );
    if (tilings.length < 2) continue;
    subjects.set(key, {
      shape: tiled.shape,
      uses: tangent.filter((other) => other.tiled && shapeKey(other.tiled.shape) === key).length,
      flops: flops * (batched ? probes : 1),
      candidates: tilings.map((tiling) => ({ tiling, kernels: tiled.write(tiling) })),
    });
  }
  const weight = ({ uses, flops }: Subject): number => Math.max(uses, 0.5) * flops;
  return [...subjects.values()].sort((a, b) => weight(b) - weight(a));
}

async function measured(
  subject: Subject,
  texts: ReadonlyMap<Kernel, SharedText>,
  options: TuneOptions,
): Promise<MeasuredShape> {
  const { device, signal } = options;
  const { shape, uses, flops, candidates } = subject;
  const { works, release } = await prepared(candidates, texts, options);
  try {
    // The last stage of compilation waits for the first run.
    const first = Math.min(1, FIRST_FLOPS / flops);
    for (const work of works) await timed(device, work, first);
    const amount = await amountFor(device, works[0], first);
    const times = works.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      const fastest = Math.min(...times.map(least));
      for (const [i, work] of works.entries()) {
        signal.throwIfAborted();
        if (round >= 2 && i > 0 && least(times[i]) > HOPELESS * fastest) continue;
        times[i].push(await timed(device, work, amount));
      }
    }
    const ms = times.map(median);
    const best = ms.indexOf(Math.min(...ms));
    const isClear = ([usual, other]: readonly (readonly number[])[]): boolean =>
      median(other) < CLEARLY * median(usual) && least(other) < CLEARLY * least(usual);
    let clearly = best > 0 && isClear([times[0], times[best]]);
    if (clearly) {
      // The best of many may have been lucky: the two of them again, by themselves.
      const again: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        signal.throwIfAborted();
        again[0].push(await timed(device, works[0], amount));
        again[1].push(await timed(device, works[best], amount));
      }
      clearly = isClear(again);
    }
    const rows = candidates.map(({ tiling }, i) => ({ tiling, ms: ms[i] }));
    return { shape, uses, measured: rows, chosen: clearly ? best : 0 };
  } finally {
    release();
  }
}

const least = (times: readonly number[]): number => Math.min(...times);

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/** All candidates of a shape compiled, on buffers that they share where they read or write the same. */
async function prepared(
  candidates: readonly Candidate[],
  texts: ReadonlyMap<Kernel, SharedText>,
  { device, pipelines, probes }: TuneOptions,
): Promise<{ readonly works: readonly (readonly Dispatch[])[]; readonly release: () => void }> {
  const slots = new Set(candidates.flatMap((c) => c.kernels.flatMap((k) => k.bindings.map((b) => b.slot))));
  const made = await createBuffers(
    device,
    Array.from(slots, (slot) => ({
      label: "operands of a measurement",
      // Columns of a parameter vector lie farther apart in a run; the ends of these buffers stand for what lies beyond.
      size: Math.max(16, bytesOfSlot(slot, probes)),
      usage: GPUBufferUsage.STORAGE,
    })),
  );
  const buffers = new Map([...slots].map((slot, i) => [slot, made[i]]));
  const dispatch = async (kernel: Kernel): Promise<Dispatch> => {
    const text = texts.get(kernel) as SharedText;
    const pipeline = await pipelines.get(pipelineText(kernel, text), kernel.label);
    const { buffer, first, sizes } = uniforms(device, [text]);
    made.push(buffer);
    const operands = kernel.bindings.map(({ slot }) => ({ buffer: buffers.get(slot) as GPUBuffer }));
    const resources = [...operands, ...sizes.flatMap((entry) => entry ?? []), first];
    const entries = resources.map((resource, binding) => ({ binding, resource }));
    const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    return { pipeline, bindGroup, groups: [...kernel.groups, kernel.batched ? probes : 1] };
  };
  const release = (): void => {
    for (const buffer of made) buffer.destroy();
  };
  try {
    const works = await Promise.all(candidates.map((c) => Promise.all(c.kernels.map(dispatch))));
    return { works, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** How often the work goes into one submit, or which part of it. */
async function amountFor(device: GPUDevice, work: readonly Dispatch[], first: number): Promise<number> {
  let amount = first;
  for (;;) {
    const took = amount * (await timed(device, work, amount));
    if (took >= TARGET_MS || amount >= MOST_REPEATS) return amount;
    amount *= Math.min(8, Math.max(2, TARGET_MS / took));
    if (amount > 1) amount = Math.min(MOST_REPEATS, Math.ceil(amount));
  }
}

/** Milliseconds of one time. @param amount times, or a part of one: then about as many of the workgroups. */
async function timed(device: GPUDevice, work: readonly Dispatch[], amount: number): Promise<number> {
  const parts = work.map(({ groups }) => part(groups, amount));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let i = 0; i < amount; i++) {
    for (const [j, { pipeline, bindGroup }] of work.entries()) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...parts[j].groups);
    }
  }
  pass.end();
  const commands = encoder.finish();
  const began = performance.now();
  device.queue.submit([commands]);
  await device.queue.onSubmittedWorkDone();
  const took = performance.now() - began;
  return took / (amount < 1 ? parts[0].share : amount);
}

/** The first workgroups along the longest side, and which part of all they are. */
function part(groups: Dispatch["groups"], share: number) {
  const along = groups.indexOf(Math.max(...groups));
  const length = Math.max(1, Math.floor(Math.min(1, share) * groups[along]));
  const cut = groups.map((size, d) => (d === along ? length : size)) as [number, number, number];
  return { groups: cut, share: length / groups[along] };
}
