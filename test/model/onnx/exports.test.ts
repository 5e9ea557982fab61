import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { Builder } from "../../../src/autograd/builder.ts";
import { interpret } from "../../../src/autograd/interpret.ts";
import { linearize } from "../../../src/autograd/linearize.ts";
import { makeBatch } from "../../../src/model/batch.ts";
import { sizeOf } from "../../../src/model/graph.ts";
import { type OnnxNetwork, readOnnx } from "../../../src/model/onnx/network.ts";
import { toFileLayout, unflatten } from "../../../src/model/paramLayout.ts";
import type { Tensor, Tensors } from "../../../src/model/tensor.ts";

/**
 * Files by PyTorch's exporter, written by tools/exports/make.py, and PyTorch's float64 numbers. The networks are those of
 * torchvision, a ViT and a BERT; the files in the repository have few channels. EIGENSCOPE_EXPORTS names a folder with
 * others, such as the full-size ones.
 */

interface Golden {
  readonly size: number;
  readonly samples: number;
  readonly classes: number;
  readonly words?: number;
  readonly loss: number;
  /** Norm of the tensor's part of Hv, and its product with v. */
  readonly hv: Readonly<Record<string, readonly [number, number]>>;
}

/** As `sequence` and `batch` of make.py. */
const sequence = (count: number, modulus: number): number[] =>
  Array.from({ length: count }, (_, i) => (i * 7919 + 13) % modulus);

function batchOf({ size, samples, classes, words }: Golden): Tensors {
  const arrays: Tensor[] = [];
  const ints = (name: string, shape: readonly number[], data: readonly number[]) =>
    arrays.push({ name, dtype: "<i4", shape, data: Int32Array.from(data) });
  if (words === undefined) {
    const shape = [samples, 3, size, size];
    const data = Float32Array.from(sequence(sizeOf(shape), 1009), (k) => k / 504.5 - 1);
    arrays.push({ name: "images", dtype: "<f4", shape, data });
  } else {
    const mask = Array.from({ length: samples * size }, (_, i) =>
      i % size < size - 2 * Math.floor(i / size) ? 1 : 0,
    );
    const ids = sequence(samples * size, words - 2);
    ints(
      "input_ids",
      [samples, size],
      ids.map((k, i) => (mask[i] === 1 ? k + 2 : 1)),
    );
    ints("attention_mask", [samples, size], mask);
    ints(
      "token_type_ids",
      [samples, size],
      mask.map((m, i) => (2 * (i % size) >= size ? m : 0)),
    );
  }
  ints(
    "labels",
    [samples],
    Array.from({ length: samples }, (_, n) => (3 * n + 1) % classes),
  );
  return new Map(arrays.map((array) => [array.name, array]));
}

const wave = (size: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => Math.cos(0.11 * i));

/** Loss and, per tensor, the numbers of the golden file, in float64. */
function measure(net: OnnxNetwork, arrays: Tensors, { samples, size }: Golden): Pick<Golden, "loss" | "hv"> {
  const { input, classes } = net.architecture;
  const batch = makeBatch(arrays, {
    file: "b",
    input,
    classes,
    start: 0,
    count: samples,
    mean: null,
    std: null,
  });
  const builder = new Builder();
  const { states, data } = net.build(builder, {
    ...{ batchSize: samples, bn: "eval", height: size, width: size },
    ...(batch.shapes === undefined ? {} : { shapes: batch.shapes }),
  });
  const staged = linearize(builder.finish()).graph;
  const given = Object.entries({ ...states, ...data(batch.inputs), targets: batch.targets });
  const tangent = new Float64Array(net.parameters.length);
  for (const { offset, size: n } of staged.params) tangent.set(wave(n), offset);
  const names = staged.params.map(({ name }) => `hv:${name}`).filter((name) => name in staged.outputs);
  const found = interpret(
    staged,
    {
      params: unflatten(staged.params, net.parameters),
      inputs: Object.fromEntries(given.map(([name, x]) => [name, Float64Array.from(x)])),
      tangents: unflatten(staged.params, tangent),
    },
    ["loss", ...names],
  );
  const hv = staged.params.map((param) => {
    const part = toFileLayout(param, found[`hv:${param.name}`] ?? new Float64Array(param.size));
    const along = wave(param.size).reduce((sum, v, i) => sum + v * part[i], 0);
    return [param.name, [Math.sqrt(part.reduce((sum, v) => sum + v * v, 0)), along]] as const;
  });
  return { loss: found.loss[0], hv: Object.fromEntries(hv) };
}

const own = new URL("../../fixtures/exports/", import.meta.url);
const given = process.env.EIGENSCOPE_EXPORTS;
const folders = [own, ...(given === undefined ? [] : [pathToFileURL(`${given}/`)])];

describe.each(folders.filter((folder) => existsSync(folder)))("exports in %s", (folder) => {
  const goldens: Record<string, Golden> = JSON.parse(readFileSync(new URL("golden.json", folder), "utf8"));

  test.each(Object.entries(goldens))(
    "%s has PyTorch's parameters, loss and product",
    (name, golden) => {
      const arrays = batchOf(golden);
      const net = readOnnx(new Uint8Array(readFileSync(new URL(`${name}.onnx`, folder))), `${name}.onnx`, {
        ...{ scratch: new Builder(), arrays, height: golden.size, width: golden.size },
      });
      const names = net.architecture.parameters.map((parameter) => parameter.name);
      expect(names.toSorted()).toEqual(Object.keys(golden.hv).toSorted());
      const { loss, hv } = measure(net, arrays, golden);
      // Constants of a file are float32: the root of 2 in GELU, 1 / 6 and the like.
      expect(Math.abs(loss / golden.loss - 1)).toBeLessThan(1e-7);
      const scale = Math.max(...Object.values(golden.hv).map(([norm]) => norm));
      for (const [tensor, [norm, along]] of Object.entries(golden.hv)) {
        const tolerance = 1e-6 * (norm + 1e-3 * scale);
        expect(Math.abs(hv[tensor][0] - norm), tensor).toBeLessThan(tolerance);
        expect(Math.abs(hv[tensor][1] - along), tensor).toBeLessThan(
          tolerance *
            Math.sqrt(sizeOf(net.architecture.parameters.find((p) => p.name === tensor)?.shape ?? [])),
        );
      }
    },
    600_000,
  );
});
