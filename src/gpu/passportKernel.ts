/** Measures the numerics passport of a device: one kernel, run twice; again on safe paths where a function misses its bound. */

import template from "../shaders/passport.wgsl?raw";
import { FUNCTIONS } from "./codegen.ts";
import { createBuffer, mapped } from "./memory.ts";
import { type Passport, readPassport } from "./passport.ts";
import { BIT_NAMES, BIT_ROWS, FUNCTION_ROWS, operands, POINTS, ROWS } from "./passportRows.ts";
import { PipelineCache } from "./pipelines.ts";
import { bestOf, nanPaths, nextPaths } from "./safeChoice.ts";
import { pathOf, type SafePath } from "./safePaths.ts";
import { expand } from "./template.ts";

/**
 * The passport of a device on the paths that its kernels are to take. What the first measurement finds decides; each further set of
 * paths is measured too, and the best one stays. Functions that were given up are listed as not used.
 */
export async function safePassport(device: GPUDevice): Promise<Passport> {
  const usual = await measurePassport(device);
  // The bits of a NaN are seen already: these need no second measurement.
  const keeping = nanPaths(usual);
  const measured: Passport[] = [{ ...usual, paths: keeping }];
  for (let next = nextPaths(measured[0]); next !== null; next = nextPaths(measured[measured.length - 1]))
    measured.push(await measurePassport(device, next));
  const best = bestOf(measured);
  const { nonFinite, repeatable } = usual;
  const left = usual.functions.filter(
    ({ name, used, passed }) => used && !passed && pathOf(name, best.paths ?? []) !== undefined,
  );
  return {
    ...best,
    functions: [...best.functions, ...left.map((row) => ({ ...row, used: false }))],
    nonFinite,
    repeatable: repeatable && best.repeatable,
  };
}

/** Measures; one pipeline, two dispatches. Throws if the kernel does not compile or the device is lost meanwhile. */
export async function measurePassport(device: GPUDevice, paths: readonly SafePath[] = []): Promise<Passport> {
  const [left, right] = [operands("left"), operands("right")];
  const pipeline = await new PipelineCache(device, paths).get(passportText(), "numerics passport");
  const [results, again] = await computeTwice(device, pipeline, left, right);
  return readPassport({ left, right, results }, again, paths);
}

/** The kernel, on the usual texts. */
export function passportText(): string {
  const bitTexts = BIT_NAMES.map((name) => BIT_ROWS[name].wgsl);
  const texts = [...FUNCTION_ROWS.map(({ wgsl }) => wgsl), ...bitTexts, "lost_in_sum(x, z)"];
  return expand(template, {
    FUNCTIONS: Object.values(FUNCTIONS).join("\n"),
    VEC4S: POINTS / 4,
    CASES: texts.map((text, row) => `    case ${row}u: { r = ${text}; }`).join("\n"),
  });
}

async function computeTwice(
  device: GPUDevice,
  pipeline: GPUComputePipeline,
  left: Uint32Array<ArrayBuffer>,
  right: Uint32Array<ArrayBuffer>,
): Promise<Uint32Array<ArrayBuffer>[]> {
  const size = left.byteLength;
  const made: GPUBuffer[] = [];
  const buffer = (usage: GPUBufferUsageFlags): GPUBuffer => {
    made.push(createBuffer(device, { label: "the numerics passport", size, usage }));
    return made[made.length - 1];
  };
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  try {
    const inputs = [left, right].map((values) => {
      const input = buffer(STORAGE | COPY_DST);
      device.queue.writeBuffer(input, 0, values);
      return input;
    });
    const outputs = [0, 1].map(() => ({
      results: buffer(STORAGE | COPY_SRC),
      staging: buffer(MAP_READ | COPY_DST),
    }));
    const encoder = device.createCommandEncoder();
    for (const { results, staging } of outputs) {
      const entries = [...inputs, results].map((bound, binding) => ({
        binding,
        resource: { buffer: bound },
      }));
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
      pass.dispatchWorkgroups(POINTS / 256, ROWS);
      pass.end();
      encoder.copyBufferToBuffer(results, 0, staging, 0, size);
    }
    device.queue.submit([encoder.finish()]);
    return await Promise.all(
      outputs.map(async ({ staging }) => new Uint32Array(await mapped(device, staging, size))),
    );
  } finally {
    for (const held of made) held.destroy();
  }
}
