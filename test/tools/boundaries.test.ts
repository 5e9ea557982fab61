import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, readJson } from "../../tools/setup.mjs";
import { BOUNDARIES, violations } from "./boundaries.ts";

const files = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(ROOT, folder), join(entry.parentPath, entry.name)).replaceAll("\\", "/"));

describe("the folders of src", () => {
  const sources = files("src");

  test("import only what the table allows", () => {
    const modules = sources.filter((file) => /\.tsx?$/.test(file));
    expect(modules.length).toBeGreaterThan(50);
    expect(
      modules.flatMap((file) => violations(file, readFileSync(join(ROOT, "src", file), "utf8"))),
    ).toEqual([]);
  });

  test("hold WGSL alone in shaders", () => {
    expect(sources.filter((file) => file.startsWith("shaders/") && !file.endsWith(".wgsl"))).toEqual([]);
  });
});

describe("the checker catches", () => {
  const caught: readonly [title: string, file: string, text: string, message: string][] = [
    [
      "an import of a forbidden folder",
      "model/a.ts",
      'import { x } from "../gpu/device.ts";',
      "model/a.ts imports gpu/device.ts; model may import fflate, @bufbuild/protobuf, @huggingface/tokenizers, hyparquet, jpeg-js",
    ],
    [
      "a re-export",
      "spectrum/a.ts",
      'export * from "../model/graph.ts";',
      "spectrum/a.ts imports model/graph.ts; spectrum may import nothing else",
    ],
    [
      "a dynamic import",
      "gpu/kernels/a.ts",
      'export const f = () => import("../../spectrum/slq.ts");',
      "gpu/kernels/a.ts imports spectrum/slq.ts; gpu may import model/graph.ts, autograd, shaders",
    ],
    [
      "an imported type",
      "spectrum/a.ts",
      'export type G = import("../model/graph.ts").Graph;',
      "spectrum/a.ts imports model/graph.ts; spectrum may import nothing else",
    ],
    [
      "a worker of another folder",
      "store/a.ts",
      'new Worker(new URL("../run/worker.ts", import.meta.url));',
      "store/a.ts imports run/worker.ts; store may import run/protocol.ts (types), run/hub/types.ts (types), run/roles.ts, run/questions.ts, run/planExport.ts, run/planChoice.ts, run/pruneExport.ts, run/resultFile.ts, model/latencyTable.ts, spectrum, strings, zustand",
    ],
    [
      "a value where only types are allowed",
      "store/a.ts",
      'import { VERSION } from "../run/protocol.ts";',
      "store/a.ts imports values of run/protocol.ts; store may import run/protocol.ts (types), run/hub/types.ts (types), run/roles.ts, run/questions.ts, run/planExport.ts, run/planChoice.ts, run/pruneExport.ts, run/resultFile.ts, model/latencyTable.ts, spectrum, strings, zustand",
    ],
    [
      "a file beside the one that is allowed",
      "autograd/a.ts",
      'import { readNpy } from "../model/npy.ts";',
      "autograd/a.ts imports model/npy.ts; autograd may import model/graph.ts, model/paramLayout.ts",
    ],
    [
      "D3 outside the charts",
      "ui/a.tsx",
      'import { scaleLinear } from "d3-scale";',
      "ui/a.tsx imports d3-scale; ui may import ui/charts, store, strings, spectrum (types), model/crc32.ts, model/csv.ts, model/npzWrite.ts, react, zustand",
    ],
    [
      "a package whose name only begins like an allowed one",
      "model/a.ts",
      'import { x } from "fflate-fork";',
      "model/a.ts imports fflate-fork; model may import fflate, @bufbuild/protobuf, @huggingface/tokenizers, hyparquet, jpeg-js",
    ],
    [
      "a second place that asks for the GPU",
      "run/a.ts",
      "export const g = navigator.gpu;",
      "run/a.ts uses navigator.gpu",
    ],
    [
      "the same through globalThis",
      "run/a.ts",
      "globalThis.navigator?.gpu.x();",
      "run/a.ts uses navigator.gpu",
    ],
    ["the same by destructuring", "run/a.ts", "const { gpu } = navigator;", "run/a.ts uses navigator.gpu"],
    [
      "unseeded randomness",
      "spectrum/a.ts",
      "export const r = Math.random();",
      "spectrum/a.ts uses Math.random",
    ],
    ["the clock", "gpu/a.ts", 'export const t = Date["now"];', "gpu/a.ts uses Date.now"],
  ];
  for (const [title, file, text, message] of caught) {
    test(title, () => expect(violations(file, text)).toEqual([message]));
  }

  test("a file that is not TypeScript", () => expect(violations("model/a.ts", "const = 1;")).toHaveLength(1));

  test("a folder without a rule", () =>
    expect(() => violations("misc/a.ts", 'import "./b.ts";')).toThrow(
      "src/misc/a.ts lies in a folder that the table of boundaries does not know.",
    ));
});

