/**
 * What the page promises, and the tests that hold it to that. test/tools/rows.test.ts checks that every title named here is
 * that of a test (`{}` stands for what a template puts in): renaming or deleting one must come by here.
 */

export interface Claim {
  readonly claim: string;
  /** Titles of tests by file. */
  readonly by: Readonly<Record<string, readonly string[]>>;
}

export interface Row {
  readonly number: number;
  readonly promise: string;
  readonly claims: readonly Claim[];
}

export const claim = (text: string, by: Claim["by"]): Claim => ({ claim: text, by });
const row = (number: number, promise: string, ...claims: readonly Claim[]): Row => ({
  ...{ number, promise, claims },
});

/** What users get. */
export const ROWS: readonly Row[] = [
  row(
    1,
    "A picture at once",
    claim(
      "a stored run is drawn from its JSON without a click; within a second, as npm run bench:page measures",
      {
        "e2e/stored.spec.ts": [
          "the stored run is drawn without a click, from the page and its JSON alone",
          "the picture needs at most 150 kB of JavaScript",
        ],
      },
    ),
    claim("no GPU is asked for before a button is pressed", {
      "e2e/frames.spec.ts": [
        "a frame of another site is given a GPU without asking, and none is asked for before Recompute",
      ],
      "test/store/pageStore.test.ts": [
        "the stored run of the linked model is shown, and no engine is asked for",
      ],
    }),
  ),
  row(
    2,
    "Files of any kind, dropped anywhere or chosen, several at once",
    claim("safetensors and npz, one after the other, and what is missing is asked for", {
      "e2e/upload.spec.ts": [
        "a checkpoint and a batch, dropped one after the other, become a model that runs",
      ],
    }),
    claim("ONNX with its weights in a second file", {
      "e2e/onnx.spec.ts": [
        "an ONNX model whose weights lie beside it is asked for the missing file, then runs on token numbers",
      ],
    }),
    claim("state dicts of PyTorch, npy arrays", {
      "e2e/files.spec.ts": [
        "state dicts of PyTorch with npy arrays: asked for in turn, and the perceptron's activation is a guess that is said",
      ],
    }),
    claim("transformers with config and tokenizer, sentences as TSV, CSV and JSON Lines", {
      "e2e/text.spec.ts": [
        "a BERT with its config, its vocabulary and sentences in a TSV, in one drop, becomes a model that runs",
      ],
      "e2e/files.spec.ts": [
        "sentences as CSV and JSON Lines with vocab.txt; half-precision weights are named",
      ],
    }),
    claim("images with a list, and a folder a class", {
      "e2e/images.spec.ts": [
        "pictures and a list of labels, dropped with a checkpoint, become a batch",
        "a folder that is chosen in the dialog gives its images, a class a folder inside",
      ],
    }),
    claim("rows of Parquet tables", {
      "e2e/hub.spec.ts": [
        "rows of a data set: only their parts are fetched, in closed ranges, and they go as if dropped",
      ],
    }),
  ),
  row(
    3,
    "A card that says what was loaded",
    claim("architecture, parameters, loss and accuracy on the batch", {
      "e2e/upload.spec.ts": ["the bundled model and its own files, dropped, give the same loss"],
      "e2e/parameters.spec.ts": [
        "the parameters of the model: by part in the card, every tensor in a dialog that Escape closes",
      ],
    }),
    claim("warnings: folded BatchNorm, tied weights, types of numbers, guesses", {
      "e2e/files.spec.ts": [
        "an ONNX file whose BatchNorm was folded away is told how to keep it",
        "tied weights are one parameter, and the card says so",
        "sentences as CSV and JSON Lines with vocab.txt; half-precision weights are named",
      ],
    }),
    claim("class names from folders, lists and texts", {
      "e2e/images.spec.ts": ["pictures and a list of labels, dropped with a checkpoint, become a batch"],
      "test/run/imageData.test.ts": [
        "name their classes on the card, also where the model has more; more names than classes are none",
      ],
    }),
  ),
  row(
    4,
    "Trust in sight",
    claim("kernels take safe paths by the passport of the device, and a NaN stays visible", {
      "test/gpu/safePaths.test.ts": [
        "a product on the paths that keep NaN is the usual one, bit for bit; a hidden overflow reaches the loss",
        "gives the run of a sound one on them, which says so and passes its checks",
      ],
    }),
    claim("checks with words, hatched figures where one fails", {
      "e2e/trust.spec.ts": [
        "a run that fails a check is hatched in every figure and export, with the reason",
        "a sound run is hatched nowhere, and its checks say what they mean",
      ],
    }),
    claim("seed, device and precision in figures, tables and texts that are exported", {
      "e2e/export.spec.ts": [
        "every figure becomes one SVG that needs nothing else and is the same in every theme",
        "a PNG has the width and the resolution that were asked for",
        "the figures of all panels are single SVGs under 100 kB that another program can read",
        "tables and the run are exported with their numbers",
      ],
    }),
  ),
  row(
    5,
    "Convergence as it happens",
    claim("a curve for each step, told to screen readers; extend", {
      "e2e/run.spec.ts": ["a live run goes from progress to a finished density, over the stored one"],
    }),
    claim("time to go, pause, resume, and a cancel that answers within 100 ms", {
      "e2e/run.spec.ts": ["a cancelled run says so, and the page can run again"],
      "e2e/states.spec.ts": ["{}: said in words and to screen readers, and axe finds nothing"],
    }),
    claim("a lost GPU, another tab, a frozen or hidden one: the run goes on, with the same numbers", {
      "e2e/reliability.spec.ts": [
        "a run outlives crashes of the GPU process and a frozen tab; two tabs run at once",
        "a run in a hidden tab goes on to the same numbers and is there when the tab is shown; a page opened out of sight starts",
      ],
    }),
    claim("cancelled and begun again a hundred times, it leaves nothing on the GPU", {
      "test/run/pressure.test.ts": ["a hundred times leaves as many buffers and bytes as one"],
    }),
  ),
  row(
    6,
    "The link is the state",
    claim("every control, there and back", {
      "e2e/link.spec.ts": [
        "every control is read from a pasted link and written into the address, and Back and Forward change it",
      ],
      "test/store/link.test.ts": ["carries every control there and back"],
    }),
    claim("the pasted link draws the same figure", {
      "e2e/link.spec.ts": ["the copied link draws the same figure in another window"],
    }),
    claim("a wrong link is answered in words", { "e2e/view.spec.ts": ["a wrong link is answered in words"] }),
  ),
  row(
    7,
    "Figures in other pages",
    claim("snippets of the present state", {
      "e2e/embed.spec.ts": ["the Embed button gives a frame of the present state"],
    }),
    claim("the stored run first, on a phone and without WebGPU; recompute is a button", {
      "e2e/embed.spec.ts": [
        "the documentation's iframe draws the linked run, from the embed's own folder alone",
        "on a phone nothing is cut off; axe finds nothing; the link hides what it names",
        "without WebGPU the stored run stays, and the embed says why it measures nothing",
        "in a sandbox of opaque origin it draws, and recomputes on the main thread",
      ],
    }),
  ),
  row(
    8,
    "Figures for papers",
    claim("self-contained SVG under 100 kB, PNG by width and resolution, numbers, scripts, words", {
      "e2e/export.spec.ts": [
        "every figure becomes one SVG that needs nothing else and is the same in every theme",
        "the figures of all panels are single SVGs under 100 kB that another program can read",
        "a PNG has the width and the resolution that were asked for",
        "tables and the run are exported with their numbers",
      ],
    }),
    claim("PDF by printing", {
      "e2e/learn.spec.ts": ["print: light, the figures alone, as wide as the sheet"],
    }),
  ),
  row(
    9,
    "For lecturers",
    claim("the link hides any control", {
      "e2e/link.spec.ts": ["the link hides every control that is in sight anywhere"],
    }),
    claim("a theme for projectors that travels in the link", {
      "e2e/view.spec.ts": ["the theme is kept for the next visit; the projector's travels in the link"],
      "e2e/visual.spec.ts": ["the panels look as they did: {}"],
    }),
    claim("one step at a time, and a key that goes back to the link", {
      "e2e/learn.spec.ts": [
        "Lanczos goes step by step, by buttons and by keys, and the step is in the link",
        "power iteration tells the sign from the length, and the shift shows the other end",
        "? lists the keys, digits change the panel, r goes back to the link and Back undoes it",
      ],
    }),
  ),
  row(
    10,
    "Guided tours",
    claim("each goes by links to its end, with sentences that the stored runs bear out", {
      "e2e/learn.spec.ts": [
        "every tour goes by links to its end, and each stop frames its card",
        "a guided tour is a chain of links, with sentences about the stored runs",
      ],
      "test/ui/tours.test.ts": ["$title says what the stored runs bear out"],
    }),
    claim("the study of BatchNorm and skip connections; batch sizes", {
      "e2e/compare.spec.ts": [
        "the study shows its three networks from their stored runs, and says what their numbers say",
      ],
      "e2e/units.spec.ts": [
        "spectra of units, batch sizes and two data are drawn, read by keys and taken away as tables",
      ],
    }),
  ),
  row(
    11,
    "Two to four runs on common axes",
    claim("with a table of their differences, from stored, live and dropped runs", {
      "e2e/compare.spec.ts": [
        "a run kept as A stays behind the next one, with a legend and in the link",
        "four runs stand on common axes, with what tells them apart",
        "a result file that is dropped is drawn, compared, and there after a reload",
      ],
    }),
  ),
  row(
    12,
    "Views that belong together",
    claim("eigenvalue, slice, layers of its mass, block of a layer, and back", {
      "e2e/eigenvalue.spec.ts": [
        "from an eigenvalue to its slice, to the layers of its mass, to the block of one, and back",
        "a clicked eigenvalue is orange everywhere and shows its stored slice",
        "what an eigenvalue is made of: layers, channels, samples, in the link",
      ],
    }),
  ),
  row(
    13,
    "Honest landscapes",
    claim(
      "planes and surfaces along any directions, with the residual of the prediction and the grid's curvature",
      {
        "e2e/landscape.spec.ts": [
          "a plane is a map with lines of equal loss, its residual, and words and a table for both",
          "a surface turns by keys and by hand, stays in the link, and leaves as one SVG and as arrays",
        ],
        "test/spectrum/landscape.test.ts": [
          "gives every filter the length of that of the weights, and keeps its direction",
        ],
      },
    ),
  ),
  row(
    14,
    "From layers to bits",
    claim("a best plan within a budget with its proof, measured beside predicted", {
      "e2e/layers.spec.ts": [
        "a dropped perceptron, from its budget to the measured loss, and to the block of one layer",
        "a stored run plans what it holds, without the engine, and says what it does not hold",
      ],
      "test/store/bitPlanning.test.ts": ["is the best of all combinations within each budget"],
    }),
  ),
  row(
    15,
    "Nothing leaves the page",
    claim("the policy of both documents forbids it", {
      "e2e/frames.spec.ts": ["{} runs no text, loads nothing from elsewhere and sends nothing there"],
      "e2e/hub.spec.ts": ["the page may reach the Hub and its file servers, and no other"],
    }),
    claim("it works without a network", {
      "e2e/offline.spec.ts": ["the page comes back without a network: stored run, other models, panels"],
    }),
    claim("what no memory holds goes to files of the browser, which end with the run", {
      "e2e/disk.spec.ts": [
        "a Krylov basis that fits no memory lies in a locked file while the run lasts, and in none afterwards",
      ],
      "test/run/opfs.test.ts": [
        "that a crash left over go when the next tab starts; those of another tab stay, and work",
      ],
      "test/run/diskBasis.test.ts": [
        "has the T, eigenvalues and orthogonality of one in memory, bit for bit, and leaves no file",
        "ends in words with what it knows when the disk is full half-way, and goes on when there is room again",
      ],
    }),
  ),
  row(
    16,
    "The Hub in one field",
    claim("sizes first, then progress, cancel, a cache, and the seconds of a 429", {
      "e2e/hub.spec.ts": [
        "a model of the Hub: nothing is asked before a click, sizes come before bytes, the file goes as if dropped",
        "a 429 shows the seconds and goes on by itself",
        "a download is cancelled within 100 ms and nothing is taken",
        "an address elsewhere is refused without a request",
      ],
    }),
  ),
  row(
    17,
    "By keyboard and by ear",
    claim("the Tab key reaches everything in the order of the page; a sheet of keys", {
      "e2e/access.spec.ts": [
        "the Tab key comes to everything that can be pressed, in every panel, and shows where it is",
      ],
      "e2e/learn.spec.ts": [
        "? lists the keys, digits change the panel, r goes back to the link and Back undoes it",
      ],
      "e2e/eigenvalue.spec.ts": ["the keyboard selects: Enter in the table, Enter on the density"],
    }),
    claim("every chart has words and a table", {
      "e2e/access.spec.ts": [
        "every chart has a sentence for those who cannot see it, and its card a table of its numbers",
      ],
    }),
    claim("axe finds nothing in any panel, theme or state", {
      "e2e/states.spec.ts": ["{}: said in words and to screen readers, and axe finds nothing"],
      "e2e/stored.spec.ts": ["axe finds nothing in {}"],
      "e2e/learn.spec.ts": ["axe finds nothing in any panel"],
    }),
  ),
  row(
    18,
    "For every eye",
    claim("dark, forced colours, less motion, print", {
      "e2e/access.spec.ts": [
        "who asks for less motion gets none, in any panel",
        "where the system forces its colours, the curve, the chosen tab and the focus stay visible",
      ],
      "e2e/visual.spec.ts": ["the panels look as they did: {}"],
      "e2e/learn.spec.ts": ["print: light, the figures alone, as wide as the sheet"],
    }),
    claim("exports do not depend on the theme", {
      "e2e/export.spec.ts": [
        "every figure becomes one SVG that needs nothing else and is the same in every theme",
      ],
    }),
  ),
  row(
    19,
    "Errors that teach",
    claim("file, place, reason and remedy of every refusal", {
      "e2e/upload.spec.ts": [
        "every malformed {} file is refused in its exact words, and nothing is lost",
        "a file of another kind is refused unread",
      ],
      "e2e/run.spec.ts": ["a request that the data cannot meet is refused in words"],
    }),
    claim("a page about the GPU; without WebGPU stored runs and the way to get it", {
      "e2e/device.spec.ts": [
        "the GPU dialog shows adapter, what fits, and a sound passport; axe finds nothing",
        "kernels are measured on this GPU, kept for later visits, used by runs, exported and forgotten",
      ],
      "e2e/no-webgpu.spec.ts": [
        "a browser that does not offer WebGPU is told at once what to do",
        "a browser without an adapter says so when a run is asked for, and keeps the stored run",
      ],
    }),
  ),
  row(
    20,
    "For programs",
    claim("links, messages, results and the headless command", {
      "e2e/link.spec.ts": [
        "every control is read from a pasted link and written into the address, and Back and Forward change it",
      ],
      "e2e/embed.spec.ts": [
        "it answers the page that frames it: state, result, controls, figures, errors in words",
      ],
      "test/run/resultFile.test.ts": ["with slices, landscapes and answers comes back whole"],
      "test/cli/landscape.test.ts": ["writes the grid as json and as npz with the prediction beside it"],
    }),
  ),
];
