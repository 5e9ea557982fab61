import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { linearize } from "../../src/autograd/linearize.ts";
import { lower } from "../../src/gpu/lower.ts";
import { planMemory } from "../../src/gpu/plan.ts";
import { VectorLayout } from "../../src/gpu/vectorLayout.ts";
import { readStateDict } from "../../src/model/pickle/stateDict.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { DataSource, ModelSource, NamedFile } from "../../src/run/protocol.ts";
import { bytes, float32, floats, int, integers, model, node, value } from "../fixtures/onnx.mjs";
import { bytesOf, npyBytes, npyHeader } from "../model/files.ts";
import { bert, sentences } from "../run/berts.ts";
import { images, mlp, resnet8, vectors } from "../run/files.ts";
import type { Random } from "./mutate.ts";
import { randomNetwork } from "./onnxNodes.ts";

/** Sound files of every format that is read, to be damaged. */

export interface Sample {
  /** The format and what is in it. */
  readonly name: string;
  /** What is mutated: whole files, or parts that are packed afterwards so that lengths and checksums are right again. */
  readonly pieces: Readonly<Record<string, Uint8Array>>;
  /** Pieces that are drawn anew for each case, in place of damage. */
  readonly draw?: (random: Random) => Readonly<Record<string, Uint8Array>>;
  /** Reads them as the page does, up to the kernels that a run would compile. Throws FormatError for what it refuses. */
  read(pieces: Readonly<Record<string, Uint8Array>>): Promise<void>;
}

type Files = Extract<ModelSource, { kind: "files" }>;
type Data = Extract<DataSource, { kind: "files" }>;

const BATCH = 2;

async function load(model: Files, data: Data): Promise<void> {
  const none = (): Promise<never> => Promise.reject(new Error("nothing is bundled here"));
  const { graph } = poseProblem(await loadModel(model, data, none), {
    bn: "eval",
    start: 0,
    batchSize: BATCH,
  });
  planMemory(
    lower(linearize(graph), { layout: new VectorLayout(graph.params), probes: 1, maxBindings: 8 }),
    1,
  );
}

const named = (pieces: Readonly<Record<string, Uint8Array>>): NamedFile[] =>
  Object.entries(pieces).map(([name, bytes]) => ({ name, bytes }));

const piecesOf = (files: readonly NamedFile[]): Record<string, Uint8Array> =>
  Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]));

/** The files of a model are damaged, its data is sound. */
const ofModel = (name: string, source: ModelSource, data: DataSource): Sample => {
  const model = source as Files;
  return {
    name,
    pieces: piecesOf(model.files),
    read: (pieces) => load({ ...model, files: named(pieces) }, data as Data),
  };
};

/** The entries of a model's zip file are damaged one by one; its checksums are right. */
const ofEntries = (name: string, source: ModelSource, data: DataSource): Sample => {
  const model = source as Files;
  const [{ name: file, bytes }] = model.files;
  return {
    name,
    pieces: unzipSync(bytes),
    read: (pieces) => {
      const packed = zipSync(pieces, { level: 0 });
      return load({ ...model, files: [{ name: file, bytes: packed }] }, data as Data);
    },
  };
};

/** The arrays inside an npz file, which then has the checksums of the damaged ones. */
const ofArrays = (name: string, source: ModelSource, data: DataSource): Sample => {
  const { files, options } = data as Data;
  const [{ name: file, bytes }] = files;
  return {
    name,
    pieces: unzipSync(bytes),
    read: (pieces) => {
      const packed = zipSync(pieces, { level: 0 });
      return load(source as Files, { kind: "files", files: [{ name: file, bytes: packed }], options });
    },
  };
};

/** The files of the data are damaged, its model is sound. */
const ofData = (name: string, source: ModelSource, data: DataSource): Sample => ({
  name,
  pieces: piecesOf((data as Data).files),
  read: (pieces) => load(source as Files, { ...(data as Data), files: named(pieces) }),
});

