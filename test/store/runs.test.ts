import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/run/protocol.ts";
import { besideShown, comparedRuns } from "../../src/store/kept.ts";
import type { ListedRun, RunPlace } from "../../src/store/listView.ts";
import { createPageStore } from "../../src/store/pageStore.ts";
import type { EnginePort } from "../../src/store/port.ts";
import { createFakeEngine, type FakeOptions } from "../ui/fakeEngine.ts";
import { sampleRun } from "../ui/sampleRun.ts";

const ids = ["resnet20", "resnet20-nobn", "resnet20-noskip", "bert-opinions"];

/** Storage in memory, which outlives a page. */
function memory(kept = new Map<string, ListedRun>()) {
  const place: RunPlace = {
    all: async () => [...kept].map(([key, record]) => ({ key, record })),
    put: async (run) => void kept.set(run.id, structuredClone(run)),
    rename: async (id, name) => void Object.assign(kept.get(id) ?? {}, { name }),
    remove: async (key) => void kept.delete(key as string),
  };
  return { kept, open: async () => place };
}

function page(openRunPlace?: () => Promise<RunPlace>, options: FakeOptions = {}) {
  const calls: string[] = [];
  const port: EnginePort = {
    createEngine: async (): Promise<Engine> => createFakeEngine(sampleRun(), { calls, ...options }),
    createHub: () => Promise.reject(new Error("no Hub in this test")),
    async fetchJson(path) {
      if (path === "./models/index.json")
        return { ok: true, value: ids.map((id) => ({ id, title: id, description: "" })) };
      const id = /models\/(.*)\/run\.json/.exec(path)?.[1] ?? "";
      if (!ids.includes(id)) return { ok: false, message: `${path}: the server answered 404` };
      return { ok: true, value: sampleRun({ model: { ...sampleRun().model, id, title: id } }) };
    },
    webgpu: true,
    storage: () => ({ getItem: () => null, setItem: () => undefined }),
    ...(openRunPlace === undefined ? {} : { openRunPlace }),
  };
  return { ...createPageStore(port), calls };
}

const titles = (state: Parameters<typeof comparedRuns>[0]) =>
  comparedRuns(state).map(
    ({ letter, result, shown }) => `${letter} ${result.model.title}${shown ? " *" : ""}`,
  );

describe("runs that are compared", () => {
  test("are those of the link in its order, the shown one among them once", async () => {
    const { actions, getState } = page();
    await actions.open(`#compare=${ids.join(",")}`);
    expect(titles(getState())).toEqual([
      "A resnet20 *",
      "B resnet20-nobn",
      "C resnet20-noskip",
      "D bert-opinions",
    ]);
    await actions.open("#model=resnet20-noskip&compare=resnet20,resnet20-noskip");
    expect(titles(getState())).toEqual(["A resnet20", "B resnet20-noskip *"]);
  });

  test("are at most four, and the shown one is always there", async () => {
    const { actions, getState } = page(memory().open);
    await actions.open(`#compare=${ids.join(",")}`);
    await actions.open("#compare=resnet20-nobn,resnet20-noskip,bert-opinions");
    expect(titles(getState())).toHaveLength(4);
    actions.keepShown();
    expect(titles(getState())).toHaveLength(4);
    expect(besideShown(getState()).map(({ letter }) => letter)).toHaveLength(3);
  });

  test("are chosen and let go by their names, and the link follows", async () => {
    const { actions, getState } = page();
    await actions.open("");
    await actions.toggleKept("resnet20-nobn");
    await actions.toggleKept("bert-opinions");
    expect(actions.link()).toBe("#compare=resnet20-nobn%2Cbert-opinions");
    await actions.toggleKept("resnet20-nobn");
    expect(actions.link()).toBe("#compare=bert-opinions");
    await actions.toggleKept("none");
    expect(getState().notices).toEqual([
      "Nothing to compare with: ./models/none/run.json: the server answered 404.",
    ]);
  });

  test("that no link can carry are missed by name", async () => {
    const { actions, getState } = page(memory().open);
    await actions.open("#compare=saved-abc,resnet20-nobn");
    expect(getState().notices).toEqual([
      "Nothing to compare with: this browser has no run saved-abc in its list.",
    ]);
    expect(titles(getState())).toEqual(["A resnet20-nobn", "B resnet20 *"]);
  });
});

