/** docs/performance.md, from docs/performance.json alone. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Goal, goalsOf, isBusy, isMet, timedUnits } from "./goals.ts";
import type { Results } from "./results.ts";
import { type Columns, markdown } from "./table.ts";
import { tablesOf } from "./tables.ts";

/** On a busy machine a time that meets its goal may owe it to chance. */
const goalColumns = (busy: boolean): Columns<Goal> => [
  ["goal", ({ text }) => text],
  ["asked", ({ bound, show }) => `at ${bound.at} ${show(bound.value)}`],
  ["measured", ({ measured, show }) => (measured === null ? "not measured" : show(measured))],
  [
    "",
    (goal) => {
      const met = isMet(goal);
      if (met === null) return "";
      if (!met) return "**missed**";
      return busy && goal.counted !== true ? "on a busy machine" : "met";
    },
  ],
  ["with", ({ note }) => note ?? ""],
];

const day = (at: string): string => at.slice(0, 10);

/** Who measured, where and when. */
function circumstances(results: Results): string {
  const { device, host } = results;
  const measured = timedUnits(results);
  const days = [...new Set(measured.map(({ at }) => day(at)))].sort();
  const loads = measured.map(({ load }) => load);
  const [least, largest] = [Math.min(...loads), Math.max(...loads)].map((load) => load.toFixed(1));
  const kind = device.software ? "a software adapter, which computes on the CPU" : "a GPU";
  const counts = measured.map((unit) => unit.rounds);
  const rounds = [...new Set([Math.min(...counts), Math.max(...counts)])].join(" to ");
  const busy = isBusy(results)
    ? " **Other programs computed at the same time**: absolute times are worth nothing, and ratios are far off at times (a share above 100 % shows it)."
    : "";
  return `Device: ${device.name} (${kind}), Dawn in Node ${host.node}, ${host.cores} cores. Measured on ${days.join(", ")};
medians of ${rounds} rounds; load of the machine ${least} to ${largest}.${busy}
`;
}

/** What does not reach its goal, and where another is faster. */
function losses(results: Results): string {
  const missed = goalsOf(results).filter((goal) => isMet(goal) === false);
  const slower = Object.values(results.units).flatMap(({ part, row }) => {
    if (part !== "peer" || !("slowdown" in row) || row.slowdown >= 1) return [];
    return [
      `- ${row.model}: jax-js on ${row.device}, ${row.path}, takes ${row.slowdown.toFixed(2)} of the engine's time`,
    ];
  });
  const lines = [
    ...missed.map(
      ({ text, bound, measured, show }) =>
        `- ${text}: ${show(measured as number)}, asked was at ${bound.at} ${show(bound.value)}`,
    ),
    ...slower,
  ];
  return lines.length === 0 ? "Nothing of what was measured.\n" : `${lines.join("\n")}\n`;
}

/** The page in Chromium: cold loads of the built page, and keys pressed during a run. */
function pageText({ page }: Results): string {
  if (page === undefined) return "";
  const { loads, firstPictureMs, slowestMs, scriptBytes, run } = page;
  const whole = (ms: number): string => `${ms.toFixed(0)} ms`;
  return `## The page

By \`npm run bench:page\`, in Chromium. The picture of a stored run, cold: ${whole(firstPictureMs)}, the median of ${loads} loads (slowest
${whole(slowestMs)}), with ${(scriptBytes / 1000).toFixed(1)} kB of compressed JavaScript. During a run ${run.keys} keys were answered by a painted frame in
${whole(run.answerMs)}, at worst ${whole(run.worstAnswerMs)}; tasks above 50 ms: ${run.longTasks}.

`;
}

