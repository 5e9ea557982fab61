import { beforeEach, describe, expect, test } from "vitest";
import { defaultValues } from "../../src/store/controls.ts";
import { createPageStore, type PageStore } from "../../src/store/pageStore.ts";
import { planTable } from "../../src/store/planRequests.ts";
import { createFakeEngine } from "../ui/fakeEngine.ts";
import { samplePlan } from "../ui/samplePlan.ts";
import { sampleRun } from "../ui/sampleRun.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

let calls: string[];
let store: PageStore;

beforeEach(() => {
  calls = [];
  store = createPageStore({
    createEngine: async () => createFakeEngine(sampleRun(), { calls }),
    createHub: () => Promise.reject(new Error("no Hub in this test")),
    fetchJson: async (path) =>
      path.endsWith("run.json") ? { ok: true, value: sampleRun() } : { ok: true, value: [] },
    webgpu: true,
    storage: () => ({ getItem: () => null, setItem: () => {} }),
  });
});

const asked = () => calls.filter((call) => call.startsWith("ask"));

describe("bits for a run", () => {
  test("cannot be asked of a stored run", async () => {
    await store.actions.open("");
    await store.actions.predictPlan();
    expect(asked()).toEqual([]);
  });

  test("are predicted once, again for another rounding, and measured on demand", async () => {
    const { actions, getState } = store;
    await actions.open("");
    await actions.run();
    actions.set("planScheme", "asymmetric");
    expect(asked()).toEqual([]);
    await actions.predictPlan();
    await actions.predictPlan();
    expect(asked()).toEqual(["ask plan nothing"]);
    actions.set("planBudget", 0.25);
    actions.set("planBits", "3,7");
    expect(asked()).toHaveLength(1);
    actions.set("planScheme", "symmetric");
    await expect.poll(() => getState().run.kind).toBe("ended");
    expect(asked()).toHaveLength(2);
    await actions.measurePlan("layers");
    expect(asked().at(-1)).toBe("ask plan layers");
    const { shown, controls } = getState();
    if (shown === null) throw new Error("no run");
    expect(planTable(shown.result, controls)).toEqual(
      samplePlan({
        ...{ bits: [3, 7], scheme: "symmetric", granularity: "channel", groupSize: 64 },
        ...{ cost: "size", budget: { kind: "fraction", value: 0.25 }, activationBits: null },
        ...{ latency: [], tied: [], measure: "layers" },
      }),
    );
  });

  test("take times from a file, and say what is wrong with one", async () => {
    const { actions, getState } = store;
    await actions.readLatencies({ name: "t.csv", bytes: text("layer,bits,ms\nconv1.weight,4,0.5\n") });
    expect(getState().latencies).toEqual({
      file: "t.csv",
      times: [{ layer: "conv1.weight", bits: 4, ms: 0.5 }],
      refusal: null,
    });
    await actions.readLatencies({ name: "t.csv", bytes: text("layer,bits,ms\nconv1.weight,9,0.5\n") });
    expect(getState().latencies.times).toEqual([]);
    expect(getState().latencies.refusal).toContain("2 to 8 bits");
  });
});

test("the widths of a link are checked", async () => {
  await store.actions.open("#bits=4,16&levels=asymmetric");
  expect(store.getState().controls).toMatchObject({
    planBits: defaultValues.planBits,
    planScheme: "asymmetric",
  });
  expect(store.getState().notices[0]).toContain("widths from 2 to 8 with commas between");
});