describe("the list of runs", () => {
  test("holds the last run that was measured, and after a reload as well", async () => {
    const disk = memory();
    const first = page(disk.open);
    await first.actions.open("#steps=5");
    await first.actions.run();
    await first.actions.run();
    expect(first.getState().list.runs.map(({ id }) => id)).toEqual(["last"]);

    const later = page(disk.open);
    await later.actions.open("");
    expect(later.getState().list.read).toBe("not yet");
    await later.actions.readList();
    const [last] = later.getState().list.runs;
    expect(last).toMatchObject({ id: "last", from: "last", result: { settings: { steps: 5 } } });
    expect(last.bytes).toBe(JSON.stringify(last.result).length);
    later.actions.showListed("last");
    expect(later.getState().shown).toMatchObject({ origin: "listed", result: { settings: { steps: 5 } } });
  });

  test("keeps a damaged record as it is, says what is wrong with it, and deletes it when told", async () => {
    const disk = memory();
    const first = page(disk.open);
    await first.actions.open("");
    await first.actions.saveShown();
    const [sound] = disk.kept.values();
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const records: Record<string, unknown> = {
      "saved-1": { ...sound, id: "saved-1", result: { ...sound.result, loss: "low" } },
      "saved-2": { ...sound, id: "../../elsewhere" },
      "saved-3": { ...sound, id: "saved-3", result: circle },
      "saved-4": 7,
    };
    for (const [key, record] of Object.entries(records)) disk.kept.set(key, record as ListedRun);

    const { actions, getState } = page(disk.open);
    await actions.open("");
    await actions.readList();
    const remedy = "Export it as it is if you need it, then delete it.";
    expect(getState().list.runs).toEqual([sound]);
    expect(getState().list.damaged.map(({ problem }) => problem)).toEqual([
      `saved-1: result.loss: expected a finite number, file has "low". ${remedy}`,
      `saved-2: id: expected "last", or "saved-" with letters and digits, file has "../../elsewhere". ${remedy}`,
      `saved-3: record: expected values that JSON has, file has others. ${remedy}`,
      `saved-4: record: expected an object, file has 7. ${remedy}`,
    ]);
    expect(getState().list.damaged.map(({ record }) => record)).toEqual(Object.values(records));
    await actions.saveShown();
    expect(disk.kept.size).toBe(6);
    await actions.deleteDamaged("saved-1");
    expect([disk.kept.has("saved-1"), getState().list.damaged.length]).toEqual([false, 3]);
  });

  test("leaves what this version does not know where it is when a run gets a name", async () => {
    const disk = memory();
    const first = page(disk.open);
    await first.actions.open("");
    await first.actions.saveShown();
    const [kept] = disk.kept.values();
    Object.assign(kept.result, { horoscope: 1 });
    const { actions, getState } = page(disk.open);
    await actions.open("");
    await actions.readList();
    expect(getState().list.runs[0].result).not.toHaveProperty("horoscope");
    await actions.renameRun(kept.id, "mine");
    expect(disk.kept.get(kept.id)).toMatchObject({ name: "mine", result: { horoscope: 1 } });
  });

  test("keeps what a cancelled run knew", async () => {
    const { actions, getState } = page(memory().open, {
      outcome: { kind: "cancelled", result: sampleRun({ loss: 3 }) },
    });
    await actions.open("");
    await actions.run();
    expect(getState().list.runs).toMatchObject([{ id: "last", result: { loss: 3 } }]);
  });

  test("saves, names and deletes a run, on the disk too", async () => {
    const disk = memory();
    const { actions, getState } = page(disk.open);
    await actions.open("");
    await actions.saveShown();
    await actions.saveShown();
    const [{ id }, other] = getState().list.runs;
    expect(id).toMatch(/^saved-[a-z0-9]+$/);
    expect(other.id).not.toBe(id);
    await actions.renameRun(id, "  before the fix ");
    expect(disk.kept.get(id)?.name).toBe("before the fix");
    await actions.toggleKept(id);
    expect(actions.link()).toBe(`#compare=${id}`);
    await actions.deleteRun(other.id);
    expect([...disk.kept.keys()]).toEqual([id]);
    expect(getState().list.runs.map((run) => run.id)).toEqual([id]);
    await actions.deleteRun(id);
    expect(disk.kept.size).toBe(0);
    expect(actions.link()).toBe("");
  });

  test.each([
    ["cannot be opened", () => Promise.reject(new Error("The operation is insecure."))],
    [
      "throws at once",
      () => {
        throw new DOMException("The operation is insecure.", "SecurityError");
      },
    ],
    [
      "refuses every call",
      async (): Promise<RunPlace> => {
        const refuse = () => Promise.reject(new Error("The operation is insecure."));
        return { all: refuse, put: refuse, rename: refuse, remove: refuse };
      },
    ],
  ])("lives in memory where storage %s, and says why", async (_, open) => {
    const { actions, getState } = page(open);
    await actions.open("");
    await actions.saveShown();
    expect(getState().list).toMatchObject({ read: "read", problem: "The operation is insecure." });
    expect(getState().list.runs).toHaveLength(1);
    await actions.renameRun(getState().list.runs[0].id, "kept");
    expect(getState().list.runs[0].name).toBe("kept");
    await actions.deleteRun(getState().list.runs[0].id);
    expect(getState().list.runs).toEqual([]);
  });

  test("is not read, and nothing is opened, before it is asked for", async () => {
    let opened = 0;
    const { actions } = page(async () => {
      opened++;
      return memory().open();
    });
    await actions.open("#panel=layers");
    expect(opened).toBe(0);
  });
});