/** Messages of an ONNX file. */
interface Parts {
  readonly inputs: readonly (readonly number[])[];
  readonly initialisers: readonly (readonly number[])[];
  readonly nodes: readonly (readonly number[])[];
}

const fractions = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => ((7 * i) % 11) / 11 - 0.4);

/** Messages of an ONNX file are damaged one by one and then packed with the right lengths. */
function ofMessages(name: string, parts: Parts, data: DataSource): Sample {
  const lists = Object.entries(parts) as [keyof Parts, Parts[keyof Parts]][];
  const pieces = lists.flatMap(([list, messages]) =>
    messages.map((message, i) => [`${list} ${i}`, Uint8Array.from(message)] as const),
  );
  return {
    name,
    pieces: Object.fromEntries(pieces),
    read: (damaged) => {
      const messages = (list: keyof Parts) =>
        Object.entries(damaged).flatMap(([key, bytes]) => (key.startsWith(list) ? [[...bytes]] : []));
      const bytes = model({
        ...{ nodes: messages("nodes"), initialisers: messages("initialisers"), inputs: messages("inputs") },
      });
      return load(onnx(bytes), data as Data);
    },
  };
}

/** Header and data of a safetensors file are damaged one by one; the length before the header is right. */
function ofHeader(name: string, source: ModelSource, data: DataSource): Sample {
  const model = source as Files;
  const [{ name: file, bytes }, ...others] = model.files;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return {
    name,
    pieces: { header: bytes.slice(8, 8 + length), data: bytes.slice(8 + length) },
    read: (pieces) => {
      const packed = new Uint8Array(8 + pieces.header.length + pieces.data.length);
      new DataView(packed.buffer).setBigUint64(0, BigInt(pieces.header.length), true);
      packed.set(pieces.header, 8);
      packed.set(pieces.data, 8 + pieces.header.length);
      return load({ ...model, files: [{ name: file, bytes: packed }, ...others] }, data as Data);
    },
  };
}

/** A perceptron and a convnet by the words of the format, with shape arithmetic to fold. */
const perceptron: Parts = {
  inputs: [value("x", ["N", 7])],
  initialisers: [
    floats("a.weight", [5, 7], fractions(35)),
    floats("a.bias", [5], fractions(5)),
    floats("b.weight", [3, 5], fractions(15)),
    integers("columns", [1], [-1]),
  ],
  nodes: [
    node("Gemm", ["x", "a.weight", "a.bias"], ["h"], { transB: 1 }, "/a/Gemm"),
    node("Tanh", ["h"], ["t"]),
    node("Transpose", ["b.weight"], ["w"], { perm: [1, 0] }),
    node("MatMul", ["t", "w"], ["y"]),
    node("Shape", ["y"], ["shape"]),
    node("Constant", [], ["first"], { value: { tensor: integers("", [1], [0]) } }),
    node("Gather", ["shape", "first"], ["rows"], { axis: 0 }),
    node("Concat", ["rows", "columns"], ["target"], { axis: 0 }),
    node("Reshape", ["y", "target"], ["logits"]),
  ],
};

const convnet: Parts = {
  inputs: [value("images", ["N", 3, 9, 8])],
  initialisers: [
    floats("conv.weight", [4, 3, 3, 3], fractions(108)),
    floats("bn.weight", [4], [1, 1, 0.5, 2]),
    floats("bn.bias", [4], fractions(4)),
    floats("bn.mean", [4], fractions(4)),
    floats("bn.variance", [4], [1, 2, 1, 0.5]),
    floats("fc.weight", [3, 4], fractions(12)),
    floats("fc.bias", [3], fractions(3)),
  ],
  nodes: [
    node("Conv", ["images", "conv.weight"], ["c"], {
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
      strides: [1, 1],
    }),
    node("BatchNormalization", ["c", "bn.weight", "bn.bias", "bn.mean", "bn.variance"], ["n"], {
      epsilon: { float: 1e-5 },
    }),
    node("Relu", ["n"], ["r"]),
    node("MaxPool", ["r"], ["m"], { kernel_shape: [2, 2], strides: [2, 2] }),
    node("GlobalAveragePool", ["m"], ["p"]),
    node("Flatten", ["p"], ["f"], { axis: 1 }),
    node("Gemm", ["f", "fc.weight", "fc.bias"], ["logits"], { transB: 1 }),
  ],
};

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

