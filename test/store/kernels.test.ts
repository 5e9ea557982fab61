import { describe, expect, test } from "vitest";
import { deviceKey } from "../../src/store/kernels.ts";
import type { KernelPlace } from "../../src/store/kernelsView.ts";
import { createPageStore } from "../../src/store/pageStore.ts";
import { createFakeEngine, type FakeOptions, KERNELS } from "../ui/fakeEngine.ts";
import { sampleRun } from "../ui/sampleRun.ts";

/** Storage that outlives a page. */
function memory() {
  const kept = new Map<string, unknown>();
  const place: KernelPlace = {
    read: async (device) => kept.get(device),
    write: async (device, table) => void kept.set(device, table),
    remove: async (device) => void kept.delete(device),
  };
  return { kept, open: async () => place };
}

function page(openKernelPlace?: () => Promise<KernelPlace>, options: FakeOptions = {}) {
  const calls: string[] = [];
  const store = createPageStore({
    createEngine: async () => createFakeEngine(sampleRun(), { calls, ...options }),
    createHub: () => Promise.reject(new Error("no Hub in this test")),
    fetchJson: async () => ({ ok: false, message: "nothing is stored in this test" }),
    webgpu: true,
    storage: () => ({ getItem: () => null, setItem: () => undefined }),
    ...(openKernelPlace === undefined ? {} : { openKernelPlace }),
  });
  return { ...store, calls };
}

const SUMMARY = { shapes: 1, others: 1, usualMs: 4, chosenMs: 2 };
const JSON_TEXT = JSON.stringify(KERNELS, null, 1);
const TAKEN = `kernels ${JSON_TEXT.length}`;

describe("measured kernels", () => {
  test("are kept for the device and in force from then on, in later visits before the first run", async () => {
    const { kept, open } = memory();
    const first = page(open);
    await first.actions.tuneKernels();
    expect(first.getState().run).toEqual({ kind: "ended", ending: { kind: "done", job: "kernels" } });
    expect(first.getState().kernels).toEqual({ summary: SUMMARY, json: JSON_TEXT, problem: null });
    expect(kept.get(deviceKey(sampleRun().device))).toBe(JSON_TEXT);

    const second = page(open);
    await second.actions.run();
    await second.actions.run();
    expect(second.calls.filter((call) => call.startsWith("kernels"))).toEqual([TAKEN]);
    expect(second.calls.indexOf(TAKEN)).toBeLessThan(
      second.calls.findIndex((call) => call.startsWith("run")),
    );
    expect(second.getState().kernels.summary).toEqual(SUMMARY);
  });

  test("are forgotten in favour of the usual tilings", async () => {
    const { kept, open } = memory();
    const { actions, getState, calls } = page(open);
    await actions.tuneKernels();
    await actions.forgetKernels();
    expect(kept.size).toBe(0);
    expect(calls.at(-1)).toBe("kernels usual");
    expect(getState().kernels).toEqual({ summary: null, json: null, problem: null });
  });

  test.each<[string, (() => Promise<KernelPlace>) | undefined]>([
    ["keeps nothing", undefined],
    ["refuses storage", () => Promise.reject(new Error("no storage here"))],
  ])("of a browser that %s last as long as the page, which says so", async (_title, open) => {
    const { actions, getState, calls } = page(open);
    await actions.tuneKernels();
    expect(calls).toContain(TAKEN);
    expect(getState().kernels.summary).toEqual(SUMMARY);
    expect(getState().kernels.problem).toMatch(/as long as this page/);
    await actions.run();
    expect(getState().run).toMatchObject({ kind: "ended", ending: { kind: "done" } });
  });

  test("without a table a run asks for none, and what is no text is let lie", async () => {
    const { kept, open } = memory();
    kept.set(deviceKey(sampleRun().device), { entries: [] });
    for (const opened of [page(open), page(memory().open), page()]) {
      await opened.actions.run();
      expect(opened.calls.filter((call) => call.startsWith("kernels"))).toEqual([]);
      expect(opened.getState().run).toMatchObject({ ending: { kind: "done" } });
    }
  });
});
