/** What a result file may hold of answers: one row per kind that a reader of files can vouch for. */
import { printJson } from "../../model/errors.ts";
import { isObject } from "../../model/jsonObject.ts";
import type { Answered, QuestionKind, Questions } from "../questions.ts";
import { type Check, list, text } from "./check.ts";
import { plan, prune } from "./plansSchema.ts";
import { layerSpectra, subsetEigenvalues, vector } from "./spectraSchema.ts";
import { activations, batchSweep, distributions, jacobian } from "./unitsSchema.ts";

/** Answers of other kinds are left out of what is read. */
const ANSWERS: { readonly [K in QuestionKind]?: Check<Questions[K]["answer"]> } = {
  ...{ plan, prune, vector, layerSpectra, subsetEigenvalues },
  ...{ jacobian, activations, batchSweep, distributions },
};

export const answers: Check<readonly Answered[]> = (value, at, checking) => {
  const given = list((entry) => entry, 256)(value, at, checking);
  return given.flatMap((entry, i) => {
    if (!isObject(entry)) return checking.refuse(`${at}[${i}]`, "an object", printJson(entry));
    const kind = text(40)(entry.kind, `${at}[${i}].kind`, checking);
    const check = Object.hasOwn(ANSWERS, kind) ? ANSWERS[kind as QuestionKind] : undefined;
    if (check === undefined) {
      checking.leftOut.add(`answers of the kind ${kind}`);
      return [];
    }
    return [{ kind, answer: check(entry.answer, `${at}[${i}].answer`, checking) } as Answered];
  });
};
