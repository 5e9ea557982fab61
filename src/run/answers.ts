/** Who answers which question. One row per kind; a missing row is a compile error. */

import { measureActivations } from "./activationHessian.ts";
import { sweepBatches } from "./batchSweep.ts";
import { compareDistributions } from "./distributions.ts";
import type { Ground, JobContext } from "./ground.ts";
import { measureJacobians } from "./jacobian.ts";
import { measureLayers } from "./layerSpectra.ts";
import { planBits, planName } from "./plan.ts";
import { planPruning, pruningName } from "./prune.ts";
import type { Answered, Question, QuestionKind, Questions } from "./questions.ts";
import { measureSubsets } from "./subsetEigenvalues.ts";
import { explainVector } from "./vector.ts";

type Answer<K extends QuestionKind> = Questions[K]["answer"];

interface Answering<K extends QuestionKind> {
  /**
   * Throws RunRefusal, FormatError and MemoryRefusal for requests that cannot be met, AbortError when cancelled.
   * @param publish shows what is known so far
   */
  answer(
    ground: Ground,
    request: Questions[K]["request"],
    context: JobContext,
    publish: (answer: Answer<K>) => void,
  ): Promise<Answer<K>>;
  /** Of two answers with the same name the later one is kept. */
  name(answer: Answer<K>): string;
}

const ANSWERING: { readonly [K in QuestionKind]: Answering<K> } = {
  activations: { answer: measureActivations, name: ({ request }) => JSON.stringify(request) },
  batchSweep: { answer: sweepBatches, name: ({ request }) => JSON.stringify(request) },
  distributions: { answer: compareDistributions, name: ({ request }) => JSON.stringify(request) },
  jacobian: { answer: measureJacobians, name: ({ request }) => JSON.stringify(request) },
  plan: { answer: planBits, name: planName },
  prune: { answer: planPruning, name: pruningName },
  vector: { answer: explainVector, name: ({ rank }) => `${rank.end} ${rank.place}` },
  subsetEigenvalues: { answer: measureSubsets, name: ({ request }) => JSON.stringify(request) },
  layerSpectra: { answer: measureLayers, name: ({ request }) => JSON.stringify(request) },
};

export interface AnswerContext extends JobContext {
  readonly publish: (answered: Answered) => void;
}

export function answerTo(question: Question, ground: Ground, context: AnswerContext): Promise<Answered> {
  return answerKind(question.kind, question.request, ground, context);
}

async function answerKind<K extends QuestionKind>(
  kind: K,
  request: Questions[K]["request"],
  ground: Ground,
  { publish, ...context }: AnswerContext,
): Promise<Answered> {
  // The kind and its answer belong together by the table, which the compiler does not see through K.
  const answered = (answer: Answer<K>): Answered => ({ kind, answer }) as Answered;
  const answer = await ANSWERING[kind].answer(ground, request, context, (known) => publish(answered(known)));
  return answered(answer);
}

/** Whether the one takes the place of the other. */
export function isSameAnswer(a: Answered, b: Answered): boolean {
  return a.kind === b.kind && nameOf(a.kind, a.answer) === nameOf(b.kind, b.answer);
}

const nameOf = <K extends QuestionKind>(kind: K, answer: Answer<K>): string => ANSWERING[kind].name(answer);
