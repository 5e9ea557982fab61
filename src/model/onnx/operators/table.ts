import { constants } from "./constants.ts";
import { linear } from "./linear.ts";
import { movement } from "./movement.ts";
import type { Operator } from "./operator.ts";
import { parts } from "./parts.ts";
import { pointwise } from "./pointwise.ts";
import { statistics } from "./statistics.ts";

/** Every supported operator by its ONNX name. */
const operators: Readonly<Record<string, Operator>> = {
  ...linear,
  ...statistics,
  ...pointwise,
  ...movement,
  ...parts,
  ...constants,
};

export const findOperator = (name: string): Operator | undefined =>
  Object.hasOwn(operators, name) ? operators[name] : undefined;

export const operatorNames = (): readonly string[] => Object.keys(operators).sort();
