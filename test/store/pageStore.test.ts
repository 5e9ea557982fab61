import { describe, expect, test } from "vitest";
import type { Engine, NamedFile, RunResult } from "../../src/run/protocol.ts";
import { currentInspection } from "../../src/store/inspection.ts";
import { createPageStore } from "../../src/store/pageStore.ts";
import type { EnginePort } from "../../src/store/port.ts";
import type { PageState } from "../../src/store/state.ts";
import { createFakeEngine, type FakeOptions } from "../ui/fakeEngine.ts";
import { sampleRun } from "../ui/sampleRun.ts";

const index = [{ id: "resnet20", title: "ResNet-20", description: "Full." }];

function page(options: FakeOptions & { readonly webgpu?: boolean; readonly stored?: unknown } = {}) {
  const calls: string[] = [];
  let engines = 0;
  const kept = new Map<string, string>();
  const port: EnginePort = {
    async createEngine(): Promise<Engine> {
      engines++;
      return createFakeEngine(sampleRun(), { calls, ...options });
    },
    createHub: () => Promise.reject(new Error("no Hub in this test")),
    async fetchJson(path) {
      if (path === "./models/index.json") return { ok: true, value: index };
      const id = /models\/(.*)\/run\.json/.exec(path)?.[1] ?? "";
      if (!id.startsWith("resnet20")) return { ok: false, message: `${path}: the server answered 404` };
      const run = sampleRun();
      return { ok: true, value: options.stored ?? { ...run, model: { ...run.model, id } } };
    },
    webgpu: options.webgpu ?? true,
    storage: () => ({
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
    }),
  };
  const store = createPageStore(port);
  return { ...store, calls, kept, engines: () => engines };
}

const file = (name: string): NamedFile => ({ name, bytes: new Uint8Array([1]) });

describe("at load", () => {
  test("the stored run of the linked model is shown, and no engine is asked for", async () => {
    const { actions, getState, engines } = page();
    await actions.open("#model=resnet20-nobn&steps=40");
    expect(getState().shown).toMatchObject({ origin: "stored", result: { model: { id: "resnet20-nobn" } } });
    expect(getState().controls.steps).toBe(40);
    expect(getState().catalogue).toEqual(index);
    expect(engines()).toBe(0);
  });

  test("a stored run that is missing becomes a notice", async () => {
    const { actions, getState } = page();
    await actions.open("#model=other");
    expect(getState().shown).toBeNull();
    expect(getState().notices).toEqual([
      "No stored run of other: ./models/other/run.json: the server answered 404.",
    ]);
  });

  test("a stored run of another schema is refused by name", async () => {
    const { actions, getState } = page({ stored: { schema: "eigenscope-result", version: 2 } });
    await actions.open("");
    expect(getState().notices[0]).toContain("expected an eigenscope-result of version 1");
  });

  test("the runs of the link stand beside the shown one, by the older key too", async () => {
    const { actions, getState } = page();
    await actions.open("#a=resnet20-noskip");
    expect(getState().kept).toMatchObject([{ pinned: true, result: { model: { id: "resnet20-noskip" } } }]);
    expect(actions.link()).toBe("#compare=resnet20-noskip");
    await actions.open("#compare=resnet20-nobn%2Cresnet20-noskip");
    expect(getState().kept.map(({ key }) => key)).toEqual(["resnet20-nobn", "resnet20-noskip"]);
  });
});

