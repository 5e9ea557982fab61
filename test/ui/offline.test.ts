import { describe, expect, test } from "vitest";
import { routeOf } from "../../src/offlineRoutes.ts";
import { precache } from "../../tools/serviceWorker.ts";

const SCOPE = "https://example.org/eigenscope/";
const ask = (path: string, more: object = {}) =>
  routeOf(
    {
      method: "GET",
      url: new URL(path, SCOPE).href,
      mode: "cors",
      destination: "",
      hasRange: false,
      ...more,
    },
    SCOPE,
  );
const window = { mode: "navigate", destination: "document" };

describe("the service worker", () => {
  test("serves the page to windows, whatever their query", () => {
    expect(ask("./", window)).toBe("document");
    expect(ask("./?from=x#steps=3", window)).toBe("document");
    expect(ask("index.html", window)).toBe("document");
  });

  test("leaves frames, the embed and other documents to the network", () => {
    expect(ask("./", { mode: "navigate", destination: "iframe" })).toBe("pass");
    expect(ask("embed.html", window)).toBe("pass");
    expect(ask("docs/", window)).toBe("pass");
  });

  test("takes files with hashes from the cache, and stored runs from the network first", () => {
    expect(ask("assets/index-abc.js")).toBe("hashed");
    expect(ask("models/resnet20/run.json")).toBe("data");
    expect(ask("service-worker.js")).toBe("pass");
  });

  test("touches neither other origins, other folders, parts of files nor anything but GET", () => {
    expect(ask("https://huggingface.co/models/x")).toBe("pass");
    expect(ask("https://example.org/other/assets/a.js")).toBe("pass");
    expect(ask("models/a/model.safetensors", { hasRange: true })).toBe("pass");
    expect(ask("models/a/run.json", { method: "POST" })).toBe("pass");
  });
});

describe("the list of files to keep", () => {
  const files = new Map<string, string>([
    ["service-worker.js", "itself"],
    ["index.html", "page"],
    ["embed.html", "frame"],
    ["assets/b.js", "b"],
    ["assets/a.js", "a"],
  ]);

  test("has the page under its folder, neither the embed nor the worker itself", () => {
    expect(precache(files).files).toEqual(["assets/a.js", "assets/b.js", "./"]);
  });

  test("has a version that changes with any content, and with nothing else", () => {
    const { version } = precache(files);
    expect(precache(new Map([...files].reverse())).version).toBe(version);
    expect(precache(new Map([...files, ["service-worker.js", "other"]])).version).toBe(version);
    expect(precache(new Map([...files, ["index.html", "page 2"]])).version).not.toBe(version);
  });
});