describe("result files that are dropped", () => {
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const of = (id: string) => sampleRun({ model: { ...sampleRun().model, title: id } });

  test("come into the list, onto the disk and into sight; other files go where they went", async () => {
    const disk = memory();
    const { actions, getState } = page(disk.open);
    await actions.open("");
    await actions.addFiles(
      [
        { name: "mine-run.json", bytes: bytes(of("mine")) },
        { name: "batch.npz", bytes: new Uint8Array([1]) },
        { name: "config.json", bytes: bytes({ model_type: "bert" }) },
      ],
      [],
    );
    expect(getState().shown).toMatchObject({ origin: "listed", result: { model: { title: "mine" } } });
    expect([...disk.kept.values()]).toMatchObject([{ from: "imported", name: "mine-run" }]);
    expect(getState().upload.files.map(({ name }) => name)).toEqual(["batch.npz", "config.json"]);
  });

  test("are known by their content where their name says nothing", async () => {
    const { actions, getState } = page();
    await actions.open("");
    await actions.addFiles([{ name: "a.json", bytes: bytes(of("a")) }], []);
    expect(getState().list.runs).toHaveLength(1);
  });

  test("leave the run that was measured here in the list", async () => {
    const { actions, getState } = page(memory().open);
    await actions.open("#steps=2");
    await actions.run();
    await actions.addFiles([{ name: "mine-run.json", bytes: bytes(of("mine")) }], []);
    expect(getState().shown?.origin).toBe("listed");
    expect(getState().list.runs.map(({ from }) => from)).toEqual(["imported", "last"]);
  });

  test("do not take the place of a run at work", async () => {
    const { actions, getState } = page(memory().open, {
      tick: () => new Promise((resolve) => setTimeout(resolve, 1)),
    });
    await actions.open("#steps=30");
    const ended = actions.run();
    await actions.addFiles([{ name: "mine-run.json", bytes: bytes(of("mine")) }], []);
    expect(getState().notices).toEqual(["mine-run.json is in the list of the panel Compare."]);
    await ended;
    expect(getState().shown?.origin).toBe("live");
  });

  test("are refused beside the drop zone, and nothing is lost", async () => {
    const { actions, getState } = page();
    await actions.open("");
    const { shown } = getState();
    await actions.addFiles(
      [{ name: "mine-run.json", bytes: bytes({ ...of("mine"), loss: null }) }],
      ["x.exe: no"],
    );
    expect(getState().upload.refusals).toEqual([
      "x.exe: no",
      "mine-run.json: loss: expected a finite number, file has null. Export the run again from the page, or write it with --json.",
    ]);
    expect(getState().shown).toBe(shown);
    expect(getState().list.runs).toEqual([]);
  });

  test("say what this version had to leave out", async () => {
    const { actions, getState } = page();
    await actions.open("");
    await actions.addFiles([{ name: "new-run.json", bytes: bytes({ ...of("new"), horoscope: 1 }) }], []);
    expect(getState().notices).toEqual([
      "new-run.json: left out what this version does not know: horoscope.",
    ]);
  });

  test("stop at a hundred runs", async () => {
    const { actions, getState } = page();
    await actions.open("");
    const hundred = {
      ...{ schema: "eigenscope-runs", version: 1 },
      runs: Array.from({ length: 100 }, (_, i) => ({ name: `run ${i}`, result: of("a") })),
    };
    expect(await actions.importResults([{ name: "all.json", bytes: bytes(hundred) }])).toEqual([]);
    expect(getState().list.runs).toHaveLength(100);
    expect(new Set(getState().list.runs.map(({ id }) => id)).size).toBe(100);
    expect(await actions.importResults([{ name: "a-run.json", bytes: bytes(of("a")) }])).toEqual([
      "a-run.json: The list of runs is full with 100: delete some of them in the panel Compare.",
    ]);
  });
});

