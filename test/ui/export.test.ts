import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { csv } from "../../src/model/csv.ts";
import { readNpz } from "../../src/model/index.ts";
import type { CheckName } from "../../src/run/protocol.ts";
import { runNpz } from "../../src/ui/export/npz.ts";
import { pytorchScript } from "../../src/ui/export/recompute.ts";
import { doubted } from "../../src/ui/export/tables.ts";
import { methodsSentence } from "../../src/ui/export/words.ts";
import { doubtOf } from "../../src/ui/words.ts";
import { sampleRun } from "./sampleRun.ts";

describe("a run that failed its checks", () => {
  const failing = (...names: CheckName[]) =>
    sampleRun({ checks: names.map((name) => ({ name, value: 1, bound: 1e-4, passed: false })) });

  it("is doubted by name, each check once, and a sound one is not", () => {
    expect(doubtOf([sampleRun()])).toBeNull();
    expect(doubtOf([failing("symmetry"), sampleRun()])).toBe("Do not trust this: the check symmetry failed.");
    expect(doubtOf([failing("symmetry", "ghosts"), failing("ghosts")])).toBe(
      "Do not trust this: the checks symmetry, ghosts failed.",
    );
  });

  it("says so in the methods sentence", () => {
    expect(methodsSentence(failing("ghosts"))).toMatch(/the check ghosts failed\.$/);
    expect(methodsSentence(sampleRun())).not.toContain("trust");
  });
});

describe("the methods sentence", () => {
  it("says what the run did: reorthogonalisation or none, and which estimator of the trace", () => {
    const { trace, spectrum } = sampleRun();
    expect(methodsSentence(sampleRun())).toMatch(
      /full reorthogonalisation .* by Hutchinson's estimator with/,
    );
    const other = sampleRun({
      spectrum: { ...spectrum, densityOnly: { ghosts: 1 } },
      trace: { ...trace, method: "exact" },
    });
    expect(methodsSentence(other)).toMatch(
      /no reorthogonalisation .* its trace exactly, as a sum over samples and classes/,
    );
  });
});

describe("the numbers of a run as npz", () => {
  it("are those of the result in float64, rows of unlike length filled up with NaN", () => {
    const run = sampleRun();
    const { nodes } = run.spectrum;
    const uneven = { ...run, spectrum: { ...run.spectrum, nodes: [nodes[0], nodes[1].slice(0, 3)] } };
    const files = unzipSync(runNpz(uneven, null));
    expect(read(files["nodes.npy"])).toEqual({
      header: "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 5), }",
      values: [...nodes[0], ...nodes[1].slice(0, 3), Number.NaN, Number.NaN],
    });
    const { trace } = run;
    expect(read(files["trace.npy"]).values).toHaveLength(4 * (1 + trace.perLayer.length));
    expect(read(files["trace.npy"]).values[0]).toBe(trace.estimate);
    expect(Object.keys(files).includes("slice_loss.npy")).toBe(run.slices.length > 0);
    // Our own reader takes the file too; it keeps float32.
    expect(readNpz(runNpz(uneven, null), "run.npz").get("nodes")?.shape).toEqual([2, 5]);
  });
});

describe("numbers of a run that failed a check", () => {
  const doubt = "Do not trust this: the checks symmetry, ghosts failed.";

  it("say so in every row of a CSV, whatever its cells hold", () => {
    const table = csv(
      ["a", "b"],
      [
        ["1,2", "x\r\ny"],
        ['"', 3],
      ],
    );
    const told = "Do not trust this: the checks symmetry; ghosts failed.";
    expect(doubted(table, doubt)).toBe(`a,b,doubt\r\n"1,2","x\r\ny",${told}\r\n"""",3,${told}\r\n`);
    expect(doubted(table, null)).toBe(table);
  });

  it("say so in a text of the npz", () => {
    const files = unzipSync(runNpz(sampleRun(), doubt));
    const bytes = files["doubt.npy"];
    const start = 10 + bytes[8] + 256 * bytes[9];
    expect(start % 64).toBe(0);
    expect(new TextDecoder().decode(bytes.subarray(10, start)).trim()).toBe(
      `{'descr': '<U${doubt.length}', 'fortran_order': False, 'shape': (), }`,
    );
    expect(String.fromCodePoint(...new Uint32Array(bytes.slice(start).buffer))).toBe(doubt);
    expect(unzipSync(runNpz(sampleRun(), null))).not.toHaveProperty(["doubt.npy"]);
  });
});

function read(bytes: Uint8Array): { header: string; values: number[] } {
  const start = 10 + bytes[8] + 256 * bytes[9];
  const header = new TextDecoder().decode(bytes.subarray(10, start)).trim();
  return { header, values: [...new Float64Array(bytes.slice(start).buffer)] };
}

describe("the PyTorch script", () => {
  const { model } = sampleRun();
  const named = (source: string) =>
    pytorchScript(
      { model: { ...model, source, data: { ...model.data, source: "data/batch.npz" } } },
      "r.json",
      "s.py",
    );

  it("names its files by their last part, and leaves no name open", () => {
    const script = named("resnet20/model.safetensors");
    expect(script).toContain('open("r.json")');
    expect(script).toContain('read_safetensors("model.safetensors")');
    expect(script).toContain('np.load("batch.npz")');
    expect(script).not.toMatch(/\{\{|\}\}/);
  });

  it("lets no name of a file end its string", () => {
    expect(named('a"; import os\n\\.safetensors')).toContain(
      'read_safetensors("a_; import os__.safetensors")',
    );
  });
});
