import { expect, test } from "vitest";
import { createPageStore } from "../../../src/store/pageStore.ts";
import type { EmbedEvent } from "../../../src/ui/embed/protocol.ts";
import { recompute } from "../../../src/ui/embed/recompute.ts";
import { createReport } from "../../../src/ui/embed/report.ts";
import { createFakeEngine } from "../fakeEngine.ts";
import { sampleRun } from "../sampleRun.ts";

/** A store whose every change is reported. */
async function embed(hash: string) {
  const store = createPageStore({
    createEngine: async () => createFakeEngine(sampleRun()),
    createHub: () => Promise.reject(new Error("no Hub")),
    fetchJson: async (path) =>
      path.endsWith("run.json")
        ? { ok: true, value: sampleRun() }
        : { ok: true, value: [{ id: "resnet20", title: "ResNet-20", description: "" }] },
    webgpu: true,
    storage: () => {
      throw new Error("no storage");
    },
  });
  await store.actions.open(hash);
  const report = createReport();
  const tell = () => report(store.getState(), store.actions.link());
  const events: EmbedEvent[] = [];
  const greeting = tell();
  store.subscribe(() => events.push(...tell()));
  return { ...store, greeting, events };
}

const types = (events: readonly EmbedEvent[]) => events.map(({ type }) => type);

test("the greeting tells the state and the result, once", async () => {
  const { greeting, events, setState } = await embed("#x=linear");
  expect(greeting).toMatchObject([
    { type: "state", state: "#x=linear", run: "idle" },
    { type: "result", origin: "stored", loss: sampleRun().loss },
  ]);
  expect(JSON.stringify(greeting).length).toBeLessThan(5000);
  setState({});
  expect(events).toEqual([]);
});

test("a control that changes is a state; a selection is told by name and value", async () => {
  const { actions, events } = await embed("");
  actions.set("yAxis", "linear");
  expect(events).toEqual([{ type: "state", state: "#y=linear", run: "idle" }]);
  await actions.select({ end: "top", place: 1 });
  expect(events.at(-1)).toEqual({
    type: "select",
    eigenvalue: "top2",
    value: sampleRun().eigenvalues.top[1].value,
  });
});

test("a run is progress and one result at its end, not one for each snapshot", async () => {
  const store = await embed("#steps=5");
  await recompute(store);
  expect(types(store.events)).toContain("progress");
  expect(types(store.events).filter((type) => type === "result")).toHaveLength(1);
  expect(store.events.findLast(({ type }) => type === "result")).toMatchObject({ origin: "live" });
  expect(store.events.findLast(({ type }) => type === "state")).toMatchObject({ run: "ended" });
});

test("recomputing takes the stored run's settings where the link has none of its own", async () => {
  const store = await embed("#steps=5");
  const { settings } = sampleRun();
  await recompute(store);
  const { steps, batchSize, probes, traceProbes } = store.getState().controls;
  expect({ steps, batchSize, probes, traceProbes }).toEqual({
    steps: 5,
    batchSize: settings.batchSize,
    probes: settings.probes,
    traceProbes: settings.traceProbes,
  });
});

test("what goes wrong is an error in the words that the reader sees", async () => {
  const { actions, events, setState } = await embed("");
  await actions.open("#steps=100000");
  expect(events.filter(({ type }) => type === "error")).toEqual([
    expect.objectContaining({
      message: expect.stringContaining("Steps: expected a whole number from 2 to 400"),
    }),
  ]);
  setState({ run: { kind: "ended", ending: { kind: "refused", message: "Too large." } } });
  expect(events.at(-1)).toEqual({ type: "error", message: "Too large." });
});