export function performanceText(results: Results): string {
  const { counts, products, commands, compilation, lanczos, peers, profile, scaling, landscapes, layers } =
    tablesOf(results, markdown);
  const section = (title: string, text: string, rows: string): string =>
    rows === "" ? "" : `## ${title}\n\n${text}\n\n${rows}\n`;
  return `# Performance

Written by \`npm run bench -- --docs\` from [performance.json](performance.json); do not edit it by hand.

${circumstances(results)}
Networks with seeded weights: \`mlp\` (784-512-512-10, tanh), \`conv3\` (three 3x3 convolutions of 16 channels, 32x32),
\`resnet8\` and \`resnet20\` (BatchNorm with the statistics of the batch; \`-eval\` with running ones), \`bert\` (encoder of
BERT-tiny: 2 layers, 128, 2 heads, 64 tokens). \`bundled-\` are the checkpoints that come with the page, with running statistics.

## Goals

${markdown(goalColumns(isBusy(results)), goalsOf(results))}
## Where it loses

${losses(results)}
${section(
  "What a product takes, counted",
  `Without a GPU, for a device with 16 storage buffers a kernel. Operations: those of the matrix products and convolutions in the graph.
Moved: operands and results of all dispatches, each once. Pipelines: distinct texts of the two programs. Memory: program and parameter
vectors of a product, and of a gradient by a program of its own, which keeps nothing.`,
  counts,
)}${section(
  "A product, measured",
  `Ceiling: the best matrix product known, 512 x 512, before and after each product of the same run. Reference: that of 8 rows and two
vec4 columns a thread, by which the goals were set; where a row has no share of it, its ceiling was the reference.`,
  products,
)}${section(
  "Commands, memory and compilation",
  `From cold: from weights in memory, on a fresh device, until the first product is there; create: derivatives, kernels and pipelines
within it, those of the vector operations too. Memory: of the buffers that there are. Slice error: |taken - expected| / expected of the
slices into which a product is cut, and the difference in milliseconds (short slices are seldom far off, whatever their error). A slow
device has its long dispatches cut, so that they are more than were counted.`,
  commands,
)}${section(
  "Pipelines",
  `Those of the two programs of a product: compiled one after the other on a fresh device, and all at once on another. The last stage of
compilation, at the first run, is not in it.`,
  compilation,
)}${section(
  "Lanczos steps and landscapes",
  `Full reorthogonalisation, twice. Products alone were timed between the steps. The plan has room for slices, and so is above the
peak of a run without them.`,
  lanczos,
)}${section(
  "Beside jax-js",
  `jax-js ${results.host.jax} in the same process, on the same WebGPU, with the same numbers; rounds in turn. Its first product counts tracing and
compilation. The Wasm rows run on one thread. Difference: relative, in the 2-norm, between the two products.`,
  peers,
)}${section(
  "Where the time goes",
  `Each dispatch of a product alone, kernels of one label together.`,
  profile,
)}${section("Scaling", "Time per sample, vector or parameter, of that of the first column.", scaling)}${section(
  "Small networks",
  "Points of a landscape, and traces of all tensors from one stream of products.",
  `${landscapes}\n${layers}`.trim() === "" ? "" : `${landscapes}\n${layers}`,
)}${pageText(results)}## The file

\`schema\`: 1. \`device\` and \`host\` as above. \`units\`: by \`part/model/variant\`, each with \`at\` (ISO 8601), \`rounds\`, \`load\` (mean
over a minute) and \`row\`: times in milliseconds (\`...Ms\`), memory in bytes, shares and ratios as plain numbers; the fields are
described where they are declared, in \`bench/products.ts\`, \`compilation.ts\`, \`lanczos.ts\`, \`scaling.ts\`, \`landscape.ts\`, \`layers.ts\` and
\`jax/compare.ts\`. \`page\`: what \`npm run bench:page\` has left. \`npm run bench -- --list\` names the units, \`--missing\` measures those that the file has not.
`;
}

/** Writes docs/performance.json and docs/performance.md. */
export function writeDocs(results: Results): void {
  const folder = join(process.env.EIGENSCOPE_ROOT ?? ".", "docs");
  writeFileSync(join(folder, "performance.json"), `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(join(folder, "performance.md"), performanceText(results));
}
