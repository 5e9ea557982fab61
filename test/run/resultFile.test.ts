import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readResultFile } from "../../src/run/resultFile.ts";
import { refusal } from "../model/files.ts";
import { fullRun } from "../ui/fullRun.ts";

const encoder = new TextEncoder();
const read = (value: unknown, file = "a-run.json") =>
  readResultFile(
    typeof value === "string" ? encoder.encode(value) : encoder.encode(JSON.stringify(value)),
    file,
  );

/** The full result with another value at a place such as `trace.samples`; undefined takes it out. */
function changed(place: string, value: unknown): unknown {
  const root = JSON.parse(JSON.stringify(fullRun()));
  const keys = place.split(".");
  const last = keys.pop() ?? "";
  const holder = keys.reduce((at, key) => at[key], root);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return root;
}

const REMEDY = "Export the run again from the page, or write it with --json.";

describe("a result file", () => {
  test.each(["basisInHostMemory", "basisInFile"])(
    "of a run that went on after lost devices, with its %s, keeps both facts",
    (place) => {
      const basis = { [place]: { bytes: 1e9 } };
      const run = { ...fullRun(), losses: 2, spectrum: { ...fullRun().spectrum, ...basis } };
      const { runs, leftOut } = read(run);
      expect(leftOut).toEqual([]);
      expect(runs[0].result).toMatchObject({ losses: 2, spectrum: basis });
    },
  );

  test.each(["resnet20", "resnet20-nobn", "resnet20-noskip", "bert-opinions"])(
    "such as the stored run of %s is read as it is",
    (id) => {
      const text = readFileSync(`public/models/${id}/run.json`, "utf8");
      const { runs, leftOut } = read(text);
      expect(leftOut).toEqual([]);
      const stored = JSON.parse(text);
      // What older files lack has one meaning.
      expect(runs).toEqual([
        {
          name: null,
          result: {
            ...stored,
            settings: { draw: "range", dataSeed: 0, microBatch: null, ...stored.settings },
            ...{ microBatch: stored.settings.batchSize, drawn: null },
          },
        },
      ]);
    },
  );

  test("with slices, landscapes and answers comes back whole", () => {
    const { runs, leftOut } = read(fullRun());
    expect(leftOut).toEqual([]);
    expect(runs[0].result).toEqual(fullRun());
  });

  test("keeps what it knows, and names the rest", () => {
    const odd = {
      ...(changed("device.horoscope", { version: 9 }) as object),
      ...{ extra: [1], answers: [{ kind: "oracle", answer: 42 }] },
    };
    const { runs, leftOut } = read(odd);
    expect(leftOut).toEqual(["answers of the kind oracle", "device.horoscope", "extra"]);
    expect(runs[0].result.answers).toEqual([]);
    expect(runs[0].result).not.toHaveProperty("extra");
  });

  test("has null for what was not finite", () => {
    const slice = { ...fullRun().slices[0], loss: [null, 0.25, 3] };
    expect(read(changed("slices.0", slice)).runs[0].result.slices[0].loss[0]).toBeNaN();
    const trace = { ...fullRun().trace, samples: 0, estimate: null };
    expect(read(changed("trace", trace)).runs[0].result.trace.estimate).toBeNaN();
  });

  test("cannot reach the prototype of anything", () => {
    const text = JSON.stringify(fullRun()).replace('"engine"', '"__proto__":{"polluted":true},"engine"');
    expect(Object.getPrototypeOf(read(text).runs[0].result)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("may be a list of runs with names", () => {
    const { runs } = read({
      ...{ schema: "eigenscope-runs", version: 1 },
      runs: [
        { name: "before", at: "2026-01-01T00:00:00.000Z", result: fullRun() },
        { name: "after", result: fullRun() },
      ],
    });
    expect(runs.map(({ name }) => name)).toEqual(["before", "after"]);
    const broken = { name: "b", result: changed("trace.samples", -1) };
    const text = refusal(() => read({ schema: "eigenscope-runs", version: 1, runs: [broken] }));
    expect(text).toBe(
      `a-run.json: runs[0].result.trace.samples: expected a whole number from 0 on, file has -1. ${REMEDY}`,
    );
  });
});

describe("a malformed result is refused in its own words", () => {
  const rows: readonly (readonly [place: string, value: unknown, refusal: string])[] = [
    [
      "schema",
      "eigenscope-plan",
      'schema: expected "eigenscope-result" or "eigenscope-runs", file has "eigenscope-plan"',
    ],
    ["schema", undefined, 'schema: expected "eigenscope-result" or "eigenscope-runs", file has none'],
    ["version", 2, "version: expected 1, file has 2"],
    ["version", "1", 'version: expected 1, file has "1"'],
    ["engine", 7, "engine: expected a text, file has 7"],
    ["model", null, "model: expected an object, file has null"],
    ["model", [], "model: expected an object, file has an array"],
    ["model.id", 3, "model.id: expected a text, file has 3"],
    [
      "model.title",
      "x".repeat(513),
      "model.title: expected a text of at most 512 characters, file has 513 characters",
    ],
    ["model.tensors", [], "model.tensors: expected a list of 1 to 16384 entries, file has 0"],
    ["model.tensors", { length: 1 }, "model.tensors: expected a list, file has an object"],
    [
      "model.tensors.0.shape",
      [3, 0],
      "model.tensors[0].shape[1]: expected a whole number from 1 on, file has 0",
    ],
    [
      "model.tensors.0.shape",
      [1, 1, 1, 1, 1, 1, 1, 1, 1],
      "model.tensors[0].shape: expected a list of 0 to 8 entries, file has 9",
    ],
    [
      "model.tensors.0.size",
      2 ** 53,
      "model.tensors[0].size: expected a whole number below 2^53, file has 9007199254740992",
    ],
    ["model.parameterCount", 0.5, "model.parameterCount: expected a whole number from 1 on, file has 0.5"],
    ["model.hasBatchNorm", "yes", 'model.hasBatchNorm: expected true or false, file has "yes"'],
    [
      "model.input",
      "video",
      'model.input: expected "images" or "x" or "input_ids" or "arrays", file has "video"',
    ],
    ["model.data.classNames", "disc", 'model.data.classNames: expected a list, file has "disc"'],
    ["settings.bn", "train", 'settings.bn: expected "eval" or "batch", file has "train"'],
    ["settings.batchSize", 0, "settings.batchSize: expected a whole number from 1 on, file has 0"],
    [
      "settings.seed",
      2 ** 32,
      "settings.seed: expected a whole number from 0 to 4294967295, file has 4294967296",
    ],
    ["settings.steps", undefined, "settings.steps: expected a value, file has none"],
    ["settings.weightDecay", -1, "settings.weightDecay: expected a finite number from 0 on, file has -1"],
    [
      "meaning.operator",
      "jacobian",
      'meaning.operator: expected "hessian" or "ggn" or "fisher" or "fisher-mc" or "empirical-fisher" or "residual", file has "jacobian"',
    ],
    ["meaning.parameters", "some", 'meaning.parameters: expected a list, file has "some"'],
    ["meaning.sentence", ["a"], "meaning.sentence: expected a text, file has an array"],
    ["drawn", [0, -1], "drawn[1]: expected a whole number from 0 on, file has -1"],
    ["loss", null, "loss: expected a finite number, file has null"],
    ["loss", "0.25", 'loss: expected a finite number, file has "0.25"'],
    ["accuracy", 1.5, "accuracy: expected a finite number from 0 to 1, file has 1.5"],
    ["gradientNorm", -1, "gradientNorm: expected a finite number from 0 on, file has -1"],
    ["parameterCount", 1001, "parameterCount: expected at most the 1000 of the model, file has 1001"],
    ["eigenvalues.top.0.value", null, "eigenvalues.top[0].value: expected a finite number, file has null"],
    [
      "eigenvalues.top.0.residual",
      -1e-9,
      "eigenvalues.top[0].residual: expected a finite number from 0 on, file has -1e-9",
    ],
    [
      "eigenvalues.top.0.index",
      5,
      "eigenvalues.top[0]: expected a place among spectrum.nodes, file has probe 0, index 5",
    ],
    [
      "eigenvalues.bottom.0.probe",
      2,
      "eigenvalues.bottom[0]: expected a place among spectrum.nodes, file has probe 2, index 0",
    ],
    ["trace.estimate", null, "trace.estimate: expected a finite number, file has null"],
    ["trace.interval95", [2, 1], "trace.interval95: expected the lower end first, file has 2 before 1"],
    ["trace.interval95", [1], "trace.interval95: expected a list of 2 entries, file has 1"],
    [
      "trace.method",
      "magic",
      'trace.method: expected "hutchinson" or "hutch++" or "xtrace" or "exact", file has "magic"',
    ],
    ["trace.perLayer.1.size", 0, "trace.perLayer[1].size: expected a whole number from 1 on, file has 0"],
    ["spectrum.nodes", [], "spectrum.nodes: expected a list of 1 to 4096 entries, file has 0"],
    ["spectrum.nodes", [[], []], "spectrum.nodes[0]: expected at least one Ritz value, file has none"],
    ["spectrum.nodes.0.1", null, "spectrum.nodes[0][1]: expected a finite number, file has null"],
    [
      "spectrum.nodes.1",
      [3, 1, 2, 4, 5],
      "spectrum.nodes[1]: expected numbers in ascending order, file has 1 after 3",
    ],
    ["spectrum.weights", [[1]], "spectrum.weights: expected as many rows as spectrum.nodes, 2, file has 1"],
    [
      "spectrum.weights.0",
      [1],
      "spectrum.weights[0]: expected 5 numbers, one for each Ritz value, file has 1",
    ],
    [
      "spectrum.weights.0",
      [0.5, 0.5, 0.5, 0.5, -1],
      "spectrum.weights[0]: expected weights from 0 on, file has a negative one",
    ],
    [
      "spectrum.weights.1",
      [0.1, 0.1, 0.1, 0.1, 0.1],
      "spectrum.weights[1]: expected weights that sum to 1, file has a sum of 0.5",
    ],
    ["spectrum.alpha", [[]], "spectrum.alpha: expected as many rows as spectrum.nodes, 2, file has 1"],
    ["spectrum.beta.1", [1], "spectrum.beta[1]: expected 5 numbers, or none, file has 1"],
    ["slices.0.rank.end", "middle", 'slices[0].rank.end: expected "top" or "bottom", file has "middle"'],
    ["slices.0.loss", [1, 2], "slices[0].loss: expected 3 numbers, one for each step, file has 2"],
    [
      "slices.0.loss",
      [null, null, null],
      "slices[0].loss: expected at least one finite number, file has none",
    ],
    [
      "slices.0.steps",
      [0, -1, 1],
      "slices[0].steps: expected numbers in ascending order, file has -1 after 0",
    ],
    ["landscapes.0.axes", [], "landscapes[0].axes: expected a list of 1 to 2 entries, file has 0"],
    [
      "landscapes.0.axes.0.direction.kind",
      "sideways",
      'landscapes[0].axes[0].direction.kind: expected "ritz" or "random" or "gradient" or "checkpoint" or "vector", file has "sideways"',
    ],
    ["landscapes.0.loss", [1], "landscapes[0].loss: expected 4 values, one for each point, file has 1"],
    [
      "landscapes.0.loss",
      [null, null, null, null],
      "landscapes[0].loss: expected at least one measured point, file has none",
    ],
    ["landscapes.0.measured", 5, "landscapes[0].measured: expected at most the 4 points, file has 5"],
    [
      "landscapes.0.prediction.slope",
      [1],
      "landscapes[0].prediction.slope: expected 2 values, one for each axis, file has 1",
    ],
    [
      "landscapes.0.marks",
      [{ label: "a", at: [0] }],
      "landscapes[0].marks[0].at: expected 2 values, one for each axis, file has 1",
    ],
    ["answers", {}, "answers: expected a list, file has an object"],
    ["answers.0.kind", null, "answers[0].kind: expected a text, file has null"],
    [
      "answers.0.answer.layers.0.bits",
      9,
      "answers[0].answer.layers[0].bits: expected a whole number from 2 to 8, file has 9",
    ],
    [
      "answers.0.answer.request.cost",
      "money",
      'answers[0].answer.request.cost: expected "size" or "bops" or "latency", file has "money"',
    ],
    [
      "answers.1.answer.curvature.quantiles",
      [0],
      "answers[1].answer.curvature.quantiles: expected a list of 5 entries, file has 1",
    ],
    [
      "answers.2.answer.layers.0.density.weights",
      [2],
      "answers[2].answer.layers[0].density.weights: expected 2 numbers, one for each Ritz value, file has 1",
    ],
    [
      "answers.3.answer.units.0.weights",
      [],
      "answers[3].answer.units[0].weights: expected as many rows as nodes, 1, file has 0",
    ],
    [
      "answers.7.answer.second.nodes.0",
      [2, 1],
      "answers[7].answer.second.nodes[0]: expected numbers in ascending order, file has 1 after 2",
    ],
    [
      "answers.8.answer.layers.0.rise",
      [1],
      "answers[8].answer.layers[0].rise: expected 2 entries, one for each channel, file has 1",
    ],
    ["checks.0.passed", 1, "checks[0].passed: expected true or false, file has 1"],
    ["device.host", "cloud", 'device.host: expected "worker" or "main" or "node", file has "cloud"'],
    ["device.limits", undefined, "device.limits: expected a value, file has none"],
    ["products", 1.5, "products: expected a whole number from 0 on, file has 1.5"],
    ["seconds", -1, "seconds: expected a finite number from 0 on, file has -1"],
  ];

  test.each(rows)("%s, number %#", (place, value, expected) => {
    expect(refusal(() => read(changed(place, value)))).toBe(`a-run.json: ${expected}. ${REMEDY}`);
  });

  test.each([
    ["nothing", "", "byte 0: expected JSON: a value, file has its end"],
    [
      "half a file",
      '{"schema": "eigenscope-result", "vers',
      "byte 37: expected JSON: a string with its closing quote, without control characters, file has its end",
    ],
    ["a list", "[]", "byte 0: expected a JSON object, file has an array"],
    ["a number that is none", '{"schema": NaN}', 'byte 11: expected JSON: a value, file has "N"'],
    [
      "arrays in arrays without an end",
      `{"schema": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      'schema: expected "eigenscope-result" or "eigenscope-runs", file has an array',
    ],
    [
      "a number beyond all doubles",
      JSON.stringify(fullRun()).replace('"loss":0.25', '"loss":1e999'),
      "loss: expected a finite number, file has Infinity",
    ],
    [
      "an empty list of runs",
      '{"schema":"eigenscope-runs","version":1,"runs":[]}',
      "runs: expected a list of 1 to 100 entries, file has 0",
    ],
  ])("%s", (_, text, expected) => {
    expect(refusal(() => read(text))).toBe(`a-run.json: ${expected}. ${REMEDY}`);
  });

  test("more bytes than a browser should parse, before they are", () => {
    const text = refusal(() => readResultFile(new Uint8Array(2 ** 25 + 1), "a-run.json"));
    expect(text).toBe(
      `a-run.json: size: expected at most 33554432 bytes, file has 33554433 bytes. ${REMEDY}`,
    );
  });
});
