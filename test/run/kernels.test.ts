import { describe, expect, test } from "vitest";
import { FormatError } from "../../src/model/errors.ts";
import { readKernelTable, takenKernels } from "../../src/run/kernelTable.ts";
import type { KernelTable } from "../../src/run/kernelTypes.ts";
import type { RunEvent } from "../../src/run/protocol.ts";
import { readResultFile } from "../../src/run/resultFile.ts";
import { KERNELS } from "../ui/fakeEngine.ts";
import { sampleRun } from "../ui/sampleRun.ts";
import { deepMlp, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const encoded = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const read = (table: unknown): KernelTable => readKernelTable(encoded(table), "table.json");

/** The sample table with its only entry changed. */
const withEntry = (change: object): unknown => ({
  ...KERNELS,
  entries: [{ ...KERNELS.entries[0], ...change }],
});

describe("a table of measured kernels", () => {
  test("is read as it was written", () => {
    expect(read(KERNELS)).toEqual(KERNELS);
  });

  const [{ shape, measured }] = KERNELS.entries;
  const tiling = (change: object) => [measured[0], { ms: 1, tiling: { ...measured[1].tiling, ...change } }];
  test.each<[string, unknown, RegExp]>([
    [
      "of another kind",
      { ...KERNELS, schema: "eigenscope-result" },
      /^table\.json: schema: expected "eigenscope-kernels"/,
    ],
    ["of a later version", { ...KERNELS, version: 2 }, /version: expected 1/],
    ["without a device", { ...KERNELS, device: undefined }, /device: expected a value/],
    [
      "with a shape of no kernel",
      withEntry({ shape: { ...shape, kind: "fft" } }),
      /shape\.kind: expected "matmul"/,
    ],
    [
      "with a size below one",
      withEntry({ shape: { ...shape, m: 0 } }),
      /shape\.m: expected a whole number from 1/,
    ],
    [
      "with a tile that is none",
      withEntry({ measured: tiling({ rows: 7 }) }),
      /measured\[1\]\.tiling: expected one of 8x2, 4x1/,
    ],
    [
      "with a tile too wide for the shape",
      withEntry({ measured: tiling({ columns: 3 }) }),
      /measured\[1\]\.tiling: expected one of/,
    ],
    [
      "with a thousand threads",
      withEntry({ measured: tiling({ workgroup: 1024 }) }),
      /found 4x2 of 1024|file has 4x2 of 1024/,
    ],
    [
      "that begins with another than the usual one",
      withEntry({ measured: [...measured].reverse() }),
      /the usual one, 8x2/,
    ],
    ["with a choice that was not measured", withEntry({ chosen: 2 }), /chosen: expected below 2/],
    [
      "with a shape twice",
      { ...KERNELS, entries: [...KERNELS.entries, ...KERNELS.entries] },
      /entries\[1\]\.shape: expected each shape once/,
    ],
    [
      "with a negative time",
      withEntry({ measured: [{ ...measured[0], ms: -1 }, measured[1]] }),
      /ms: expected a finite number from 0/,
    ],
  ])("%s is refused by the place", (_title, table, message) => {
    expect(() => read(table)).toThrow(FormatError);
    expect(() => read(table)).toThrow(message);
  });

  test("decides nothing where no shape has another tiling than the usual one", async () => {
    const { device } = sampleRun();
    const own = { ...KERNELS, device: { ...device, limits: device.limits } };
    const usual = { ...own, entries: [{ ...KERNELS.entries[0], chosen: 0 }] };
    expect(await takenKernels(encoded(usual), "table.json", device)).toEqual({
      kernels: null,
      summary: { shapes: 1, others: 0, usualMs: 4, chosenMs: 4 },
    });
    const taken = await takenKernels(encoded(own), "table.json", device);
    expect(taken.summary).toEqual({ shapes: 1, others: 1, usualMs: 4, chosenMs: 2 });
    expect(taken.kernels?.used.chosen).toEqual([
      { shape: "matmul 1x64x64x64 tb 2", tiling: measured[1].tiling },
    ]);
    expect(taken.kernels?.used.digest).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("on a device", () => {
  test("kernels are measured, their table is used by runs to the same bits, also on a new device after a loss, and the result says so", async () => {
    const gpu = new WatchedGpu();
    const engine = engineOn(gpu.entry);
    const small = settings({ steps: 3, probes: 1, traceProbes: 1 });
    try {
      expect((await engine.load(deepMlp(1, 1), vectors())).kind).toBe("loaded");
      const tuned = await engine.tune(small, silent);
      if (tuned.kind !== "tuned") throw new Error(JSON.stringify(tuned));
      const { table } = tuned;
      expect(table.entries.length).toBeGreaterThan(1);
      for (const { measured } of table.entries)
        expect(measured.every(({ ms }) => Number.isFinite(ms) && ms > 0)).toBe(true);
      expect(read(JSON.parse(JSON.stringify(table)))).toEqual(table);

      const usual = finished(await engine.run(small, silent));
      expect(usual.kernels).toBeUndefined();
      // Whatever was measured: the last tiling of every shape.
      const others = {
        ...table,
        entries: table.entries.map((e) => ({ ...e, chosen: e.measured.length - 1 })),
      };
      const answer = await engine.takeKernels(encoded(others), "table.json");
      expect(answer.kind).toBe("used");
      const first = finished(await engine.run(small, silent));
      const destroying = (event: RunEvent): void => {
        if (event.type === "progress" && event.progress.phase === "lanczos" && gpu.devices.length === 1)
          gpu.device.destroy();
      };
      const second = finished(await engine.run(small, destroying));
      expect([first.losses, second.losses]).toEqual([undefined, 1]);
      expect(first.kernels?.chosen).toHaveLength(table.entries.length);
      expect(first.kernels).toEqual(second.kernels);
      expect(first.spectrum).toEqual(second.spectrum);
      expect(Math.abs(first.loss - usual.loss)).toBeLessThan(1e-6);
      const { runs, leftOut } = readResultFile(encoded(first), "run.json");
      expect(leftOut).toEqual([]);
      expect(runs[0].result.kernels).toEqual(first.kernels);

      const elsewhere = { ...others, device: { ...table.device, name: "Another GPU" } };
      expect(await engine.takeKernels(encoded(elsewhere), "table.json")).toMatchObject({
        kind: "refused",
        message: expect.stringMatching(/^table\.json: device: expected .*, file has Another GPU/),
      });
      expect((await engine.takeKernels(null, "")).kind).toBe("used");
      const again = finished(await engine.run(small, silent));
      expect(again.kernels).toBeUndefined();
      expect(again.spectrum).toEqual(usual.spectrum);
    } finally {
      engine.destroy();
    }
  });
});
