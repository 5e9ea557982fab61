import type { OnnxNode } from "./node.ts";

/** Names that exporters give to tensors that they computed or folded, instead of the module's own. */
const anonymous = /^(onnx::|_?val_|\/|_?\d|const|_?tensor_constant|lifted_tensor)/i;

/** Whether the exporter named the tensor, and not the network. */
export const isAnonymous = (name: string): boolean => anonymous.test(name);

/**
 * The name that a tensor had in PyTorch, from the scopes that the exporter left in the node that reads it: of
 * `/layer1/layer1.0/conv1/Conv` the weight was `layer1.0.conv1.weight`. Null where the file's own name is as good.
 */
export function recoverName(node: OnnxNode, name: string, part: "weight" | "bias"): string | null {
  if (!isAnonymous(name)) return null;
  const module = modulePath(node);
  return module === "" ? null : `${module}.${part}`;
}

/** `layer1.0.conv1` for `/layer1/layer1.0/conv1/Conv`: a scope that begins with the one before replaces it. */
function modulePath(node: OnnxNode): string {
  const parts: string[] = [];
  for (const scope of scopes(node)) {
    const before = parts.at(-1);
    if (before !== undefined && scope.startsWith(`${before}.`)) parts.pop();
    parts.push(scope);
  }
  return parts.join(".");
}

/** Scopes from the outermost on, without the node's own. */
function scopes(node: OnnxNode): readonly string[] {
  // The exporter of torch.export writes full paths: "['', 'layer1.0', 'layer1.0.conv1', 'conv2d_1']".
  const listed = node.metadata.get("pkg.torch.onnx.name_scopes");
  if (listed !== undefined) {
    const paths = [...listed.matchAll(/'([^']*)'/g)].map(([, scope]) => scope);
    return paths.slice(-2, -1).filter((scope) => scope !== "");
  }
  // The same in one text: ": ResNet/layer1: Sequential/layer1.0.conv1: Conv2d/conv2d_1: aten.conv2d.default".
  const spaces = node.metadata.get("namespace");
  if (spaces !== undefined) {
    const paths = spaces.split("/").map((part) => part.split(":")[0].trim());
    return paths.slice(-2, -1).filter((scope) => scope !== "");
  }
  if (!node.name.startsWith("/")) return [];
  return node.name.split("/").slice(1, -1);
}
