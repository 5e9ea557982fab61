/** Parts of a network by name: its units, and stages of them. */

import { FormatError, type Graph, type Unit } from "../model/index.ts";

/** Units that a message repeats. */
const SHOWN = 12;

/** A unit, or several in a row: where they begin and end. */
export interface Part extends Unit {
  /** Of how many units it is made. */
  readonly units: number;
}

/**
 * The part of the network that a name means: a unit, such as `layer2.0`, or the stage whose units' names begin with it,
 * such as `layer2`.
 * @throws FormatError for a name that fits none, and for networks whose units are not known
 */
export function partOf({ units = [] }: Graph, name: string): Part {
  const unit = units.find((one) => one.name === name);
  if (unit !== undefined) return { ...unit, units: 1 };
  const stage = units.filter((one) => one.name.startsWith(`${name}.`));
  const isChain = stage.every(({ input }, i) => i === 0 || input === stage[i - 1].output);
  if (stage.length === 0 || !isChain) return refuse(units, JSON.stringify(name), "another name");
  return { name, input: stage[0].input, output: stage[stage.length - 1].output, units: stage.length };
}

/** The named parts, or all units where none is named. Throws FormatError as `partOf` does. */
export function partsOf(graph: Graph, names: readonly string[]): Part[] {
  const { units = [] } = graph;
  if (units.length === 0) refuse(units, "network", "a program that names none");
  if (names.length > 0) return names.map((name) => partOf(graph, name));
  return units.map((unit) => ({ ...unit, units: 1 }));
}

function refuse(units: readonly Unit[], where: string, found: string): never {
  const names = units.map(({ name }) => name);
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  const known = units.length > 0;
  throw new FormatError({
    ...{ file: "units", where, found },
    expected: known
      ? `one of ${names.slice(0, SHOWN).join(", ")}${more}, or a stage of them`
      : "a network with units",
    remedy: known
      ? "Choose a unit by its name"
      : "Use the checkpoint (safetensors or a state dict) of a ResNet, a BERT or a perceptron instead of an ONNX file",
  });
}
