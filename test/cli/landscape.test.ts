import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import { checkGridPath, landscapeRequest, needsRun, writeGrid } from "../../src/cli/landscape.ts";
import { readNpz, writeNpy } from "../../src/model/index.ts";
import { bytesOf, safetensorsBytes } from "../model/files.ts";
import { finished, silent } from "../run/host.ts";
import { createFakeEngine } from "../ui/fakeEngine.ts";
import { sampleRun } from "../ui/sampleRun.ts";

const folder = mkdtempSync(join(tmpdir(), "landscape-"));
afterAll(() => rmSync(folder, { recursive: true }));
const saved = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

/** A network whose first tensor's name ends that of another one. */
const card = {
  ...sampleRun().model,
  parameterCount: 6,
  tensors: [
    { name: "conv1.weight", shape: [2, 2], size: 4 },
    { name: "layer1.conv1.weight", shape: [1, 2], size: 2 },
  ],
};
const ask = (line: string) => landscapeRequest(parseArguments(line === "" ? [] : line.split(" ")), card);

describe("the landscape command", () => {
  it("measures the plane of the two largest eigenvalues unless told otherwise", async () => {
    expect(await ask("")).toEqual({
      axes: [0, 1].map((place) => ({
        direction: { kind: "ritz", end: "top", place },
        ...{ from: -0.5, to: 0.5, points: 11 },
      })),
      bn: "eval",
    });
  });

  it("takes a line or a plane of any kind of direction, with ranges of their own", async () => {
    const file = saved("other.safetensors", "weights");
    const { axes, bn } = await ask(
      `--directions checkpoint:${file},random:7 --points 5 --range -1:2,-0.25:0.25 --biases scaled --landscape-bn batch`,
    );
    expect(bn).toBe("batch");
    expect(axes.map(({ from, to }) => [from, to])).toEqual([
      [-1, 2],
      [-0.25, 0.25],
    ]);
    expect(axes[0].direction).toMatchObject({ kind: "checkpoint", files: [{ name: "other.safetensors" }] });
    expect(axes[1].direction).toEqual({ kind: "random", seed: 7, oneDimensional: "scaled" });
    const [between] = (await ask(`--directions checkpoint:${file}`)).axes;
    expect([between.from, between.to]).toEqual([-0.5, 1.5]);
    expect((await ask("--directions gradient --radius 2")).axes).toMatchObject([
      { direction: { kind: "gradient" }, from: -2, to: 2 },
    ]);
  });

  it("needs eigenvectors only where they are named", () => {
    const needs = (line: string): boolean => needsRun(parseArguments(["--directions", line]));
    expect(["top:1", "random,bottom:2", "random", "gradient,checkpoint:top.pt"].map(needs)).toEqual([
      ...[true, true, false, false],
    ]);
  });

  it("reads vectors from npy rows and from named tensors", async () => {
    const rows = Float32Array.from({ length: 12 }, (_, i) => i);
    const npy = saved("rows.npy", writeNpy(rows, [2, 6]));
    const [second] = (await ask(`--directions file:2 --direction-file ${npy}`)).axes;
    expect(second.direction).toEqual({ kind: "vector", name: "2", values: rows.slice(6) });
    const part = (name: string, shape: number[], from: number, to: number) => ({
      ...{ name, dtype: "F32" as const, shape },
      bytes: bytesOf(rows.slice(from, to)),
    });
    const tensors = [part("v1.layer1.conv1.weight", [1, 2], 4, 6), part("v1.conv1.weight", [2, 2], 0, 4)];
    const named = saved("vectors.safetensors", safetensorsBytes(tensors));
    const [one] = (await ask(`--directions file:v1 --direction-file ${named}`)).axes;
    expect(one.direction).toEqual({ kind: "vector", name: "v1", values: rows.slice(0, 6) });
    await expect(ask(`--directions file:v2 --direction-file ${named}`)).rejects.toThrow(
      '--directions: there is no vector "v2". There are: v1.',
    );
    const short = saved("short.npy", writeNpy(rows, [12]));
    await expect(ask(`--directions file:1 --direction-file ${short}`)).rejects.toThrow(
      "short.npy: array: expected float32 numbers of shape [6] or [k,6], file has [12]",
    );
  });

  it.each([
    ["--directions top:0", 'found "top:0"'],
    ["--directions sideways", 'found "sideways"'],
    ["--directions top:1,top:2,top:3", "expected one or two, found 3"],
    ["--directions gradient --range 1:0", 'found "1:0"'],
    ["--points 1", "expected a whole number of at least 2"],
    ["--directions file:v1", "There are: none: name one by --direction-file."],
  ])("refuses %s in words", async (line, message) => {
    await expect(ask(line)).rejects.toThrow(message);
  });

  it("writes the grid as json and as npz with the prediction beside it", async () => {
    expect(() => checkGridPath(parseArguments(["--out", "grid.txt"]))).toThrow(
      "expected a .json or .npz file",
    );
    const engine = createFakeEngine(sampleRun());
    const request = {
      axes: [0, 1].map((place) => ({
        direction: { kind: "ritz", end: "top", place } as const,
        from: -1,
        to: 1,
        points: 3 + 2 * place,
      })),
      bn: "eval",
    } as const;
    const result = finished(await engine.landscape(request, silent));
    const [json, npz] = [saved("grid.json", ""), saved("grid.npz", "")];
    await writeGrid(result, json);
    await writeGrid(result, npz);
    const grid = JSON.parse(readFileSync(json, "utf8"));
    expect(grid).toMatchObject({ schema: "eigenscope-landscape", version: 1, measured: 15 });
    expect(grid.predicted).toHaveLength(15);
    const arrays = readNpz(new Uint8Array(readFileSync(npz)), "grid.npz");
    expect([...arrays.keys()]).toEqual(["a", "b", "loss", "accuracy", "predicted"]);
    expect(arrays.get("loss")?.shape).toEqual([3, 5]);
    expect(arrays.get("loss")?.data).toEqual(Float32Array.from(grid.loss));
    expect(arrays.get("b")?.data).toEqual(Float32Array.from([-1, -0.5, 0, 0.5, 1]));
  });
});
