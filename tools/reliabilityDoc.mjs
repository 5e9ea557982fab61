/** Writes docs/reliability.md from the reports of `npm run reliability` and `npm run soak`. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./setup.mjs";

/** @typedef {import("../test/reliability/main.ts").Session} Session */
/** @typedef {import("../test/reliability/soakNode.ts").SoakSession} SoakSession */

const [reliability = "test-results/reliability.json", soak = "test-results/soak.json"] =
  process.argv.slice(2);

/** @param {string} path */
const read = (path) => JSON.parse(readFileSync(join(ROOT, path), "utf8"));

/** @type {readonly Session[]} */
const sessions = read(reliability);
/** @type {readonly SoakSession[]} */
const soaks = read(soak);

/**
 * @template {Session["kind"]} K
 * @param {K} kind
 * @returns {readonly Extract<Session, { kind: K }>[]}
 */
const ofKind = (kind) =>
  /** @type {Extract<Session, { kind: K }>[]} */ (sessions.filter((session) => session.kind === kind));

/** @param {readonly number[]} values */
const sum = (values) => values.reduce((a, b) => a + b, 0);
/** @param {number} seconds */
const minutes = (seconds) => `${(seconds / 60).toFixed(1)} min`;
/** @param {number} bytes */
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

/** @param {readonly { readonly seconds: number }[]} of */
const inPieces = (of) =>
  `${of.length} ${of.length === 1 ? "piece" : "pieces"}, ${minutes(sum(of.map(({ seconds }) => seconds)))} in all`;

/** @param {readonly (readonly string[])[]} rows */
const table = ([head, ...rows]) =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** @param {readonly { readonly moments: Readonly<Record<string, number>> }[]} of */
function moments(of) {
  /** @type {Record<string, number>} */
  const all = {};
  for (const session of of)
    for (const [moment, n] of Object.entries(session.moments)) all[moment] = (all[moment] ?? 0) + n;
  return Object.entries(all)
    .sort(([, a], [, b]) => b - a)
    .map(([moment, n]) => `${moment} ${n}`)
    .join(", ");
}

/** @param {readonly { readonly findings: readonly string[] }[]} of */
function findings(of) {
  const all = of.flatMap((session) => session.findings);
  if (all.length === 0) return "";
  return `\n\nFound:\n\n${all.map((finding) => `- ${finding}`).join("\n")}`;
}

const [destroys, pressures, crashes, withheld] = [
  ofKind("destroys"),
  ofKind("pressure"),
  ofKind("crashes"),
  ofKind("withheld"),
];

/**
 * How many runs the soaks made in some way.
 * @param {string} what
 */
const often = (what) => {
  const runs = sum(soaks.map(({ done }) => done[what] ?? 0));
  return `${runs === 0 ? "no" : runs} ${runs === 1 ? "run" : "runs"}`;
};

/** What was tried of tabs out of sight, in a sentence. */
function hiddenTabs() {
  const runs = often("hidden run");
  return runs.startsWith("no ")
    ? "Hidden tabs are not among these soaks."
    : `${runs} went on in a tab hidden behind another one, where Chromium draws no frame and lets timers wait for a second; heap and GPU bytes are without that tab's.`;
}

/** @param {readonly SoakSession[]} of */
function soakRows(of) {
  return of.map(({ kind, seconds, cycles, equal, done, memory, findings: found }) => {
    const [first, last] = [memory[Math.floor(memory.length / 4)], memory[memory.length - 1]];
    /** @param {"heap" | "resident"} what */
    const change = (what) => {
      const [from, to] = [first?.[what] ?? null, last?.[what] ?? null];
      return from === null || to === null ? "–" : `${megabytes(from)} → ${megabytes(to)}`;
    };
    const { cancel = 0, loss = 0, crash = 0, upload = 0 } = done;
    const gpu = new Set(memory.map((sample) => sample.gpu)).size <= 1 ? "the same" : "differ";
    return [
      ...[kind === "node" ? "Node" : "page", minutes(seconds), String(cycles), String(equal)],
      ...[String(cancel), String(loss + crash), String(upload), change("heap"), change("resident"), gpu],
      String(found.length),
    ];
  });
}

