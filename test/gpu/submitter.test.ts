import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Command, Submitter } from "../../src/gpu/submitter.ts";
import type { HessianOperator } from "../../src/run/hessian.ts";
import { tinyConvNet } from "../autograd/nets.ts";
import { dawn } from "./dawn.ts";
import { engines, example, hessianOf, products, randomVector } from "./examples.ts";

/** Flops per millisecond of a device so slow that each command is a slice of its own, and of a fast one. */
const [SLOW, FAST] = [1e-3, 1e9];
const net = example(tinyConvNet("tanh", "eval", 3));
const v = randomVector(net.parameters.length, 1);
let want: Float64Array[];
let operator: HessianOperator;

beforeAll(async () => {
  operator = await hessianOf(net, 1, await engines(FAST));
  want = await products(operator, [v]);
});
afterAll(async () => {
  operator.destroy();
  expect((await dawn()).faults).toEqual([]);
});

describe("a submitter", () => {
  it("runs a program that fits a slice in one submit", async () => {
    const shared = await engines(FAST);
    const fast = await hessianOf(net, 1, shared);
    expect(shared.submitter.submits).toBe(1);
    await products(fast, [v]);
    expect(shared.submitter.submits).toBe(2);
    fast.destroy();
  });

  it("cuts a program for a slow device into many submits, with the same result", async () => {
    const shared = await engines(SLOW);
    const slow = await hessianOf(net, 1, shared);
    const before = shared.submitter.submits;
    expect(before).toBeGreaterThan(2);
    expect(await products(slow, [v])).toEqual(want);
    slow.destroy();
  });

  it("learns the pace of the device: later products need fewer submits", async () => {
    const shared = await engines(SLOW);
    const slow = await hessianOf(net, 1, shared);
    const first = shared.submitter.submits;
    for (let i = 0; i < 5; i++) await products(slow, [v]);
    const before = shared.submitter.submits;
    expect(await products(slow, [v])).toEqual(want);
    expect(shared.submitter.submits - before).toBeLessThan(first);
    slow.destroy();
  });

  it("submits nothing for a signal that has fired already", async () => {
    const shared = await engines(FAST);
    const fast = await hessianOf(net, 1, shared);
    const before = shared.submitter.submits;
    await expect(products(fast, [v], AbortSignal.abort())).rejects.toThrow(
      expect.objectContaining({ name: "AbortError" }),
    );
    expect(shared.submitter.submits).toBe(before);
    expect(await products(fast, [v])).toEqual(want);
    fast.destroy();
  });

  it("stops between slices when the signal fires, and a later product is right again", async () => {
    const shared = await engines(FAST);
    const submitter = new OneByOne(shared.gpu.device, FAST);
    const sliced = await hessianOf(net, 1, { ...shared, submitter });
    expect(await products(sliced, [v])).toEqual(want);
    const [x, out] = [sliced.space.create(), sliced.space.create()];
    sliced.space.write(x, [v]);
    const before = submitter.submits;
    const abort = new AbortController();
    const product = sliced.apply(x, out, abort.signal);
    abort.abort();
    await expect(product).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    expect(submitter.submits - before).toBe(1);
    expect(await products(sliced, [v])).toEqual(want);
    sliced.destroy();
  });
});

describe("dispatches longer than a slice", () => {
  it("are cut into parts that do the same work, bit for bit, one probe or several", async () => {
    const shared = await engines(FAST);
    for (const probes of [1, 2]) {
      const vectors = [v, randomVector(net.parameters.length, 2)].slice(0, probes);
      const whole = await hessianOf(net, probes, shared);
      const submitter = new InParts(shared.gpu.device, FAST);
      const cut = await hessianOf(net, probes, { ...shared, submitter });
      expect(await products(cut, vectors)).toEqual(await products(whole, vectors));
      expect(await cut.gradient()).toEqual(await whole.gradient());
      expect(submitter.cut).toBeGreaterThan(probes === 1 ? 3 : 10);
      for (const made of [whole, cut]) made.destroy();
    }
  });
});

/** Every dispatch in parts, each a slice of its own. */
class InParts extends Submitter {
  cut = 0;
  override async run(commands: readonly Command[], signal?: AbortSignal): Promise<void> {
    for (const command of commands) {
      const parts = "split" in command ? command.split?.(4) : null;
      if (parts) this.cut++;
      for (const part of parts ?? [command]) await super.run([part], signal);
    }
  }
}

/** Every command a slice of its own, however fast the device proves to be. */
class OneByOne extends Submitter {
  override async run(commands: readonly Command[], signal?: AbortSignal): Promise<void> {
    for (const command of commands) await super.run([command], signal);
  }
}

