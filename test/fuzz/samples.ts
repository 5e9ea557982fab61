import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { zipSync } from "fflate";
import type { DataSource, ModelSource, NamedFile } from "../../src/run/protocol.ts";
import { model } from "../fixtures/onnx.mjs";
import { bytesOf, npyBytes, npyHeader } from "../model/files.ts";
import { byteLevel, vocabulary } from "../model/text/tokenizers.ts";
import { bert, sentences } from "../run/berts.ts";
import { images, mlp, resnet8, vectors } from "../run/files.ts";
import { caseOf, checkpointOf, sentencesOf, tensorsOfCase } from "../run/transformers.ts";
import { fullRun } from "../ui/fullRun.ts";
import {
  ofArrays,
  ofData,
  ofEntries,
  ofHeader,
  ofMessages,
  ofModel,
  ofResult,
  ofTensors,
  ofText,
  type Sample,
} from "./kinds.ts";
import { convnet, fractions, onnx, perceptron, withExternalData } from "./onnxNetworks.ts";
import { randomNetwork } from "./onnxNodes.ts";
import { pictureSamples } from "./pictures.ts";
import { tableSamples } from "./tables.ts";

/** Sound files of every format that is read, to be damaged. */

const textFile = (name: string, text: string): NamedFile => ({ name, bytes: new TextEncoder().encode(text) });

/** Bundled, this file lies elsewhere: the command says where the project is. */
const fixture = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(resolve(process.env.EIGENSCOPE_ROOT ?? ".", "test/fixtures", path)));

/** State dicts by PyTorch of a perceptron 3-4-2. */
const stateDict = (file: string): ModelSource => ({
  kind: "files",
  files: [{ name: file, bytes: fixture(`stateDicts/${file}`) }],
  options: {},
});

const triples: DataSource = {
  kind: "files",
  files: [
    {
      name: "triples.npz",
      bytes: zipSync({
        "x.npy": npyBytes(npyHeader("<f4", [2, 3]), bytesOf(Float32Array.from(fractions(6)))),
        "labels.npy": npyBytes(npyHeader("|u1", [2]), Uint8Array.of(1, 0)),
      }),
    },
  ],
  options: { mean: null, std: null },
};

const sizes = { layers: 1, hidden: 4, heads: 2, intermediate: 6, vocabulary: 9, positions: 6, classes: 3 };

const config = {
  ...{
    model_type: "bert",
    num_attention_heads: 2,
    hidden_size: 4,
    num_hidden_layers: 1,
    intermediate_size: 6,
  },
  ...{
    vocab_size: 9,
    hidden_act: "gelu",
    layer_norm_eps: 1e-12,
    architectures: ["BertForSequenceClassification"],
  },
};

const tokens = sentences({
  ids: [
    [1, 2, 3],
    [4, 5],
    [6, 7, 8, 2],
  ],
  types: [[0, 0, 1], [0, 1], [0]],
  labels: [0, 1, 2],
});

const masked = caseOf("roberta masked tied");
const maskedModel = checkpointOf(tensorsOfCase(masked), { model_type: "roberta", num_attention_heads: 2 });
const maskedTokens = sentencesOf(masked);

/** A BERT with so many words. */
const reader = (vocabulary: number) =>
  bert({ ...sizes, vocabulary }, { num_attention_heads: 2, label2id: { bad: 0, good: 1, odd: 2 } });

const words = vocabulary("good", "bad", "##ly", "it", "is", "not", ",");

const pairs = byteLevel();

/** Every sample reads well as it is. */
export const samples: readonly Sample[] = [
  ofModel("safetensors", mlp(), vectors()),
  ofModel("safetensors resnet", resnet8(), images()),
  ofModel("safetensors and config.json", bert(sizes, config), tokens),
  ofModel("safetensors, masked language model", maskedModel, maskedTokens),
  ofArrays("npy in npz: labels of tokens", maskedModel, maskedTokens),
  ofHeader("safetensors header", mlp(), vectors()),
  ofHeader("safetensors header of a transformer", maskedModel, maskedTokens),
  ofMessages("onnx messages: perceptron", perceptron, vectors()),
  ofMessages("onnx messages: convnet", convnet, images()),
  ofModel("onnx perceptron", onnx(model(perceptron)), vectors()),
  ofModel("onnx convnet", onnx(model(convnet)), images()),
  ofModel("pt zip", stateDict("module-zip.pt"), triples),
  ofEntries("pt zip entries", stateDict("wrapped-zip.pt"), triples),
  ofModel("pt legacy", stateDict("wrapped-legacy.pt"), triples),
  ofTensors("pt types", "types-legacy.pt", fixture("stateDicts/types-legacy.pt")),
  ofTensors("pt views", "views-legacy.pt", fixture("stateDicts/views-legacy.pt")),
  ofModel("onnx with external data", withExternalData(), vectors()),
  {
    ...ofModel("onnx nodes by chance", onnx(model(perceptron)), vectors()),
    draw: (random) => ({ "net.onnx": randomNetwork(random) }),
  },
  ofText(
    "csv and vocab.txt",
    reader(12),
    words,
    textFile("s.csv", 'sentence,label\n"it is, not bad",good\nbadly good,bad\n'),
  ),
  ofText(
    "tsv and tokenizer.json",
    reader(pairs.tokens.length),
    { name: pairs.name, bytes: pairs.bytes },
    textFile("s.tsv", "sentence\tlabel\nhello world\t1\n h\u00e9llo!\t0\n"),
  ),
  ofText(
    "jsonl and vocab.txt",
    reader(12),
    words,
    textFile("s.jsonl", '{"sentence": "it is good", "label": 1}\n{"sentence": "bad", "label": 0}\n'),
  ),
  ofData("npz", mlp(), vectors()),
  ofArrays("npy in npz: vectors", mlp(), vectors()),
  ofArrays("npy in npz: images", resnet8(), images()),
  ofArrays("npy in npz: tokens", bert(sizes, config), tokens),
  ofResult("result", "a-run.json", new TextEncoder().encode(JSON.stringify(fullRun()))),
  ...tableSamples,
  ...pictureSamples,
];
