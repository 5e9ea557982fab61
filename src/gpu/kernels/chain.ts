import template from "../../shaders/chain.wgsl?raw";
import { ExprWriter } from "../codegen.ts";
import type { Work } from "../fuse.ts";
import { Binder, type Kernel } from "../kernel.ts";
import { expand } from "../template.ts";
import { type Body, elementwiseBody } from "./elementwise.ts";
import { reduceBody } from "./reduce.ts";

const WORKGROUP = 64;

/** Works that one workgroup does in turn (`chained` chooses them): pointwise ones and reductions in one pass. */
export function chainKernel(works: readonly Work[]): Kernel {
  const outputs = works.flatMap((work) => work.outputs);
  const binder = new Binder(new Set(outputs.map(({ view }) => view.slot)));
  const writer = new ExprWriter(binder);
  const bodies = works.map((work) => bodyOf(work, binder, writer));
  const steps = bodies.map(({ text }, i) => `\nfn step${i}(thread: u32, probe: u32) {\n  ${text}\n}`);
  const calls = bodies.map(
    ({ threads }, i) =>
      `  for (var thread = own; thread < ${threads}u; thread += ${WORKGROUP}u) { step${i}(thread, probe); }`,
  );
  return {
    label: `chain of ${works.map(({ label }) => label).join(", ")}`,
    wgsl: expand(template, {
      HELPERS: writer.prelude,
      DECLARATIONS: binder.declarations(),
      STEPS: steps.join("\n"),
      CALLS: calls.join("\n  storageBarrier();\n"),
      WORKGROUP,
    }),
    bindings: binder.bindings,
    groups: [1, 1],
    batched: outputs.some(({ view }) => view.slot.probeStride > 0),
    flops: bodies.reduce((sum, { flops }) => sum + flops, 0),
  };
}

function bodyOf({ host, outputs }: Work, binder: Binder, writer: ExprWriter): Body {
  if (host === null) return elementwiseBody(outputs, binder, writer);
  if (host.work.kind !== "reduce") throw new Error(`internal: a ${host.work.kind} in a chain`);
  return reduceBody(host.work, outputs, 1, binder, writer);
}
