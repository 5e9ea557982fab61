/** Damaged files of some megabytes, where memory is that of the file and not of the program. */
import type { ModelSource } from "../../src/run/protocol.ts";
import { floats, model, node, value } from "../fixtures/onnx.mjs";
import { deepMlp, images, resnet8, vectors } from "../run/files.ts";
import { fullRun } from "../ui/fullRun.ts";
import { runPieces } from "./fuzz.ts";
import { inFormat, ofData, ofModel, ofResult, type Sample } from "./kinds.ts";
import { mutated } from "./mutate.ts";
import { fractions, onnx } from "./onnxNetworks.ts";
import { caseRandom } from "./random.ts";

const WIDE = 60_000;

/** A perceptron 7-60000-3 as ONNX, 2.4 MB. */
const wide = (): ModelSource =>
  onnx(
    model({
      inputs: [value("x", ["N", 7])],
      initialisers: [
        floats("a", [WIDE, 7], fractions(7 * WIDE)),
        floats("b", [3, WIDE], fractions(3 * WIDE)),
        floats("c", [WIDE], fractions(WIDE)),
        floats("d", [3], fractions(3)),
      ],
      nodes: [
        node("Gemm", ["x", "a", "c"], ["h"], { transB: 1 }),
        node("Tanh", ["h"], ["t"]),
        node("Gemm", ["t", "b", "d"], ["logits"], { transB: 1 }),
      ],
    }),
  );

/** A result with a plane of 300 by 300 points. */
function manyPoints(): Uint8Array {
  const run = fullRun();
  const [landscape] = run.landscapes ?? [];
  const steps = Array.from({ length: 300 }, (_, i) => i / 300);
  const loss = Array.from({ length: 300 * 300 }, (_, i) => Math.sin(i) + 1.5);
  const axes = landscape.axes.map((axis) => ({ ...axis, steps }));
  const plane = { ...landscape, axes, loss, accuracy: loss.map(() => 0.5), measured: loss.length };
  return new TextEncoder().encode(JSON.stringify({ ...run, landscapes: [plane] }));
}

const samples = (): readonly Sample[] => [
  ...inFormat("safetensors", ofModel("perceptron", deepMlp(3, 1400), vectors())),
  ...inFormat("npz", ofData("images", resnet8(), images(300, 300))),
  ...inFormat("onnx", ofModel("perceptron", wide(), vectors())),
  ...inFormat("result", ofResult("plane", "a-run.json", manyPoints())),
];

export interface Large {
  readonly format: string;
  /** Bytes of the sound files. */
  readonly bytes: number;
  /** Memory asked for, over the bytes of the files: of the sound ones, and at most of the damaged ones. */
  readonly sound: number;
  readonly damaged: number;
  readonly findings: readonly string[];
}

/** @param cases of each format; the first is the sound file */
export async function runLarge(seed: number, cases: number): Promise<readonly Large[]> {
  const rows: Large[] = [];
  for (const sample of samples()) {
    const [name] = Object.keys(sample.pieces);
    const bytes = Object.values(sample.pieces).reduce((sum, { length }) => sum + length, 0);
    const ratios: number[] = [];
    const findings: string[] = [];
    for (let index = 0; index < cases; index++) {
      const random = caseRandom(seed, index);
      const whole = sample.pieces[name];
      const pieces =
        index === 0 ? sample.pieces : { ...sample.pieces, [name]: mutated(whole, random, whole) };
      const outcome = await runPieces(sample, pieces);
      const size = Object.values(pieces).reduce((sum, { length }) => sum + length, 0);
      ratios.push((outcome.bytes + 2 * size) / Math.max(size, bytes));
      if (outcome.reason !== undefined) findings.push(`case ${index}: ${outcome.reason.slice(0, 200)}`);
    }
    const { format } = sample;
    rows.push({ format, bytes, sound: ratios[0], damaged: Math.max(...ratios.slice(1)), findings });
  }
  return rows;
}