/** Tensors of every type and views of one storage, which are no network. */
const ofTensors = (name: string, file: string): Sample => ({
  name,
  pieces: { [file]: fixture(`stateDicts/${file}`) },
  read: async (pieces) => void readStateDict(pieces[file], file),
});

/** The weights of the perceptron in a file beside the model, with a tensor that lies inside. */
function withExternalData(): Files {
  const weights = fractions(58);
  const outside = (name: string, dims: readonly number[], offset: number, count: number): number[] => [
    ...dims.flatMap((n) => int(1, n)),
    ...int(2, 1),
    ...bytes(8, name),
    ...Object.entries({ location: "net.onnx.data", offset: 4 * offset, length: 4 * count }).flatMap(
      ([key, text]) => bytes(13, [...bytes(1, key), ...bytes(2, `${text}`)]),
    ),
    ...int(14, 1),
  ];
  const file = model({
    inputs: [value("x", ["N", 7])],
    initialisers: [
      outside("a", [5, 7], 0, 35),
      outside("b", [5], 35, 5),
      outside("c", [3, 5], 40, 15),
      floats("d", [3], [0, 1, 0.5]),
    ],
    nodes: [
      node("Gemm", ["x", "a", "b"], ["h"], { transB: 1 }),
      node("Gelu", ["h"], ["t"]),
      node("Gemm", ["t", "c", "d"], ["logits"], { transB: 1 }),
    ],
    opset: 20,
  });
  return {
    kind: "files",
    files: [
      { name: "net.onnx", bytes: file },
      { name: "net.onnx.data", bytes: Uint8Array.from(float32(weights)) },
    ],
    options: {},
  };
}

const onnx = (bytes: Uint8Array): Files => ({
  kind: "files",
  files: [{ name: "net.onnx", bytes }],
  options: {},
});

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

/** Every sample reads well as it is. */
export const samples: readonly Sample[] = [
  ofModel("safetensors", mlp(), vectors()),
  ofModel("safetensors resnet", resnet8(), images()),
  ofModel("safetensors and config.json", bert(sizes, config), tokens),
  ofHeader("safetensors header", mlp(), vectors()),
  ofMessages("onnx messages: perceptron", perceptron, vectors()),
  ofMessages("onnx messages: convnet", convnet, images()),
  ofModel("onnx perceptron", onnx(model(perceptron)), vectors()),
  ofModel("onnx convnet", onnx(model(convnet)), images()),
  ofModel("pt zip", stateDict("module-zip.pt"), triples),
  ofEntries("pt zip entries", stateDict("wrapped-zip.pt"), triples),
  ofModel("pt legacy", stateDict("wrapped-legacy.pt"), triples),
  ofTensors("pt types", "types-legacy.pt"),
  ofTensors("pt views", "views-legacy.pt"),
  ofModel("onnx with external data", withExternalData(), vectors()),
  {
    ...ofModel("onnx nodes by chance", onnx(model(perceptron)), vectors()),
    draw: (random) => ({ "net.onnx": randomNetwork(random) }),
  },
  ofData("npz", mlp(), vectors()),
  ofArrays("npy in npz: vectors", mlp(), vectors()),
  ofArrays("npy in npz: images", resnet8(), images()),
  ofArrays("npy in npz: tokens", bert(sizes, config), tokens),
];