describe("a run", () => {
  test("goes through its snapshots to a live result, and the stored run stays behind it", async () => {
    const { actions, getState, subscribe, calls } = page();
    await actions.open("#steps=5");
    const lengths = new Set<number>();
    subscribe(({ shown }) => shown?.origin === "live" && lengths.add(shown.result.spectrum.nodes[0].length));
    await actions.run();
    expect([...lengths]).toEqual([1, 2, 3, 4, 5]);
    expect(getState().run).toEqual({ kind: "ended", ending: { kind: "done", job: "run" } });
    expect(getState().kept).toMatchObject([{ origin: "stored", pinned: false }]);
    expect(calls).toEqual(["load resnet20", "run 5"]);
  });

  test("leaves a run that was kept by hand in its place", async () => {
    const { actions, getState } = page();
    await actions.open("#model=resnet20-nobn&steps=3");
    actions.keepShown();
    expect(actions.link()).toContain("compare=resnet20-nobn");
    actions.set("model", "resnet20");
    await actions.run();
    await actions.run();
    expect(getState().kept.map(({ result }) => result.model.id)).toEqual(["resnet20-nobn"]);
    actions.letGo(getState().kept[0].result);
    expect(getState().kept).toEqual([]);
    expect(actions.link()).not.toContain("compare");
  });

  test("loads a model once, however often it runs", async () => {
    const { actions, calls } = page();
    await actions.open("#steps=2");
    await actions.run();
    await actions.run();
    expect(calls).toEqual(["load resnet20", "run 2", "run 2"]);
  });

  test("can be paused, resumed and cancelled, and keeps what it knew", async () => {
    const { actions, getState } = page({ tick: () => new Promise((resolve) => setTimeout(resolve, 1)) });
    await actions.open("#steps=200");
    const ended = actions.run();
    await until(() => getState().run.kind === "running" && getState().shown?.origin === "live");
    await actions.pause();
    expect(getState().run).toMatchObject({ kind: "running", paused: true });
    await actions.resume();
    expect(getState().run).toMatchObject({ kind: "running", paused: false });
    await actions.cancel();
    await ended;
    expect(getState().run).toEqual({ kind: "ended", ending: { kind: "cancelled", kept: true } });
    expect(getState().shown?.origin).toBe("live");
  });

  test("that is cancelled while it starts never begins", async () => {
    const { actions, getState, calls } = page({
      tick: () => new Promise((resolve) => setTimeout(resolve, 5)),
    });
    await actions.open("");
    const ended = actions.run();
    await actions.cancel();
    await ended;
    expect(getState().run).toEqual({ kind: "ended", ending: { kind: "cancelled", kept: false } });
    expect(calls.some((call) => call.startsWith("run"))).toBe(false);
  });

  test.each(["lost", "failed", "refused"] as const)(
    "that ends as %s says why and loses nothing",
    async (kind) => {
      const outcome = kind === "lost" ? { kind, message: "why", result: null } : { kind, message: "why" };
      const { actions, getState } = page({ outcome });
      await actions.open("#steps=2");
      await actions.run();
      expect(getState().run).toEqual({ kind: "ended", ending: { kind, message: "why" } });
      expect(getState().shown).not.toBeNull();
    },
  );

  test("does not begin without a GPU", async () => {
    const { actions, getState, calls } = page({ device: { kind: "unavailable", message: "no adapter" } });
    await actions.open("");
    await actions.run();
    expect(getState().run).toMatchObject({ ending: { kind: "unavailable", message: "no adapter" } });
    expect(getState().device).toEqual({ kind: "unavailable", message: "no adapter" });
    expect(calls).toEqual([]);
    expect(getState().shown?.origin).toBe("stored");
  });

  test("whose engine cannot be fetched fails in words", async () => {
    const store = createPageStore({
      createHub: () => Promise.reject(new Error("no Hub in this test")),
      createEngine: async () => {
        throw new Error("client.js: offline");
      },
      fetchJson: async (path) => ({ ok: false, message: path }),
      webgpu: true,
      storage: () => localStorage,
    });
    await store.actions.run();
    expect(store.getState().run).toMatchObject({ ending: { kind: "failed", message: "client.js: offline" } });
  });
});

describe("after a live run", () => {
  test("more steps come without a new load", async () => {
    const { actions, calls, getState } = page();
    await actions.open("#steps=2");
    await actions.run();
    await actions.extend({ steps: 2, probes: 0 });
    expect(calls).toEqual(["load resnet20", "run 2", "extend 2 0"]);
    expect(getState().shown?.result.spectrum.nodes[0]).toHaveLength(4);
  });

  test("a clicked eigenvalue is measured once", async () => {
    const { actions, calls, getState } = page();
    await actions.open("#steps=2");
    await actions.run();
    await actions.select({ end: "bottom", place: 0 });
    await actions.select({ end: "bottom", place: 0 });
    expect(calls.filter((call) => call.startsWith("slice"))).toEqual(["slice bottom 0"]);
    expect(getState().controls.selected).toBe("bottom1");
    expect(getState().shown?.result.slices[0].eigenvalue).toBe(-2);
  });

  test("a plane of a live run is measured along its two largest eigenvalues, and a cancel keeps its coarse points", async () => {
    let measuring = false;
    const tick = () => (measuring ? new Promise<void>((resolve) => setTimeout(resolve)) : Promise.resolve());
    const { actions, getState, calls } = page({ tick });
    await actions.open("#model=resnet20");
    await actions.landscape();
    expect(calls).toEqual([]);
    await actions.run();
    measuring = true;
    const ended = actions.landscape();
    await expect
      .poll(() => {
        const { run } = getState();
        return run.kind === "running" && run.job === "landscape" ? (run.progress?.done ?? 0) : 0;
      })
      .toBeGreaterThanOrEqual(9);
    await actions.cancel();
    await ended;
    expect(calls.at(-1)).toBe("landscape ritz 11, ritz 11");
    const plane = getState().shown?.result.landscapes?.[0];
    expect(plane?.measured).toBeGreaterThanOrEqual(9);
    expect(plane?.measured).toBeLessThan(121);
    // The corners are among the first nine.
    expect([0, 10, 110, 120].map((place) => plane?.loss[place])).not.toContain(null);
    expect(getState().run).toEqual({ kind: "ended", ending: { kind: "cancelled", kept: true } });
  });

  test("a stored run is neither extended nor sliced", async () => {
    const { actions, calls } = page();
    await actions.open("");
    await actions.extend({ steps: 2, probes: 0 });
    await actions.select({ end: "top", place: 1 });
    expect(calls).toEqual([]);
  });
});

