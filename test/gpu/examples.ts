import { interpret } from "../../src/autograd/interpret.ts";
import { linearize, type Staged } from "../../src/autograd/linearize.ts";
import { lower } from "../../src/gpu/lower.ts";
import { PipelineCache } from "../../src/gpu/pipelines.ts";
import { planMemory } from "../../src/gpu/plan.ts";
import { Program } from "../../src/gpu/program.ts";
import { Submitter } from "../../src/gpu/submitter.ts";
import { VectorLayout } from "../../src/gpu/vectorLayout.ts";
import type { Graph } from "../../src/model/graph.ts";
import { parameterCount } from "../../src/model/graph.ts";
import { flatten, unflatten } from "../../src/model/paramLayout.ts";
import type { Engines } from "../../src/run/device.ts";
import { HessianOperator } from "../../src/run/hessian.ts";
import { HESSIAN, type Matrix } from "../../src/run/matrix.ts";
import { type Partition, wholeBatch } from "../../src/run/partition.ts";
import { randomInputs } from "../autograd/nets.ts";
import { seeded } from "../autograd/seeded.ts";
import { dawn } from "./dawn.ts";

/** A graph with float32 values for all its leaves, so that both precisions start from the same numbers. */
export interface Example {
  readonly graph: Graph;
  /** Flat, in file order. */
  readonly parameters: Float32Array;
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  /** By default the whole batch at once. */
  readonly partition?: Partition;
}

export function example(graph: Graph, seed = 1): Example {
  const random = seeded(seed);
  const parameters = Float32Array.from({ length: parameterCount(graph) }, () => 2 * random() - 1);
  const inputs = Object.fromEntries(
    Object.entries(randomInputs(graph, random)).map(([name, x]) => [name, Float32Array.from(x)]),
  );
  return { graph, parameters, inputs };
}

/** A flat vector of float32 values. */
export function randomVector(n: number, seed: number): Float64Array {
  const random = seeded(seed);
  return Float64Array.from({ length: n }, () => Math.fround(2 * random() - 1));
}

export const unitVector = (n: number, i: number): Float64Array => {
  const unit = new Float64Array(n);
  unit[i] = 1;
  return unit;
};

/** Loss, gradient and product by the float64 interpreter, flat in file order. */
export function inFloat64(
  { graph, parameters, inputs }: Example,
  v: Float64Array,
  staged = linearize(graph),
) {
  const results = interpret(staged.graph, {
    params: unflatten(graph.params, parameters),
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, Float64Array.from(x)])),
    tangents: unflatten(graph.params, v),
  });
  const flat = (prefix: string): Float64Array =>
    flatten(
      graph.params,
      Object.fromEntries(
        graph.params.map((p) => [p.name, results[prefix + p.name] ?? new Float64Array(p.size)]),
      ),
    );
  return { loss: results.loss?.[0], logits: results.logits, gradient: flat("grad:"), hv: flat("hv:") };
}

let compiled: PipelineCache | null = null;

/** The device, the pipelines of this file's tests (compiling takes most of their time), and a submitter. */
export async function engines(rate = 1e6): Promise<Engines> {
  const gpu = await dawn();
  compiled ??= new PipelineCache(gpu.device);
  return { gpu, pipelines: compiled, submitter: new Submitter(gpu.device, rate) };
}

/** The operator, its primal program run. */
export async function hessianOf(
  { graph, parameters, inputs, partition = wholeBatch(graph, inputs) }: Example,
  probes = 1,
  shared?: Engines,
  matrix: Matrix = HESSIAN,
): Promise<HessianOperator> {
  const operator = await HessianOperator.create({
    ...(shared ?? (await engines())),
    ...{ partition, parameters, probes, matrix },
    ...{ krylovVectors: 0, budget: 1e9, advice: "use less" },
  });
  await operator.prepare();
  return operator;
}

/** H v for up to k vectors at once. */
export async function products(
  operator: HessianOperator,
  columns: readonly Float64Array[],
  signal?: AbortSignal,
): Promise<Float64Array[]> {
  const { space } = operator;
  const [v, out] = [space.create(), space.create()];
  try {
    space.write(v, columns);
    await operator.apply(v, out, signal);
    return (await space.read(out)).slice(0, columns.length);
  } finally {
    space.release(v);
    space.release(out);
  }
}

/** The `hv` of any staged graph of the example, lowered as the operator does it. */
export async function productOf(staged: Staged, example: Example, v: Float64Array): Promise<Float64Array> {
  const { gpu, pipelines, submitter } = await engines();
  const { device } = gpu;
  const layout = new VectorLayout(example.graph.params);
  const lowered = lower(staged, { layout, probes: 1, maxBindings: 8 });
  const size = 4 * layout.extent;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = () => device.createBuffer({ size, usage });
  const vectors = { theta: buffer(), grad: buffer(), v: buffer(), hv: buffer() };
  const plan = planMemory(lowered, 1);
  const program = await Program.create({ device, pipelines, submitter, lowered, plan, probes: 1, vectors });
  for (const input of lowered.inputs.keys()) program.write(input, example.inputs[input]);
  for (const [name, flat] of [
    ["theta", example.parameters],
    ["v", v],
  ] as const)
    device.queue.writeBuffer(vectors[name], 0, layout.pack(flat) as Float32Array<ArrayBuffer>);
  await program.runPrimal();
  await program.runTangent();
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(vectors.hv, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const hv = layout.unpack(new Float32Array(staging.getMappedRange()));
  for (const held of [staging, ...Object.values(vectors)]) held.destroy();
  program.destroy();
  return hv;
}

export function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

/** ||got - want|| / ||want||; the numerator alone where `want` is zero. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Number.NaN;
  let error = 0;
  for (let i = 0; i < want.length; i++) error += (got[i] - want[i]) ** 2;
  return Math.sqrt(error) / (Math.sqrt(dot(want, want)) || 1);
}

/** The outputs of a graph without parameters. */
export async function onGpu(
  graph: Graph,
  inputs: Record<string, Float64Array>,
  safe?: PipelineCache,
): Promise<Record<string, Float32Array>> {
  const { gpu, submitter, ...usual } = await engines();
  const pipelines = safe ?? usual.pipelines;
  const layout = new VectorLayout(graph.params);
  const lowered = lower(
    { graph, stage: new Uint8Array(graph.nodes.length) },
    { layout, probes: 1, maxBindings: 8 },
  );
  const program = await Program.create({
    ...{ device: gpu.device, pipelines, submitter },
    lowered,
    plan: planMemory(lowered, 1),
    probes: 1,
    vectors: {},
  });
  for (const { name, dtype } of graph.inputs)
    program.write(name, (dtype === "i32" ? Int32Array : Float32Array).from(inputs[name]));
  await program.runPrimal();
  const results: Record<string, Float32Array> = {};
  for (const name of Object.keys(graph.outputs)) [results[name]] = await program.read(name);
  program.destroy();
  return results;
}
