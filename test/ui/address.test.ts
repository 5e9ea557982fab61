import { describe, expect, test } from "vitest";
import { createPageStore } from "../../src/store/pageStore.ts";
import { followAddress } from "../../src/ui/address.ts";
import { sampleRun } from "./sampleRun.ts";

/** A window with a history that can be walked. */
function browser(hash = "") {
  const entries = [hash];
  let at = 0;
  const listeners: (() => void)[] = [];
  const write = (place: number, address: string) => {
    entries.splice(place, entries.length, address.startsWith("#") ? address : "");
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
        pushState: (_: unknown, __: string, address: string) => write(at + 1, address),
        replaceState: (_: unknown, __: string, address: string) => {
          entries[at] = address.startsWith("#") ? address : "";
        },
      },
      addEventListener: (_: "hashchange", listener: () => void) => void listeners.push(listener),
    },
    go(by: number) {
      at += by;
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

  test("replaces a link that cannot be used by what it comes to", () => {
    const window = browser("#model=file&steps=abc");
    followAddress(page(), window.place as never);
    expect(window.entries).toEqual([""]);
  });
});
