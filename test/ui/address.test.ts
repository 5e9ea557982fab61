import { describe, expect, test } from "vitest";
import { createPageStore } from "../../src/store/pageStore.ts";
import { followAddress, startOf } from "../../src/ui/address.ts";
import { sampleRun } from "./sampleRun.ts";

/** A window with a history that can be walked. */
function browser(hash = "") {
  const entries = [hash];
  const states: unknown[] = [null];
  let at = 0;
  const listeners: (() => void)[] = [];
  const write = (place: number, address: string, state: unknown) => {
    entries.splice(place, entries.length, address.startsWith("#") ? address : "");
    states.splice(place, states.length, state);
    at = place;
  };
  return {
    entries,
    place: {
      location: {
        get hash() {
          return entries[at];
        },
        pathname: "/",
        search: "",
      },
      history: {
        get state() {
          return states[at];
        },
        pushState: (state: unknown, __: string, address: string) => write(at + 1, address, state),
        replaceState: (state: unknown, __: string, address: string) => {
          entries[at] = address.startsWith("#") ? address : "";
          states[at] = state;
        },
      },
      addEventListener: (_: "hashchange", listener: () => void) => void listeners.push(listener),
    },
    go(by: number) {
      at += by;
      for (const listener of listeners) listener();
    },
    /** As a link does that is followed: who listens hears of it a little later. */
    follow(address: string, meanwhile?: () => void) {
      write(at + 1, address, null);
      meanwhile?.();
      for (const listener of listeners) listener();
    },
    hash: () => entries[at],
  };
}

function page() {
  return createPageStore({
    createEngine: () => Promise.reject(new Error("no engine")),
    createHub: () => Promise.reject(new Error("no Hub")),
    fetchJson: async (path) => ({ ok: true, value: path.endsWith("index.json") ? [] : sampleRun() }),
    webgpu: true,
    storage: () => ({ getItem: () => null, setItem: () => undefined }),
  });
}

describe("the address", () => {
  test("gets an entry for a step from view to view, and none for a slider", () => {
    const window = browser();
    const store = page();
    followAddress(store, window.place as never);
    store.actions.set("width", 2);
    store.actions.set("width", 3);
    store.actions.set("panel", "compare");
    store.actions.set("model", "resnet20-nobn");
    store.actions.set("seed", 7);
    expect(window.entries).toEqual([
      "#sigma=3",
      "#sigma=3&panel=compare",
      "#model=resnet20-nobn&seed=7&sigma=3&panel=compare",
    ]);
  });

  test("keeps a pasted link when something else changes before the page hears of it", () => {
    const window = browser("#panel=layers");
    const store = page();
    followAddress(store, window.place as never);
    let told = 0;
    store.subscribe(() => told++);
    window.follow("#seed=7&zz=1", () => store.actions.dismissNotices());
    expect(told).toBeGreaterThan(0);
    expect(window.hash()).toBe("#seed=7");
    expect(store.getState().controls.seed).toBe(7);
  });

  test("leads back and forward without adding entries", () => {
    const window = browser("#panel=layers");
    const store = page();
    followAddress(store, window.place as never);
    store.actions.set("panel", "study");
    store.actions.set("panel", "compare");
    window.go(-1);
    expect(store.getState().controls.panel).toBe("study");
    window.go(-1);
    expect(store.getState().controls.panel).toBe("layers");
    window.go(2);
    expect(store.getState().controls.panel).toBe("compare");
    expect(window.entries).toEqual(["#panel=layers", "#panel=study", "#panel=compare"]);
  });

  test("leaves a run in sight when only the panel changes", async () => {
    const window = browser();
    const store = page();
    followAddress(store, window.place as never);
    await new Promise((resolve) => setTimeout(resolve));
    store.setState({ shown: { result: sampleRun({ loss: 7 }), origin: "live" } });
    store.actions.set("panel", "study");
    window.go(-1);
    await new Promise((resolve) => setTimeout(resolve));
    expect(store.getState().shown).toMatchObject({ origin: "live", result: { loss: 7 } });
  });

  test("remembers the link that each visit began with, through every change", () => {
    const window = browser("#steps=40");
    const store = page();
    followAddress(store, window.place as never);
    store.actions.set("seed", 7);
    store.actions.set("panel", "compare");
    expect(window.entries).toEqual(["#steps=40&seed=7", "#steps=40&seed=7&panel=compare"]);
    expect(startOf(window.place)).toBe("#steps=40");
    window.follow("#steps=50");
    store.actions.set("seed", 8);
    expect(startOf(window.place)).toBe("#steps=50");
    window.go(-1);
    expect(store.getState().controls).toMatchObject({ steps: 40, seed: 7, panel: "compare" });
    expect(startOf(window.place)).toBe("#steps=40");
    // An entry of somebody else's making.
    window.place.history.replaceState({ start: 3 }, "", "#n=8");
    expect(startOf(window.place)).toBe("#n=8");
  });

  test("replaces a link that cannot be used by what it comes to", () => {
    const window = browser("#model=file&steps=abc");
    followAddress(page(), window.place as never);
    expect(window.entries).toEqual([""]);
  });
});
