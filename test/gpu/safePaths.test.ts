import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { requestGpu } from "../../src/gpu/device.ts";
import type { FunctionError, Passport } from "../../src/gpu/passport.ts";
import { measurePassport, passportText, safePassport } from "../../src/gpu/passportKernel.ts";
import { PipelineCache } from "../../src/gpu/pipelines.ts";
import { bestOf, nanPaths, nextPaths } from "../../src/gpu/safeChoice.ts";
import { SAFE_PATHS, type SafePath } from "../../src/gpu/safePaths.ts";
import { safeText } from "../../src/gpu/safeText.ts";
import { linear, softmaxCrossEntropy } from "../../src/model/layers.ts";
import { readResultFile } from "../../src/run/resultFile.ts";
import { mlp, settings, vectors } from "../run/files.ts";
import { engineOn, finished, silent } from "../run/host.ts";
import { dawn, dawnEntry } from "./dawn.ts";
import { engines, example, hessianOf, onGpu, products, randomVector } from "./examples.ts";
import { spoiledGpu } from "./spoiled.ts";

const row = (name: string, worst: number, used = true): FunctionError => ({
  ...{ name, used, worst, bound: 4, passed: worst <= 4, text: used ? "own" : "builtin" },
  ...{ from: 0, to: 1, points: 1, unit: "ulps", at: [1] },
});

/** A made-up passport: functions by their errors, all of which may be off by 4. */
const made = (
  errors: Readonly<Record<string, number>>,
  paths: readonly SafePath[] = [],
  nonFinite: Partial<Passport["nonFinite"]> = {},
): Passport => ({
  version: 1,
  functions: Object.entries(errors).map(([name, worst]) => row(name, worst)),
  subnormals: { operands: "kept", results: "kept" },
  nonFinite: {
    ...{ carried: true, made: true, seenByBits: true, seenByComparison: true, hiddenByMaximum: false },
    ...{ hiddenBy: [], ...nonFinite },
  },
  twoSum: { exact: true, points: 1, failures: 0 },
  multiplyAdd: { written: "separate", builtin: "separate" },
  repeatable: true,
  faults: [],
  paths,
});

describe("the paths that a passport asks for", () => {
  it("are none on a sound device, and none for a function that no kernel calls or that has no other text", () => {
    expect(nextPaths(made({ exp: 4, "x / y": 0.5, sin: 1 }))).toBeNull();
    expect(nextPaths({ ...made({}), functions: [row("sin", 1e9, false)] })).toBeNull();
    expect(nextPaths(made({ "x + y": 99, erf: 99 }))).toBeNull();
    expect(nanPaths(made({}))).toEqual([]);
  });

  it("begin with what others are made of, and climb while a function still misses its bound", () => {
    const off = { exp: 99, tanh: 99, sin: 99, cos: 3 };
    expect(nextPaths(made(off))).toEqual(["own exp"]);
    // exp is mended, the others are not.
    expect(nextPaths(made({ ...off, exp: 1 }, ["own exp"]))).toEqual([
      "own exp",
      "builtin tanh",
      "ordered sine",
    ]);
    const last = ["own exp", "builtin tanh", "builtin sine"] as const;
    expect(nextPaths(made({ ...off, exp: 1, tanh: 1 }, ["own exp", "builtin tanh", "ordered sine"]))).toEqual(
      last,
    );
    expect(nextPaths(made({ ...off, exp: 1 }, last))).toBeNull();
  });

  it("keep those of the fewest faults, then of the smallest, then the usual ones", () => {
    const usual = made({ log: 9, sin: 20 });
    const ordered = made({ log: 9, sin: 9 }, ["ordered sine"]);
    const builtin = made({ log: 9, sin: 50 }, ["builtin sine"]);
    expect(bestOf([usual, ordered, builtin])).toBe(ordered);
    expect(bestOf([usual, made({ log: 9, sin: 20 }, ["ordered sine"])])).toBe(usual);
    expect(bestOf([usual, made({ log: 99, sin: 1 }, ["ordered sine"])]).paths).toEqual(["ordered sine"]);
    expect(bestOf([made({ log: 3 }), made({ log: 1 }, ["ordered log"])]).paths).toEqual([]);
  });

  it("keep a NaN where a function hides it, if its bits can be told", () => {
    const hiding = { hiddenByMaximum: true, hiddenBy: ["tanh", "log"] } as const;
    expect(nanPaths(made({}, [], hiding))).toEqual(["maximum keeps NaN", "tanh keeps NaN", "log keeps NaN"]);
    expect(nanPaths(made({}, [], { ...hiding, carried: false }))).toEqual([]);
    expect(nanPaths(made({}, [], { ...hiding, seenByBits: false }))).toEqual([]);
  });
});

