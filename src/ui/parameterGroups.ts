/** The trainable tensors by part of the network. Pure. */
import { groupName } from "../store/groupName.ts";
import type { ModelCard } from "../store/state.ts";

type CardTensor = ModelCard["tensors"][number];

export interface ParameterGroup {
  readonly name: string;
  readonly size: number;
  /** Of all parameters, 0 to 1. */
  readonly share: number;
  readonly tensors: readonly CardTensor[];
}

/** In the order of the parameter vector. */
export function parameterGroups({ tensors, parameterCount }: ModelCard): readonly ParameterGroup[] {
  const groups = new Map<string, CardTensor[]>();
  for (const tensor of tensors) {
    const name = groupName(tensor);
    const list = groups.get(name);
    if (list === undefined) groups.set(name, [tensor]);
    else list.push(tensor);
  }
  return [...groups].map(([name, list]) => {
    const size = list.reduce((sum, tensor) => sum + tensor.size, 0);
    return { name, size, share: size / parameterCount, tensors: list };
  });
}

/** The groups that hold most, the largest first; of equal ones the earlier. */
export const largestGroups = (groups: readonly ParameterGroup[], most: number): readonly ParameterGroup[] =>
  [...groups].sort((a, b) => b.size - a.size).slice(0, most);
