/** The float64 interpreter as a command, for networks that are too large for the tests. */

import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { interpret } from "../../src/autograd/interpret.ts";
import { linearize } from "../../src/autograd/linearize.ts";
import { flatten, unflatten } from "../../src/model/paramLayout.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import { bytesOf, npyBytes, npyHeader } from "../model/files.ts";

const HELP = `node tools/interpret.mjs --model FILE --data FILE.npz --out FILE.npy [flags]

Loss, gradient norm and the Hessian times v_i = cos(0.11 i) / sqrt(n) in float64 by the interpreter of graphs; the product
is written as float64.

  --start I        first sample (default 0)
  --batch-size N   samples (default 1)
  --bn eval|batch  BatchNorm (default eval)
`;

export async function main(argv: readonly string[]): Promise<number> {
  const option = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { model: option, data: option, out: option, start: option, "batch-size": option, bn: option },
  });
  const { model, data, out, bn = "eval" } = values;
  if (model === undefined || data === undefined || out === undefined || (bn !== "eval" && bn !== "batch")) {
    process.stderr.write(HELP);
    return 2;
  }
  const file = (path: string) => ({ name: basename(path), bytes: new Uint8Array(readFileSync(path)) });
  const loaded = await loadModel(
    { kind: "files", files: [file(model)], options: {} },
    { kind: "files", files: [file(data)], options: { mean: null, std: null } },
    () => Promise.reject(new Error("nothing is bundled here")),
  );
  const batchSize = Number(values["batch-size"] ?? 1);
  const start = Number(values.start ?? 0);
  const { graph, parameters, inputs } = poseProblem(loaded, { bn, start, batchSize });
  const n = parameters.length;
  const v = Float64Array.from({ length: n }, (_, i) => Math.cos(0.11 * i) / Math.sqrt(n));
  const results = interpret(linearize(graph).graph, {
    params: unflatten(graph.params, parameters),
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, Float64Array.from(x)])),
    tangents: unflatten(graph.params, v),
  });
  const flat = (prefix: string): Float64Array =>
    flatten(graph.params, Object.fromEntries(graph.params.map((p) => [p.name, results[prefix + p.name]])));
  const norm = (x: Float64Array): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  const hv = flat("hv:");
  writeFileSync(out, npyBytes(npyHeader("<f8", [n]), bytesOf(hv)));
  process.stdout.write(
    `${loaded.card.architecture}, ${n} parameters, ${batchSize} samples, BatchNorm ${bn}\n` +
      `loss ${results.loss[0]}  gradient norm ${norm(flat("grad:"))}  product norm ${norm(hv)}\n`,
  );
  return 0;
}
