import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { zipSync } from "fflate";
import { readLatencyTable } from "../../src/model/latencyTable.ts";
import { readKernelTable } from "../../src/run/kernelTable.ts";
import type { DataSource, ModelSource, NamedFile } from "../../src/run/protocol.ts";
import { model } from "../fixtures/onnx.mjs";
import { bytesOf, npyBytes, npyHeader } from "../model/files.ts";
import { byteLevel, vocabulary } from "../model/text/tokenizers.ts";
import { bert, sentences } from "../run/berts.ts";
import { images, mlp, resnet8, vectors } from "../run/files.ts";
import { caseOf, checkpointOf, sentencesOf, tensorsOfCase } from "../run/transformers.ts";
import { KERNELS } from "../ui/fakeEngine.ts";
import { fullRun } from "../ui/fullRun.ts";
import { hubSamples } from "./hubAnswers.ts";
import {
  inFormat,
  ofArrays,
  ofData,
  ofEntries,
  ofHeader,
  ofMessages,
  ofModel,
  ofResult,
  ofTensors,
  ofText,
  only,
  type Sample,
  type Unnamed,
} from "./kinds.ts";
import { ofLink, ofMessage, savedRun } from "./kindsOfWords.ts";
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

const csvAndWords = ofText(
  "csv and vocab.txt",
  reader(12),
  words,
  textFile("s.csv", 'sentence,label\n"it is, not bad",good\nbadly good,bad\n'),
);
const tsvAndPairs = ofText(
  "tsv and tokenizer.json",
  reader(pairs.tokens.length),
  { name: pairs.name, bytes: pairs.bytes },
  textFile("s.tsv", "sentence\tlabel\nhello world\t1\n h\u00e9llo!\t0\n"),
);
const linesAndWords = ofText(
  "json lines and vocab.txt",
  reader(12),
  words,
  textFile("s.jsonl", '{"sentence": "it is good", "label": 1}\n{"sentence": "bad", "label": 0}\n'),
);
const small = bert(sizes, config);

const latencies = (name: string, file: string, text: string): Unnamed => ({
  name,
  pieces: { [file]: new TextEncoder().encode(text) },
  read: async (pieces) => void readLatencyTable(pieces[file], file),
});

const kernelTable: Unnamed = {
  name: "a product in two tilings",
  pieces: { "kernels.json": new TextEncoder().encode(JSON.stringify(KERNELS)) },
  read: async (pieces) => void readKernelTable(pieces["kernels.json"], "kernels.json"),
};

/** Every sample reads well as it is. */
export const samples: readonly Sample[] = [
  ...inFormat(
    "safetensors",
    ofModel("perceptron", mlp(), vectors()),
    ofModel("resnet", resnet8(), images()),
    only("model.safetensors", ofModel("transformer", small, tokens)),
    only("model.safetensors", ofModel("masked language model", maskedModel, maskedTokens)),
    only("header", ofHeader("header", mlp(), vectors())),
    only("header", ofHeader("header of a transformer", maskedModel, maskedTokens)),
  ),
  ...inFormat(
    "config.json",
    only("config.json", ofModel("classifier", small, tokens)),
    only("config.json", ofModel("masked language model", maskedModel, maskedTokens)),
  ),
  ...inFormat(
    "onnx",
    ofModel("perceptron", onnx(model(perceptron)), vectors()),
    ofModel("convnet", onnx(model(convnet)), images()),
    ofMessages("messages of a perceptron", perceptron, vectors()),
    ofMessages("messages of a convnet", convnet, images()),
    {
      ...ofModel("nodes by chance", onnx(model(perceptron)), vectors()),
      draw: (random) => ({ "net.onnx": randomNetwork(random) }),
    },
  ),
  ...inFormat("onnx external data", ofModel("both files", withExternalData(), vectors())),
  ...inFormat(
    "state dict, zip",
    ofModel("file", stateDict("module-zip.pt"), triples),
    ofEntries("entries", stateDict("wrapped-zip.pt"), triples),
  ),
  ...inFormat(
    "state dict, legacy",
    ofModel("perceptron", stateDict("wrapped-legacy.pt"), triples),
    ofTensors("all types", "types-legacy.pt", fixture("stateDicts/types-legacy.pt")),
    ofTensors("views", "views-legacy.pt", fixture("stateDicts/views-legacy.pt")),
  ),
  ...inFormat("npz", ofData("vectors", mlp(), vectors()), ofData("tokens", small, tokens)),
  ...inFormat(
    "npy",
    ofArrays("vectors", mlp(), vectors()),
    ofArrays("images", resnet8(), images()),
    ofArrays("tokens", small, tokens),
    ofArrays("labels of tokens", maskedModel, maskedTokens),
  ),
  ...inFormat("csv", only("s.csv", csvAndWords)),
  ...inFormat("tsv", only("s.tsv", tsvAndPairs)),
  ...inFormat("json lines", only("s.jsonl", linesAndWords)),
  ...inFormat("vocab.txt", only("vocab.txt", csvAndWords)),
  ...inFormat("tokenizer.json", only("tokenizer.json", tsvAndPairs)),
  ...inFormat("result", ofResult("run", "a-run.json", new TextEncoder().encode(JSON.stringify(fullRun())))),
  ...inFormat("saved run", savedRun),
  ...inFormat(
    "latency table, csv",
    latencies("csv", "l.csv", "layer,bits,ms\nconv1.weight,4,0.11\nconv1.weight,8,0.19\n"),
  ),
  ...inFormat(
    "latency table, json",
    latencies("json", "l.json", '{"conv1.weight": {"4": 0.11, "8": 0.19}, "fc.weight": {"8": 1e-3}}'),
  ),
  ...inFormat("kernel table", kernelTable),
  ...inFormat(
    "link",
    ofLink("run", "#model=resnet20&steps=40&probes=2&bn=batch&params=*.weight,fc*&wd=5e-4&seed=7"),
    ofLink(
      "view",
      "#x=linear&selected=top2&compare=resnet20,resnet20-nobn&theme=projector&panel=layers&hide=steps",
    ),
  ),
  ...inFormat(
    "message",
    ofMessage("set", { type: "set", control: "steps", value: 20, id: 1 }),
    ofMessage("set a word", { type: "set", control: "compare", value: "resnet20,resnet20-nobn" }),
    ofMessage("open", { type: "open", state: "#model=resnet20&x=linear", id: "first" }),
    ofMessage("export", { type: "export", format: "json", id: 7 }),
  ),
  ...hubSamples,
  ...tableSamples,
  ...pictureSamples,
];
