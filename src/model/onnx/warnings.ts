import { isAnonymous } from "./names.ts";
import type { Program } from "./program.ts";
import type { Tracer } from "./tracer.ts";

/** The line that keeps BatchNorm: exporters fold it into the convolutions by default. */
export const REEXPORT =
  'torch.onnx.export(m.eval(), (x,), "m.onnx", dynamo=False, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)';

/** What the card says about an ONNX file. */
export function warningsFor(program: Program, tracer: Tracer): string[] {
  const warnings: string[] = [];
  const folded = foldedBatchNorm(program);
  if (folded !== null) warnings.push(folded);
  if (program.outputs.length > 1)
    warnings.push(
      `The file has ${program.outputs.length} outputs: the loss is taken of "${program.output}".`,
    );
  if (tracer.heldConstant.size > 0)
    warnings.push(
      `Held constant, because the exporter gave them no name of a parameter: ${few([...tracer.heldConstant])}.`,
    );
  const nameless = tracer.parameters.map(({ name }) => name).filter(isAnonymous);
  if (nameless.length > 0)
    warnings.push(`The file has lost the names of these parameters: ${few(nameless)}.`);
  return [...warnings, ...tracer.notes];
}

/** Signs of a network that never had BatchNorm: other normalisations, and GELU of transformers and their relatives. */
const OTHER_NORMS: ReadonlySet<string> = new Set([
  ...["LayerNormalization", "GroupNormalization", "InstanceNormalization", "Erf", "Gelu"],
]);

/**
 * A convolution with a bias and no BatchNormalization anywhere: the exporter has folded it, or there never was one. The
 * rewriter of the new exporter says so in the node.
 */
function foldedBatchNorm({ nodes }: Program): string | null {
  const rewritten = nodes.some(({ metadata }) =>
    [...metadata].some(([key, value]) => /rewriter/i.test(key) && /batch_?norm/i.test(value)),
  );
  if (!rewritten && nodes.some(({ op }) => op === "BatchNormalization")) return null;
  const biased = nodes.filter(({ op, inputs }) => op === "Conv" && (inputs[2] ?? "") !== "");
  if (biased.length === 0 && !rewritten) return null;
  if (!rewritten && nodes.some(({ op }) => OTHER_NORMS.has(op))) return null;
  const renamed = rewritten || biased.some(({ inputs }) => isAnonymous(inputs[1]));
  const found = renamed
    ? "The exporter has folded BatchNorm into the convolutions"
    : "The convolutions have biases and no BatchNorm follows: if the network had BatchNorm, the exporter has folded it";
  return `${found}. The Hessian is then that of other parameters, with another spectrum. To keep BatchNorm, export with ${REEXPORT}`;
}

const few = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(", ") : `${names.slice(0, 4).join(", ")} and ${names.length - 4} more`;