/** A look at the batch goes on after the files have been read. */
async function settled(getState: () => PageState): Promise<void> {
  while (getState().inspection?.found === null) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe("a look at the batch", () => {
  test("is kept as long as model and batch are those that were looked at", async () => {
    const { actions, getState, calls } = page();
    await actions.open("");
    expect(currentInspection(getState())).toBeNull();
    await actions.inspect();
    expect(calls).toEqual(["load resnet20", "inspect 128"]);
    expect(currentInspection(getState())?.found).toMatchObject({ kind: "inspected" });
    actions.set("steps", 7);
    expect(currentInspection(getState())).not.toBeNull();
    actions.set("batchSize", 7);
    expect(currentInspection(getState())).toBeNull();
  });

  test("makes room for a run", async () => {
    const { actions, getState, calls } = page();
    await actions.open("#steps=2");
    const looking = actions.inspect();
    await actions.run();
    await looking;
    expect(calls.at(-1)).toBe("run 2");
    expect(getState().run).toMatchObject({ kind: "ended", ending: { kind: "done" } });
    expect(getState().inspection).toBeNull();
  });
});

describe("dropped files", () => {
  const card = { ...sampleRun().model, id: null, title: "net.safetensors" };

  test("come in either order; the first is remembered and the missing one named", async () => {
    const { actions, getState, calls } = page({ loaded: { kind: "loaded", card } });
    await actions.open("");
    await actions.addFiles([file("batch.npz")], []);
    expect(calls).toEqual([]);
    await actions.addFiles([file("net.safetensors")], []);
    await settled(getState);
    expect(calls).toEqual(["load net.safetensors", "inspect 128"]);
    expect(getState().inspection?.found?.kind).toBe("inspected");
    expect(getState().upload.card).toEqual(card);
    expect(getState().controls).toMatchObject({ model: "file", start: 0 });
  });

  test("that are refused show the reader's own words, and the page stays as it was", async () => {
    const message = "net.safetensors: header length: expected at most 8 bytes, found 9";
    const { actions, getState } = page({ loaded: { kind: "refused", message } });
    await actions.open("");
    await actions.addFiles([file("net.safetensors"), file("batch.npz")], []);
    expect(getState().upload.refusals).toEqual([message]);
    expect(getState().controls.model).toBe("resnet20");
    expect(getState().shown?.origin).toBe("stored");
  });

  test("are measured without a second load, and let go of the live run before", async () => {
    const { actions, getState, calls } = page({ loaded: { kind: "loaded", card } });
    await actions.open("#steps=2");
    await actions.run();
    await actions.addFiles([file("net.safetensors"), file("batch.npz")], []);
    expect(getState().shown?.origin).toBe("past");
    await settled(getState);
    await actions.run();
    expect(calls).toEqual(["load resnet20", "run 2", "load net.safetensors", "inspect 128", "run 2"]);
  });

  test("with unusable channel means are not even read", async () => {
    const { actions, getState, calls } = page({ loaded: { kind: "loaded", card } });
    await actions.setUploadOption({ mean: "a, b" });
    await actions.addFiles([file("net.safetensors"), file("batch.npz")], []);
    expect(calls).toEqual([]);
    expect(getState().upload.refusals).toEqual([
      'mean: expected numbers separated by commas, one a channel, found "a, b"',
    ]);
  });

  test("that are forgotten give the bundled model back", async () => {
    const { actions, getState } = page({ loaded: { kind: "loaded", card } });
    await actions.open("");
    await actions.addFiles([file("net.safetensors"), file("batch.npz")], []);
    actions.forgetFiles();
    expect(getState().controls.model).toBe("resnet20");
    expect(getState().upload.files).toEqual([]);
  });
});

describe("the page", () => {
  test("asks for the passport of the GPU once, and keeps it through runs", async () => {
    const { actions, getState, calls } = page();
    await actions.open("");
    await actions.examine();
    await actions.run();
    await actions.examine();
    expect(calls.filter((call) => call === "examine")).toHaveLength(1);
    expect(getState().device).toMatchObject({ kind: "device", device: { passport: { faults: [] } } });
  });

  test("says at once that WebGPU is missing", () => {
    expect(page({ webgpu: false }).getState().device).toMatchObject({ kind: "unavailable" });
  });

  test("keeps the theme where it may", async () => {
    const { actions, kept, getState } = page();
    actions.setTheme("dark");
    expect([...kept.values()]).toEqual(["dark"]);
    await actions.open("#theme=projector");
    expect(getState().theme).toBe("projector");
  });

  test("puts PyHessian's smoothing on the linear axis, and leaves it with the symmetric log", () => {
    const { actions, getState } = page();
    actions.set("smoothing", "pyhessian");
    expect(getState().controls.xAxis).toBe("linear");
    actions.set("xAxis", "symlog");
    expect(getState().controls.smoothing).toBe("axis");
  });

  test("takes the settings of the shown run into the form", async () => {
    const { actions, getState } = page();
    await actions.open("");
    actions.adoptSettings();
    expect(getState().controls).toMatchObject({ steps: 5, traceProbes: 4, seed: 3 } satisfies Partial<
      RunResult["settings"]
    >);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
