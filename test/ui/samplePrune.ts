/** A pruning answer about the weights of the sample run: three channels in one tensor, two in the other. */
import type { PrunePlan, PruneRequest } from "../../src/run/protocol.ts";
import { sampleRun } from "./sampleRun.ts";

export function samplePrune(
  request: PruneRequest,
  removed: readonly (readonly number[])[] = [[], []],
): PrunePlan {
  const { model, engine, meaning, loss, accuracy } = sampleRun();
  const channels = [
    { name: "conv1.weight", shape: [3, 90], size: 270, macs: 2700, rise: [0.3, 0.1, 0.02] },
    { name: "linear.weight", shape: [2, 360], size: 720, macs: 720, rise: [0.4, 0.06] },
  ];
  const gone = channels.flatMap(({ rise }, i) => removed[i].map((c) => rise[c]));
  const rise = gone.reduce((a, b) => a + b, 0);
  return {
    ...{ schema: "eigenscope-prune", version: 1, engine, request, loss, accuracy, traceSamples: 4 },
    model: { title: model.title, source: model.source, sha256: model.sha256 },
    ...{ sentence: meaning.sentence, traceReason: "by 4 products" },
    layers: channels.map((layer, i) => ({
      ...layer,
      axis: 0,
      meanTrace: layer.rise.map((own) => own / 2),
      interval95: layer.rise.map((own) => [own / 4, own] as const),
      squaredNorm: layer.rise.map(() => 4),
      removed: removed[i],
    })),
    ...{ total: { channels: 5, parameters: 990, macs: 3420 }, front: [] },
    chosen:
      request.budget === null
        ? null
        : {
            ...{ channels: gone.length, parameters: 0, macs: 0, leastRise: 0 },
            rise: { estimate: rise, standardError: null, interval95: [0.9 * rise, 1.1 * rise] },
            measured: request.measure
              ? { loss: loss + 2 * rise, accuracy: 0.9, rise: 2 * rise, firstOrder: 0, secondOrder: rise }
              : null,
          },
  };
}