const text = `# Reliability

Written by \`node tools/reliabilityDoc.mjs\` from the reports of \`npm run reliability\` and \`npm run soak\`. Not to be edited.

All figures are of SwiftShader, which computes on the CPU, on a small machine that others used meanwhile: they say what holds, not how
fast. No real GPU and no other browser than Chromium has been tried in this way.

## A lost GPU

A run keeps what it knows on the CPU after every step. When its device is lost, the engine asks for another one and goes on: a probe
that was under way is begun again from its seed, a landscape goes on at its next point, and a question is asked again. At most two
losses a minute are survived, the third ends the run with what is known. The checks that end a run say so where the
vectors that they would look at went with a device; beside times and counts of products they
are the only part of a result that a loss may change.

**\`device.destroy()\` in Node** (${destroys[0]?.device ?? "not run"}; ${inPieces(destroys)}): ${sum(destroys.map((s) => s.losses))} losses at random moments, one to three a job, of
a run, a run with an exact trace, a run in parts, an extension, a slice, a landscape of 21 × 21 points, the question what an
eigenvalue is made of, and the spectra of layers, on a perceptron of 58 parameters. ${sum(destroys.map((s) => s.equal))} of ${sum(destroys.map((s) => s.jobs))} jobs ended with the result
of the undisturbed one, equal bit for bit in everything but times, counts of products and checks. Bytes of buffers that were not given back at the end: ${sum(destroys.map((s) => s.bytesLeft))}.

Moments: ${moments(destroys)}.${findings(destroys)}

**Crashes of Chromium's GPU process** (Chromium ${crashes[0]?.browser ?? "not run"}, \`Browser.crashGpuProcess\`; ${inPieces(crashes)}): ${sum(crashes.map((s) => s.crashes))} crashes at random
moments of a run on the page, at most two for each run. ${sum(crashes.map((s) => s.equal))} of ${sum(crashes.map((s) => s.runs))} runs finished with spectrum, eigenvalues and trace
of the undisturbed one, bit for bit.

What the page said just before (after "Finished" the GPU was idle, and the next run had to begin on another): ${moments(crashes)}.${findings(crashes)}

**A withheld adapter** (${inPieces(withheld)}): after its second crash within a while Chromium gives no adapter for two minutes. ${withheld
  .map(
    ({ waitedSeconds, equal }) =>
      `The run waited ${waitedSeconds.toFixed(0)} seconds with a countdown, went on by itself and ended ${equal ? "with the same numbers" : "with other numbers"}.`,
  )
  .join(" ")}${findings(withheld)}

## No room on the GPU

Each run is planned before anything is allocated, and refused in words where it does not fit. A device may still refuse what the plan
foresaw. Every buffer is made in one place (\`src/gpu/memory.ts\`) under an error scope of its own, and nothing is read back before the
device has said that all of them exist. The job then ends with a sentence, the device is given back whole, and what the run knew stays.

Tried on a GPU that only pretends to compute (${inPieces(pressures)}): ${sum(pressures.map((s) => s.refused))} buffers of seven kinds of work refused, each once; ${sum(pressures.map((s) => s.lost))} reads interrupted by a
loss, each once. ${pressures.every((s) => s.findings.length === 0) ? "Every refusal ended its job in words, every buffer was given back, and the same job succeeded when begun again." : ""}${findings(pressures)}

## A Krylov basis in a file

What fits no memory goes to a file of the browser's own file system for this site (headless: of the system's folder for temporary files).
The file is locked, of one tab and one job: it is closed and removed when the job ends, is cancelled, fails, loses its device or
runs out of disk, and a pause keeps it. A tab that is closed in the middle of a run leaves its file; the next engine of the site
removes what no tab has open. Tests hold it to that (\`test/run/diskBasis.test.ts\`, with twelve cancels in a row; \`test/run/opfs.test.ts\`;
\`e2e/disk.spec.ts\` in Chromium). A disk that is full half-way ends the run in words with the steps so far, and the same run goes on
from its seed when there is room: tried by hand in Chromium, with the quota lowered in the middle of a run, in a profile, where the write
fails, and in a private window, where it says that it is done and the length of the file tells. No other browser, and no
basis of gigabytes, has been tried.

## Soak

Runs, cancels, losses and uploads in a loop; on the page also ${often("run beside another tab")} beside another tab's and ${often("frozen run")} in a tab that was
frozen meanwhile. ${hiddenTabs()} Megabytes of the JavaScript heap (on the page with its worker's) after garbage collection and of
resident memory of all processes, from the end of the warm-up to the end; bytes on the GPU at the end of each cycle.

${table([
  [
    "where",
    "time",
    "cycles",
    "runs equal to the first",
    "cancels",
    "losses",
    "uploads",
    "heap, MB",
    "resident, MB",
    "GPU bytes",
    "findings",
  ],
  ...soakRows(soaks),
])}${findings(soaks)}
`;

const path = join(ROOT, "docs", "reliability.md");
writeFileSync(path, text);
process.stdout.write(`written to ${path}\n`);