describe("a submitter on a device that answers when told to", () => {
  /** A device whose submits are done when `finish` is called. */
  function slowDevice() {
    const waiting: (() => void)[] = [];
    const pass = { setPipeline() {}, setBindGroup() {}, dispatchWorkgroups() {}, end() {} };
    const device = {
      createCommandEncoder: () => ({ beginComputePass: () => pass, finish: () => ({}) }),
      queue: {
        submit() {},
        onSubmittedWorkDone: () => new Promise<void>((resolve) => waiting.push(resolve)),
      },
    };
    return {
      device: device as unknown as GPUDevice,
      finish: () => waiting.shift()?.(),
      inFlight: () => waiting.length,
    };
  }
  const command = { groups: [1, 1, 1], flops: 1e9 } as unknown as Command;
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

  it("keeps two submits in flight, no more", async () => {
    const { device, finish, inFlight } = slowDevice();
    const submitter = new Submitter(device, 1);
    const run = submitter.run(Array.from({ length: 5 }, () => command));
    await settle();
    expect(submitter.submits).toBe(2);
    let done = false;
    const watched = run.then(() => {
      done = true;
    });
    while (!done) {
      expect(inFlight()).toBeLessThanOrEqual(2);
      finish();
      await settle();
    }
    await watched;
    let idle = false;
    const all = submitter.idle().then(() => {
      idle = true;
    });
    await settle();
    expect(idle).toBe(inFlight() === 0);
    while (inFlight() > 0) finish();
    await all;
  });

  it("cuts a dispatch that would be long, and only that; finer after a loss", async () => {
    // 30 flops a slice, and three of them are not long; a quarter of that after two losses.
    for (const [slice, parts] of [
      [1, [4, 34]],
      [1 / 4, [11, 14, 134]],
    ] as const) {
      const { device } = slowDevice();
      const asked: number[] = [];
      const split = (wanted: number) => {
        asked.push(wanted);
        return Array.from({ length: wanted }, () => ({ ...command, flops: 1 }));
      };
      const submitter = new Submitter(device, 1, slice);
      const run = submitter.run([80, 100, 1000].map((flops) => ({ ...command, flops, split }) as Command));
      run.catch(() => {});
      await settle();
      // Those that are long are cut together, when the first of them is due.
      expect(asked).toEqual(parts);
      expect(submitter.submits).toBe(2);
    }
  });

  it("takes a cancel after the submit that is awaited", async () => {
    const { device, finish } = slowDevice();
    const submitter = new Submitter(device, 1);
    const abort = new AbortController();
    const run = submitter.run(
      Array.from({ length: 9 }, () => command),
      abort.signal,
    );
    run.catch(() => {});
    await settle();
    abort.abort();
    finish();
    await expect(run).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    expect(submitter.submits).toBeLessThanOrEqual(3);
  });
});

describe("a submitter that replays a program", () => {
  it("knows what its slices take, whatever their operations say", async () => {
    // The first number of a dispatch's workgroups is what it takes here, in milliseconds.
    let now = 0;
    let recorded = 0;
    let last = Promise.resolve();
    const pass = {
      setPipeline() {},
      setBindGroup() {},
      dispatchWorkgroups(ms: number) {
        recorded += ms;
      },
      end() {},
    };
    const device = {
      createCommandEncoder: () => ({ beginComputePass: () => pass, finish: () => ({}) }),
      queue: {
        submit() {
          const ms = recorded;
          recorded = 0;
          last = last
            .then(() => new Promise<void>((resolve) => setTimeout(resolve)))
            .then(() => {
              now += ms;
            });
        },
        onSubmittedWorkDone: () => last,
      },
    } as unknown as GPUDevice;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
    const took = [9, 1, 14, 2, 2, 26, 1, 3, 50, 1, 1, 1, 12, 6, 20, 4];
    const program = took.map((ms) => ({ groups: [ms, 1, 1], flops: 1e6 }) as unknown as Command);
    const submitter = new Submitter(device, 1e5);
    const product = async (): Promise<[number, number][]> => {
      const slices: [number, number][] = [];
      submitter.onSlice = (expected, ms) => slices.push([expected, ms]);
      await submitter.run(program);
      await submitter.idle();
      return slices;
    };
    await product();
    const second = await product();
    for (let i = 0; i < 3; i++) await product();
    const slices = await product();
    clock.mockRestore();
    for (const [expected, ms] of slices) expect(Math.abs(ms - expected)).toBeLessThan(1.5);
    // Already the second product, but for the one slice that was too long to be run again as it was.
    expect(second.filter(([expected, ms]) => Math.abs(ms - expected) > 0.01).length).toBeLessThanOrEqual(3);
    // 153 ms in slices of 30, of which one command takes 50.
    expect(slices.length).toBeLessThanOrEqual(8);
    expect(Math.max(...slices.map(([, ms]) => ms))).toBe(50);
  });
});