describe("the study", () => {
  test("fetches its three stored runs", async () => {
    const { actions, getState } = page();
    await actions.open("#panel=study");
    await actions.openStudy();
    expect(Object.keys(getState().study.stored).sort()).toEqual(ids.slice(0, 3).sort());
  });

  test("measures the three networks one after the other with the settings of the form", async () => {
    const { actions, getState, calls } = page(memory().open);
    await actions.open("#steps=2&seed=9");
    await actions.runStudy();
    expect(calls).toEqual([
      ...["load resnet20", "run 2", "landscape ritz 11, ritz 11"],
      ...["load resnet20-nobn", "run 2", "landscape ritz 11, ritz 11"],
      ...["load resnet20-noskip", "run 2", "landscape ritz 11, ritz 11"],
    ]);
    const { measured, running } = getState().study;
    expect(running).toBeNull();
    expect(Object.values(measured).map((run) => run?.settings.seed)).toEqual([9, 9, 9]);
    expect(Object.values(measured).map((run) => run?.landscapes?.length)).toEqual([1, 1, 1]);
    expect(getState().run).toEqual({ kind: "ended", ending: { kind: "done", job: "landscape" } });
  });

  test("ends where it is cancelled, and keeps the networks that are done", async () => {
    const { actions, getState, subscribe } = page(memory().open, {
      tick: () => new Promise((resolve) => setTimeout(resolve, 1)),
    });
    await actions.open("#steps=3");
    const stop = subscribe(({ study, run }) => {
      if (study.running === "resnet20-nobn" && run.kind === "running" && run.progress !== null) {
        stop();
        void actions.cancel();
      }
    });
    await actions.runStudy();
    expect(Object.keys(getState().study.measured)).toEqual(["resnet20"]);
    expect(getState().study.running).toBeNull();
  });
});
