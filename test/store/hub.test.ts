import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Hub, HubChoice, HubListing, HubOutcome, HubProblem, HubWork } from "../../src/run/hub/types.ts";
import type { NamedFile } from "../../src/run/protocol.ts";
import { createPageStore } from "../../src/store/pageStore.ts";
import { createFakeEngine } from "../ui/fakeEngine.ts";
import { sampleRun } from "../ui/sampleRun.ts";

const file = { path: "model.safetensors", size: 10, sha256: null, blob: null };
const choice: HubChoice = {
  ...{ id: "org/tiny", commit: "a".repeat(40), label: "model.safetensors", files: [file], total: 10 },
  ...{ note: null, refusal: null },
};
const listing: HubListing = {
  kind: "model",
  address: { kind: "model", id: "org/tiny", revision: "main" },
  choices: [choice],
};
const files: readonly NamedFile[] = [
  { name: "org/tiny@aaaaaaa/model.safetensors", bytes: new Uint8Array(10) },
];
const busy: HubOutcome<never> = {
  kind: "problem",
  problem: { kind: "rate-limit", message: "too many", wait: 3 },
};

function page(hub: Partial<Hub>, created: () => Promise<unknown> = () => Promise.resolve()) {
  let hubs = 0;
  const store = createPageStore({
    createEngine: () => Promise.resolve(createFakeEngine(sampleRun())),
    createHub: async () => {
      hubs++;
      await created();
      return {
        lookUp: () => Promise.resolve({ kind: "done", value: listing }),
        download: () => Promise.resolve({ kind: "done", value: files }),
        readRows: () => Promise.resolve({ kind: "done", value: [] }),
        cacheSize: () => Promise.resolve(10),
        clearCache: () => Promise.resolve(),
        ...hub,
      };
    },
    fetchJson: (path) => Promise.resolve({ ok: false, message: path }),
    webgpu: true,
    storage: () => localStorage,
  });
  return { ...store, hubs: () => hubs };
}
const hubOf = ({ getState }: ReturnType<typeof page>) => getState().hub;

describe("the Hub on the page", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("is not asked for before the first click", async () => {
    const here = page({});
    await here.actions.open("");
    expect(here.hubs()).toBe(0);
    await here.actions.hubLookUp("org/tiny");
    expect(here.hubs()).toBe(1);
    expect(hubOf(here)).toMatchObject({ listing, task: null, problem: null });
  });

  test("hands downloaded files on like dropped ones", async () => {
    const here = page({});
    await here.actions.hubDownload(choice);
    expect(here.getState().upload.files).toEqual(files);
    expect(hubOf(here)).toMatchObject({
      taken: ["org/tiny@aaaaaaa/model.safetensors"],
      kept: 10,
      task: null,
    });
  });

  test("shows the problem of a look-up, and takes nothing", async () => {
    const problem: HubProblem = { kind: "missing", message: "not there", wait: null };
    const here = page({ lookUp: () => Promise.resolve({ kind: "problem", problem }) });
    await here.actions.hubLookUp("org/none");
    expect(hubOf(here)).toMatchObject({ listing: null, task: null, problem, waiting: null });
    expect(here.getState().upload.files).toEqual([]);
  });

  test("counts the seconds of a 429 down and then goes on by itself", async () => {
    const answers: HubOutcome<readonly NamedFile[]>[] = [busy, { kind: "done", value: files }];
    const here = page({ download: () => Promise.resolve(answers.shift() ?? busy) });
    const download = here.actions.hubDownload(choice);
    const waited: (number | null)[] = [];
    for (let i = 0; i < 3; i++) {
      await vi.advanceTimersByTimeAsync(i === 0 ? 10 : 1000);
      waited.push(hubOf(here).waiting);
    }
    expect(waited).toEqual([3, 2, 1]);
    expect(hubOf(here)).toMatchObject({ task: "download", problem: { kind: "rate-limit" } });
    await vi.advanceTimersByTimeAsync(2000);
    await download;
    expect(here.getState().upload.files).toEqual(files);
    expect(hubOf(here)).toMatchObject({ waiting: null, problem: null });
  });

  test("asks for a new click after five 429 in a row", async () => {
    let asked = 0;
    const here = page({
      lookUp: () => {
        asked++;
        return Promise.resolve(busy);
      },
    });
    const lookUp = here.actions.hubLookUp("org/tiny");
    await vi.advanceTimersByTimeAsync(60_000);
    await lookUp;
    expect(asked).toBe(6);
    expect(hubOf(here)).toMatchObject({ task: null, waiting: null, problem: { kind: "rate-limit" } });
  });

  test("stops waiting when it is cancelled, at once", async () => {
    const here = page({ lookUp: () => Promise.resolve(busy) });
    const lookUp = here.actions.hubLookUp("org/tiny");
    await vi.advanceTimersByTimeAsync(500);
    expect(hubOf(here).waiting).toBe(3);
    here.actions.hubCancel();
    expect(hubOf(here)).toMatchObject({ task: null, waiting: null, problem: null });
    await lookUp;
    expect(hubOf(here).task).toBeNull();
  });

  test("cancels a download, whose late progress changes nothing", async () => {
    let held: HubWork | null = null;
    const here = page({
      download: (_, work) => {
        held = work;
        return new Promise((resolve) => {
          work.signal.addEventListener("abort", () => resolve({ kind: "cancelled" }));
        });
      },
    });
    const download = here.actions.hubDownload(choice);
    await vi.advanceTimersByTimeAsync(1);
    const work = held as HubWork | null;
    work?.onProgress({ file: "model.safetensors", done: 4, total: 10 });
    expect(hubOf(here).progress).toMatchObject({ done: 4, total: 10 });
    here.actions.hubCancel();
    work?.onProgress({ file: "model.safetensors", done: 5, total: 10 });
    await download;
    expect(hubOf(here)).toMatchObject({ task: null, progress: null, taken: [] });
    expect(here.getState().upload.files).toEqual([]);
  });

  test("a second look-up replaces the first, whose answer comes too late", async () => {
    const answers: ((outcome: HubOutcome<HubListing>) => void)[] = [];
    const here = page({ lookUp: () => new Promise((resolve) => void answers.push(resolve)) });
    const first = here.actions.hubLookUp("org/slow");
    await vi.advanceTimersByTimeAsync(1);
    const second = here.actions.hubLookUp("org/tiny");
    await vi.advanceTimersByTimeAsync(1);
    answers[1]({ kind: "done", value: listing });
    await second;
    answers[0]({ kind: "done", value: { ...listing, choices: [] } });
    await first;
    expect(hubOf(here)).toMatchObject({ listing, task: null });
  });

  test("says so where the client itself cannot be fetched, and tries again at the next click", async () => {
    const failures = [new Error("Failed to fetch dynamically imported module")];
    const here = page({}, () => {
      const failure = failures.pop();
      return failure === undefined ? Promise.resolve() : Promise.reject(failure);
    });
    await here.actions.hubLookUp("org/tiny");
    expect(hubOf(here).problem?.message).toContain("Failed to fetch");
    await here.actions.hubLookUp("org/tiny");
    expect(hubOf(here).listing).toEqual(listing);
  });
});
