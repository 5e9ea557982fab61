import { attention } from "./attention.ts";
import { choose } from "./choose.ts";
import { constants } from "./constants.ts";
import { gathers } from "./gather.ts";
import { linear } from "./linear.ts";
import { movement } from "./movement.ts";
import { normalisation } from "./normalisation.ts";
import type { Operator } from "./operator.ts";
import { padding } from "./pad.ts";
import { parts } from "./parts.ts";
import { pointwise } from "./pointwise.ts";
import { pooling } from "./pooling.ts";
import { reductions } from "./reductions.ts";

/** Every supported operator by its ONNX name. */
const operators: Readonly<Record<string, Operator>> = {
  ...linear,
  ...normalisation,
  ...reductions,
  ...pooling,
  ...attention,
  ...pointwise,
  ...movement,
  ...padding,
  ...parts,
  ...gathers,
  ...choose,
  ...constants,
};

export const findOperator = (name: string): Operator | undefined =>
  Object.hasOwn(operators, name) ? operators[name] : undefined;

export const operatorNames = (): readonly string[] => Object.keys(operators).sort();
