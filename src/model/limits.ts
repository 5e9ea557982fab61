/**
 * Every cap of the readers, each with its reason. A cap is far above what a real checkpoint needs and far below
 * what would freeze or exhaust a browser tab.
 */

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

export const limits = {
  /** Bytes of one file: the largest that fits beside its float32 copy in the memory a browser gives to a tab. */
  fileBytes: 2 * GiB,
  /** Elements of one tensor: as many float32 as one buffer of `fileBytes` holds; products stay exact in a double. */
  tensorElements: GiB / 2,
  /** Axes: numpy stops at 32 and PyTorch at 64, but no layer has more than 5; more is an attack on the shape code. */
  rank: 8,
  /** Length of one axis: 2^31 - 1, what an i32 index in a shader can address. */
  dimension: 2 ** 31 - 1,

  /** Bytes of a safetensors header: BERT-large needs 50 KB; JSON of this size is still parsed in well under 1 s. */
  safetensorsHeaderBytes: 8 * MiB,
  /** Tensors in a checkpoint: ResNet-1202 has 7,000; more would only slow the page. */
  tensors: 16_384,
  /** Nesting of the header: the format itself needs 3; more is an attack on the parser's stack. */
  jsonDepth: 4,
  /** Characters of a name: PyTorch's longest are near 100. */
  nameLength: 512,

  /** Bytes of an npy header: version 1 cannot exceed this, and only structured arrays, which are refused, are longer. */
  npyHeaderBytes: 64 * KiB,

  /** Bytes of a config.json: 0.5 KB to 100 KB with the names of a thousand classes. */
  configBytes: 4 * MiB,

  /** Bytes of a result file: one with a plane of a million points has 20 MB, and a list of a hundred runs 10 MB. */
  resultBytes: 32 * MiB,
  /** Runs in a list of them: the page keeps a hundred. */
  resultRuns: 100,

  /** Bytes of a table of measured kernels: 200 shapes of 13 tilings each take 0.4 MB. */
  kernelTableBytes: 4 * MiB,
  /** Bytes of a latency table: seven bit widths of 16,384 layers take 4 MB. */
  latencyTableBytes: 8 * MiB,

  /** Bytes of a tokenizer.json or vocab.txt: RoBERTa's has 1.4 MB, that of 110,000 words in a hundred languages 3 MB. */
  tokenizerBytes: 16 * MiB,
  /** Tokens of a vocabulary and merges of a tokenizer: multilingual models have up to 260,000. */
  vocabularyTokens: 2 ** 20,
  /** Longest word that is split into pieces, in characters: BERT takes 100. */
  wordCharacters: 200,
  /** Bytes of a text file: SST-2's 67,000 training sentences have 3.8 MB, which takes seconds to tokenize. */
  textBytes: 32 * MiB,
  /** Lines of a text file. */
  textRows: 2 ** 19,
  /** Characters of one text: 30 times what BERT's 512 positions hold; more is a file in the wrong format. */
  textCharacters: 2 ** 17,
  /** Numbers of tokens with their padding, over all lines: 6 bytes each. */
  textTokens: 2 ** 26,

  /** Entries of an npz: a batch has 2 to 5 arrays. */
  npzEntries: 256,
  /** Inflated bytes of all its entries: 70,000 normalised CIFAR images in float32 take 0.86 GB. */
  inflatedBytes: GiB,
  /** No DEFLATE stream can expand further; a larger claim is a lie told before anything is allocated. */
  deflateRatio: 1032,
  /**
   * Inflated over compressed bytes for entries above `ratioFreeBytes`. Pictures reach 3, one-hot tables 100. Files
   * that are almost all zeros (up to 1032) are what zip bombs are made of.
   */
  inflateRatio: 250,
  /** Below this an entry may have any ratio, because it can do no harm: a label array of all zeros is legitimate. */
  ratioFreeBytes: 16 * MiB,
  /** Compressed bytes given to the inflater at once: at most 64 KiB * 1032 = 68 MB appear before the caps are checked. */
  inflateStepBytes: 64 * KiB,

  /** Bytes of the pickle in a state dict, without its numbers: ResNet-152 with the state of its optimiser needs 0.5 MB. */
  pickleBytes: 16 * MiB,
  /** Its instructions, each of which may make an object: some 45 for a tensor. */
  pickleSteps: 2 ** 20,
  /** Containers that are open at once while they are filled: PyTorch needs 5. */
  pickleDepth: 64,
  /** Bytes of a string in it: metrics and notes beside the weights are shorter. */
  pickleStringBytes: MiB,
  /** Bytes of an integer in it: PyTorch's magic number has 10. */
  pickleIntegerBytes: 16,
  /** Tensors and other records of a zip file by torch.save. */
  stateDictEntries: 16_384 + 64,

  /** Nodes, initialisers or attributes in one ONNX message: GPT-2's export has 3,000 nodes. */
  onnxEntries: 65_536,
  /**
   * Elements that folding an ONNX file's constants may write in all: shape arithmetic needs some thousands, a mask of
   * 1024 by 1024 positions a million.
   */
  onnxFoldedElements: 2 ** 24,
  /** The same for each sample of a batch: attention masks of 128 tokens by 128, a few times over. */
  onnxFoldedElementsPerSample: 2 ** 17,

  /** Bytes of a Parquet file's footer: 1,000 row groups of 10 columns take 1 MB. */
  parquetFooterBytes: 16 * MiB,
  /** Elements of a Parquet file's schema: data sets have 2 to 50 columns. */
  parquetColumns: 1024,
  /** Bytes of one page unpacked: writers aim at 1 MB and stop at a row group, which has some tens of MB of images. */
  parquetPageBytes: 256 * MiB,
  /** Bytes of columns read at once: all of CIFAR-10 has 120 MB. */
  parquetReadBytes: 512 * MiB,

  /** Width and height of an image file before it is resized: cameras reach 12,000 pixels. */
  pictureSide: 16_384,
  /** Pixels of an image file: photographs have 12 to 50 million; unpacked they take three to twelve bytes each. */
  picturePixels: 2 ** 26,
  /** Bytes of an image file: a raw-looking PNG of 50 million pixels has 100 MB. */
  pictureBytes: 128 * MiB,
  /** Image files of a data set: CIFAR-10's training set as files. */
  pictures: 50_000,
  /** Scans of a progressive JPEG, each of which goes over all pixels: encoders write 10. */
  jpegScans: 64,

  /** Samples of one batch: the whole CIFAR training set. */
  batchSamples: 50_000,
  /** Height and width of an image in pixels: beyond this even a batch of one does not fit a GPU's buffers. */
  imageSide: 1024,
  /** Classes: ImageNet-21k. */
  classes: 21_843,
  /** Words of a masked language model: XLM-RoBERTa has 250,002. */
  vocabulary: 2 ** 18,
  /** Elements of the targets [rows,classes]: 0.5 GB, more than a GPU binds and far more than a classifier needs. */
  targetElements: 2 ** 27,
} as const;
