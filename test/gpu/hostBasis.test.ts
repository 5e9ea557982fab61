import { afterAll, describe, expect, it } from "vitest";
import { temporaryDisk } from "../../src/cli/disk.ts";
import { DiskRefusal, FileColumns } from "../../src/gpu/columns.ts";
import { requestGpu } from "../../src/gpu/device.ts";
import { MemoryRefusal } from "../../src/gpu/plan.ts";
import type { GpuSpace, GpuVector } from "../../src/gpu/vectors.ts";
import { type LinearOperator, SlqRun } from "../../src/spectrum/index.ts";
import { finish, multiply, rademacher, spread, withSpectrum } from "../spectrum/matrices.ts";
import { dawn, dawnEntry } from "./dawn.ts";
import { FakeDisk } from "./disks.ts";
import { columns, gpuSpace, n } from "./spaces.ts";

const matrix = withSpectrum([...spread(-1, 1, n - 3), 4, 6, 9]);

/** The product on the CPU in float64, the vectors on the GPU. */
const operatorOn = (space: GpuSpace): LinearOperator<GpuVector> => ({
  space,
  async apply(v, out) {
    space.write(
      out,
      (await space.read(v)).map((column) => multiply(matrix, column)),
    );
  },
});

const target = {
  ...{ steps: 14, probes: 2, traceProbes: 2, top: 3, bottom: 1, capacity: 14 },
  source: rademacher(3),
};

afterAll(async () => {
  expect((await dawn()).faults).toEqual([]);
});

describe("a Krylov basis in host memory or in a file", () => {
  it("gives bit for bit the T, Ritz vectors and orthogonality of one on the device", async () => {
    const found = [];
    for (const where of ["the device", "host memory", temporaryDisk(1e9)] as const) {
      const space = await gpuSpace(2, 3, where);
      const run = new SlqRun(operatorOn(space), target);
      await finish(run.advance());
      const out = space.create();
      const { top } = run.result();
      await run.ritzVector(top[0], out);
      expect(top[0].value).toBeCloseTo(9, 3);
      found.push([run.checkpoint(), top, await space.read(out), await run.orthogonality()]);
      run.release();
      space.destroy();
    }
    for (const place of found.slice(1)) expect(place).toEqual(found[0]);
  });

  it("holds two blocks and a window on the device, whatever its length, and gives all of it back", async () => {
    for (const where of ["host memory", new FakeDisk()] as const) {
      const space = await gpuSpace(2, 3, where);
      const before = space.bytes;
      const basis = space.basis(50);
      expect(space.bytes - before).toBe((3 + 1) * space.blockBytes);
      basis.release();
      expect(space.bytes).toBe(before);
      space.destroy();
    }
  });

  it("of a file never has more than a window in memory, and says where a full disk stopped it", async () => {
    const disk = new FakeDisk();
    const space = await gpuSpace(1, 3, disk);
    const columns = new FileColumns(disk, { capacity: 8, perChunk: 3, floats: 4 });
    const vector = (j: number) => Float32Array.from([j, 2 * j, 3 * j, 4 * j]);
    for (let j = 0; j < 7; j++) await columns.write(j, vector(j));
    const read = columns.read(3, 3);
    expect([...read]).toEqual([3, 4, 5].flatMap((j) => [...vector(j)]));
    expect(read.buffer.byteLength).toBe(4 * 4 * 3);
    expect(columns.read(6, 1).buffer).toBe(read.buffer);
    disk.most = disk.written;
    const full = await Promise.resolve(columns.write(7, vector(7))).catch((error: unknown) => error);
    expect(full).toBeInstanceOf(DiskRefusal);
    expect((full as Error).message).toBe(
      "The disk took 7 of the 8 vectors of the Krylov basis (1 MB of 1 MB) and refused the next one (No space available for this operation). What is known stays: make room on the disk, or use fewer Lanczos steps.",
    );
    columns.release();
    expect(disk.live).toBe(0);
    expect(() => columns.read(0, 1)).toThrow(
      /^The Krylov basis on the disk cannot be read any more \(it is closed\)\./,
    );
    // A file that comes when its basis has gone is closed at once.
    const late = new FileColumns(disk, { capacity: 8, perChunk: 3, floats: 4 });
    const writing = late.write(0, vector(0));
    late.release();
    await expect(writing).rejects.toThrow("has ended");
    expect([disk.made, disk.live]).toEqual([2, 0]);
    expect(() => space.basis(1e6)).toThrow(
      /^The Krylov basis of 1000000 vectors needs 1\.\d GB on the disk, a run may take 1 MB: use fewer Lanczos steps\.$/,
    );
    space.destroy();
  });

  it("goes on after a cancel in the middle of a projection, with the same numbers", async () => {
    const space = await gpuSpace(2, 3, "host memory");
    const whole = new SlqRun(operatorOn(space), target);
    await finish(whole.advance());
    const abort = new AbortController();
    const cut = new SlqRun(operatorOn(space), target);
    const { queue } = space.stream.device;
    const write = queue.writeBuffer;
    let events = 0;
    for await (const event of cut.advance({ signal: abort.signal })) {
      if (event.kind === "cancelled") break;
      if (++events < 6) continue;
      // The second chunk of the next projection is not brought any more.
      queue.writeBuffer = (...args: unknown[]) => {
        abort.abort();
        Reflect.apply(write, queue, args);
      };
    }
    queue.writeBuffer = write;
    expect(abort.signal.aborted).toBe(true);
    expect(cut.checkpoint().columns[0].alpha.length).toBeLessThan(14);
    await finish(cut.advance());
    expect(cut.checkpoint()).toEqual(whole.checkpoint());
    for (const run of [whole, cut]) run.release();
    space.destroy();
  });

  it("can be extended beyond its room, and is refused in words where the host has none", async () => {
    const space = await gpuSpace(1, 3, "host memory");
    const run = new SlqRun(operatorOn(space), {
      ...target,
      probes: 1,
      traceProbes: 1,
      capacity: 5,
      steps: 5,
    });
    await finish(run.advance());
    run.extend({ steps: 12 });
    await finish(run.advance());
    expect(run.result().steps).toEqual([12]);
    expect(await run.orthogonality()).toBeLessThan(1e-6);
    expect(() => space.basis(1e6)).toThrow(MemoryRefusal);
    expect(() => space.basis(1e6)).toThrow(
      /^The Krylov basis of 1000000 vectors needs 1\.\d GB of the computer's memory, a run may take 1 MB: use fewer Lanczos steps\.$/,
    );
    run.release();
    space.destroy();
  });

  it("fails, and does not wait, where the device is lost", async () => {
    const gpu = await requestGpu(dawnEntry());
    const space = await gpuSpace(1, 1, "host memory", gpu.device);
    const basis = space.basis(9);
    const v = space.create();
    for (let j = 0; j < 8; j++) {
      space.write(v, columns(1, j));
      await basis.append(v, 1);
    }
    const projected = basis.project(v);
    gpu.device.destroy();
    await expect((async () => (await projected).fetch())()).rejects.toThrow();
  });
});