describe("the text of a kernel", () => {
  it("is the very same without a path, and with paths that do not concern it", () => {
    const text = passportText();
    expect(safeText(text, [])).toBe(text);
    const plain = "fn main() { let e0 = (a + b); let i = thread / 4u; let j = max(i, 1u); }";
    expect(safeText(plain, SAFE_PATHS)).toBe(plain);
  });

  it("changes with each path, and defines what it then calls", () => {
    const text = passportText();
    for (const path of SAFE_PATHS) {
      const safe = safeText(text, [path]);
      expect(safe, path).not.toBe(text);
      for (const [, name] of safe.matchAll(/\b(es_\w+)\(/g)) expect(safe, path).toContain(`fn ${name}(`);
    }
  });
});

/** x [2,3] -> 4 -> 4 -> 2 classes: 12 weights, 16 weights, and the last layer. */
function deepRelu() {
  const b = new Builder();
  const [x, targets] = [b.input("x", [2, 3], "data"), b.input("targets", [2, 2], "target")];
  const first = b.op("relu", [linear(b, x, b.param("fc1.weight", [4, 3]), b.full(0, [4]))]);
  const second = b.op("relu", [linear(b, first, b.param("fc2.weight", [4, 4]), b.full(0, [4]))]);
  const logits = linear(b, second, b.param("fc3.weight", [2, 4]), b.param("fc3.bias", [2]));
  b.output("logits", logits);
  b.output("loss", softmaxCrossEntropy(b, logits, targets));
  return b.finish();
}

describe("on this device", () => {
  let passport: Passport;
  beforeAll(async () => {
    passport = await safePassport((await dawn()).device);
  });

  it("every function has its usual text, and what hides a NaN keeps it", () => {
    expect(passport.faults).toEqual([]);
    expect(passport.paths).toEqual(nanPaths(passport));
    expect(passport.paths).toContain("maximum keeps NaN");
  });

  it("the project's own texts and those in order meet every bound, and no function hides a NaN on them", async () => {
    const paths = SAFE_PATHS.filter((path) => !path.startsWith("builtin"));
    const { faults, functions, nonFinite } = await measurePassport((await dawn()).device, paths);
    expect(faults).toEqual([]);
    expect(nonFinite).toMatchObject({ hiddenByMaximum: false, hiddenBy: [] });
    const worst = (name: string) => functions.find((f) => f.name === name && f.used);
    for (const [name, most] of [
      ...[["x / y", 1] as const, ["sqrt", 1] as const],
      ...[["1 / sqrt", 2] as const, ["exp", 2] as const],
    ]) {
      expect(worst(name)).toMatchObject({ text: "own", passed: true });
      expect(worst(name)?.worst, name).toBeLessThan(most);
    }
  });

  it("a product on the paths that keep NaN is the usual one, bit for bit; a hidden overflow reaches the loss", async () => {
    const shared = await engines();
    const pipelines = new PipelineCache(shared.gpu.device, passport.paths);
    const random = example(deepRelu());
    const net = { ...random, inputs: { ...random.inputs, x: new Float32Array(6).fill(1) } };
    const v = randomVector(net.parameters.length, 3);
    const both = async (parameters: Float32Array) => {
      const operators = [
        await hessianOf({ ...net, parameters }, 1, shared),
        await hessianOf({ ...net, parameters }, 1, { ...shared, pipelines }),
      ];
      const found = operators.map(async (operator) => ({
        loss: await operator.loss(),
        gradient: await operator.gradient(),
        product: (await products(operator, [v]))[0],
      }));
      const results = await Promise.all(found);
      for (const operator of operators) operator.destroy();
      return results;
    };
    const [usual, safe] = await both(net.parameters);
    expect(safe).toEqual(usual);
    expect(usual.product.some((x) => x !== 0)).toBe(true);

    // Products of the second layer are infinite with both signs: without the path nothing shows it.
    const huge = net.parameters.map((x, i) => (i < 12 ? 1e25 : i < 28 ? 1e25 * (-1) ** i : x));
    const [hidden, shown] = await both(huge);
    expect([hidden.loss, ...hidden.gradient, ...hidden.product].every(Number.isFinite)).toBe(true);
    expect(shown.loss).toBeNaN();
    expect(shown.product.some(Number.isNaN)).toBe(true);
  });
});

describe("a NaN from an overflow", () => {
  const HUGE = 3e38;
  let keeping: PipelineCache;
  beforeAll(async () => {
    keeping = new PipelineCache(
      (await dawn()).device,
      SAFE_PATHS.filter((path) => path.endsWith("NaN")),
    );
  });

  it("gets through every function on the path that keeps it, and only there", async () => {
    const b = new Builder();
    const x = b.input("x", [4], "data");
    const square = b.op("mul", [x, x]);
    const none = b.op("sub", [square, b.op("mul", [square, x])]);
    const full = (value: number) => b.full(value, [4]);
    for (const op of ["relu", "tanh", "erf", "log"]) b.output(op, b.op(op, [none]));
    b.output("clip", b.op("clip", [none, full(0), full(6)]));
    b.output("pow", b.op("pow", [none, full(-1)]));
    const graph = b.finish();
    const inputs = { x: new Float64Array(4).fill(HUGE) };
    const usual = await onGpu(graph, inputs);
    for (const op of ["relu", "clip", "tanh", "erf", "log"])
      expect(usual[op].every(Number.isFinite), op).toBe(true);
    for (const [op, values] of Object.entries(await onGpu(graph, inputs, keeping)))
      expect(values.every(Number.isNaN), op).toBe(true);
  });

  it("gets through a maximum and a maximum pooling wherever it stands", async () => {
    const b = new Builder();
    const [x, zero] = [b.input("x", [1, 2, 2, 4], "data"), b.input("zero", [1, 2, 2, 4], "data")];
    const square = b.op("mul", [x, x]);
    // x, but NaN where x is huge.
    const y = b.op("add", [x, b.op("mul", [zero, b.op("sub", [square, b.op("mul", [square, x])])])]);
    const window = { kernel: [2, 2], stride: [2, 2], dilation: [1, 1], pad: [0, 0, 0, 0] };
    b.output("lanes", b.op("max", [y], { axes: [3] }));
    b.output("rows", b.op("max", [y], { axes: [1, 2] }));
    b.output("pooled", b.op("poolPick", [y, b.op("poolArgmax", [y], window)], window));
    const graph = b.finish();
    const none = new Float64Array(16);
    for (const place of [0, 5, 10, 15]) {
      const values = Float64Array.from({ length: 16 }, (_, i) => 1 + i);
      const whole = await onGpu(graph, { x: values, zero: none }, keeping);
      values[place] = HUGE;
      const hit = await onGpu(graph, { x: values, zero: none }, keeping);
      for (const [name, got] of Object.entries(hit)) {
        const want = whole[name].slice();
        want[name === "lanes" ? Math.floor(place / 4) : place % 4] = Number.NaN;
        expect(got, `${name} at ${place}`).toEqual(want);
      }
    }
  });
});

describe("a device with faults", () => {
  const spoiled = spoiledGpu();
  let device: GPUDevice;
  beforeAll(async () => {
    device = (await requestGpu(spoiled)).device;
  });
  afterAll(() => device.destroy());

  it("gets other texts, which meet their bounds; the usual ones are listed as not used", async () => {
    const usual = await measurePassport(device);
    const off = usual.functions.filter(({ used, passed }) => used && !passed);
    expect(off.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["x / y", "sqrt", "1 / sqrt", "exp", "log", "sin", "cos"]),
    );
    const { paths, faults, functions } = await safePassport(device);
    expect(paths).toEqual(
      expect.arrayContaining(
        SAFE_PATHS.filter((path) => path.startsWith("own") || path.startsWith("ordered")),
      ),
    );
    expect(faults).toEqual([]);
    for (const { name, worst } of off.filter(({ name }) => name !== "tanh" && name !== "erf"))
      expect(functions).toContainEqual(expect.objectContaining({ name, worst, used: false }));
  });

  it("gives the run of a sound one on them, which says so and passes its checks", async () => {
    const results = await Promise.all(
      [spoiled, dawnEntry()].map(async (gpu) => {
        const engine = engineOn(gpu);
        expect((await engine.load(mlp("tanh"), vectors())).kind).toBe("loaded");
        const result = finished(await engine.run(settings({ probes: 1, steps: 20 }), silent));
        engine.destroy();
        return result;
      }),
    );
    const [got, want] = results;
    expect(got.device.passport?.paths).toContain("own exp");
    expect(want.device.passport?.paths).not.toContain("own exp");
    expect(got.checks.filter(({ passed }) => !passed)).toEqual([]);
    const file = new TextEncoder().encode(JSON.stringify(got));
    expect(readResultFile(file, "run.json").runs).toEqual([{ name: null, result: got }]);
    expect(got.loss).toBeCloseTo(want.loss, 6);
    const scale = want.eigenvalues.top[0].value;
    for (const end of ["top", "bottom"] as const)
      want.eigenvalues[end].forEach(({ value }, i) => {
        expect(Math.abs(got.eigenvalues[end][i].value - value)).toBeLessThan(1e-5 * scale);
      });
  });
});
