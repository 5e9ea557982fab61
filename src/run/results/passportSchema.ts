/** The numerics passport of a device, as a result holds it. */
import { NAN_HIDERS, SAFE_PATHS } from "../../gpu/safePaths.ts";
import type { FunctionError, Passport } from "../protocol.ts";
import { flag, list, mayLack, number, object, oneOf } from "./check.ts";
import { count, name, sentence } from "./common.ts";

const treated = oneOf("kept", "flushed");
const rounding = oneOf("fused", "separate");

export const passport = object<Passport>({
  version: oneOf(1),
  functions: list(
    object<FunctionError>({
      ...{ name, text: oneOf("own", "builtin"), used: flag, from: number(), to: number(), points: count },
      ...{ unit: oneOf("ulps", "absolute"), worst: number(), at: list(number(), 4), bound: number() },
      passed: flag,
    }),
    256,
  ),
  subnormals: object<Passport["subnormals"]>({ operands: treated, results: treated }),
  nonFinite: object<Passport["nonFinite"]>({
    ...{ carried: flag, made: flag, seenByBits: flag, seenByComparison: flag, hiddenByMaximum: flag },
    hiddenBy: mayLack(list(oneOf(...NAN_HIDERS), 16)),
  }),
  twoSum: object<Passport["twoSum"]>({ exact: flag, points: count, failures: count }),
  multiplyAdd: object<Passport["multiplyAdd"]>({ written: rounding, builtin: rounding }),
  repeatable: flag,
  faults: list(sentence, 64),
  paths: mayLack(list(oneOf(...SAFE_PATHS), SAFE_PATHS.length)),
});