test("the checker passes what is allowed, and words in comments and strings", () => {
  expect(violations("store/a.ts", 'import type { RunResult } from "../run/protocol.ts";')).toEqual([]);
  expect(violations("gpu/a.ts", 'import text from "../shaders/matmul.wgsl?raw";')).toEqual([]);
  expect(violations("cli/a.ts", 'import { readFile } from "node:fs/promises";')).toEqual([]);
  expect(violations("main.tsx", 'const run = () => import("./run/client.ts");')).toEqual([]);
  expect(
    violations("gpu/a.ts", '/** navigator.gpu, Date.now() */ export const m = "Math.random()";'),
  ).toEqual([]);
  expect(violations("run/a.ts", "export const t = Date.now();")).toEqual([]);
});

/** The editor shows what the linter says: so it must say the same as the table, except for types beside values. */
describe("the linter refuses what the table refuses", () => {
  const places = [
    "model/npy.ts",
    "model/graph.ts",
    "autograd/vjp.ts",
    "shaders/matmul.wgsl?raw",
    "gpu/device.ts",
    "spectrum/slq.ts",
    "run/protocol.ts",
    "run/client.ts",
    "cli/main.ts",
    "store/state.ts",
    "strings/en.ts",
    "ui/App.tsx",
    "ui/charts/frame.ts",
  ];
  const packages = [
    "fflate",
    "comlink",
    "webgpu",
    "zustand/vanilla",
    "react",
    "react-dom/client",
    "d3-scale",
  ];
  const homes = Object.keys(BOUNDARIES).filter((home) => home !== "shaders");
  const isFile = (home: string): boolean => /\.tsx?$/.test(home);
  const probe = (home: string): string =>
    home === "." ? "probe.ts" : isFile(home) ? home : `${home}/probe.ts`;
  const importsIn = (home: string): string[] => {
    const up = home === "." || isFile(home) ? "./" : "../".repeat(home.split("/").length);
    return [...places.map((place) => up + place), ...packages, "node:fs/promises"];
  };
  const line = (from: string): string => `import type { X } from "${from}";`;
  const refusedLines = lint(homes.map((home) => [probe(home), importsIn(home).map(line).join("\n")]));

  for (const home of homes) {
    test(home === "." ? "in src itself" : `in ${home}`, () => {
      const imports = importsIn(home);
      const refused = imports.filter((from) => violations(probe(home), line(from)).length > 0);
      expect(refused.length).toBeGreaterThan(0);
      expect(refusedLines(probe(home)).map((number) => imports[number - 1])).toEqual(refused);
    });
  }
});

/** Lints files below a src of their own by the project's rules. @returns the numbers of the refused lines of a file */
function lint(probes: readonly (readonly [file: string, text: string])[]): (file: string) => number[] {
  const folder = mkdtempSync(join(tmpdir(), "eigenscope-lint-"));
  try {
    const { $schema: _, vcs: __, ...config } = readJson(join(ROOT, "biome.json"));
    writeFileSync(join(folder, "biome.json"), JSON.stringify(config));
    for (const [file, text] of probes) {
      mkdirSync(dirname(join(folder, "src", file)), { recursive: true });
      writeFileSync(join(folder, "src", file), text);
    }
    const biome = join(ROOT, "node_modules", "@biomejs", "biome", "bin", "biome");
    const args = ["lint", "--only=style/noRestrictedImports", "--reporter=github", "--max-diagnostics=none"];
    const { stdout } = spawnSync(process.execPath, [biome, ...args], { cwd: folder, encoding: "utf8" });
    const found = [...stdout.matchAll(/noRestrictedImports,file=([^,]*),line=(\d+)/g)];
    return (file) =>
      found
        .filter(([, path]) => path.replaceAll("\\", "/").endsWith(`/src/${file}`) || path === `src/${file}`)
        .map(([, , number]) => Number(number))
        .sort((a, b) => a - b);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
