import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { prerenderToNodeStream } from "react-dom/static";
import { describe, expect, test, vi } from "vitest";
import type { RunResult } from "../../src/run/protocol.ts";
import { noUpload } from "../../src/store/files.ts";
import { noHub } from "../../src/store/hubView.ts";
import { createPageStore } from "../../src/store/pageStore.ts";
import type { PageState } from "../../src/store/state.ts";
import { App } from "../../src/ui/App.tsx";
import { GpuDialog } from "../../src/ui/device/GpuDialog.tsx";
import { EmbedApp } from "../../src/ui/embed/EmbedApp.tsx";
import { EmbedDialog } from "../../src/ui/embed/EmbedDialog.tsx";
import { snippets } from "../../src/ui/embed/snippets.ts";
import { KeySheet } from "../../src/ui/keys/KeySheet.tsx";
import { PageContext } from "../../src/ui/page.ts";
import { ROOT } from "../../tools/setup.mjs";
import { createFakeEngine } from "../ui/fakeEngine.ts";
import { fullRun } from "../ui/fullRun.ts";
import { strange } from "./pseudo.ts";

vi.mock("../../src/strings/en.ts", async (original) => {
  const { pseudo } = await import("./pseudo.ts");
  return pseudo(await original());
});
// There is no layout here: every chart has this room.
vi.mock("../../src/ui/charts/useBox.ts", () => ({
  useBox: () => ({ ref: { current: null }, box: { width: 800, height: 400, rem: 16 } }),
}));

vi.stubGlobal("location", new URL("http://example.org/"));
vi.stubGlobal("document", { baseURI: "http://example.org/" });
vi.stubGlobal("devicePixelRatio", 1);
vi.stubGlobal("self", { origin: "http://example.org" });

const shown = fullRun();
const storedAt = (path: string): RunResult =>
  path.includes("/resnet20/") ? shown : JSON.parse(readFileSync(join(ROOT, "public", path), "utf8"));
const CATALOGUE = [{ id: "resnet20", title: "ResNet-20", description: "A network." }];

/** What a visitor reads or hears at a link, with the run that the page shows and what has happened to it since. */
async function wordsAt(
  link: string,
  { change = {}, view = <App /> }: { change?: Partial<PageState>; view?: React.ReactNode } = {},
): Promise<readonly string[]> {
  const store = createPageStore({
    createEngine: async () => createFakeEngine(shown),
    createHub: () => Promise.reject(new Error("no Hub in this test")),
    fetchJson: async (path) => ({
      ok: true,
      value: path.endsWith("index.json") ? CATALOGUE : storedAt(path),
    }),
    webgpu: true,
    storage: () => ({ getItem: () => null, setItem: () => {} }),
  });
  await store.actions.open(link);
  store.setState(change);
  // A server draws what a store began with.
  const now = { ...store, getInitialState: store.getState };
  const problems: unknown[] = [];
  const { prelude } = await prerenderToNodeStream(<PageContext value={now}>{view}</PageContext>, {
    onError: (error) => void problems.push(error),
  });
  const html = await text(prelude);
  expect(problems).toEqual([]);
  return wordsOf(html);
}

/** Between tags, and of attributes that are read. */
function wordsOf(html: string): string[] {
  const plain = (words: string) =>
    words
      .replaceAll(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&amp;", "&");
  const between = html.replaceAll(/<(script|style|template)\b.*?<\/\1>/gs, "").split(/<[^>]*>/);
  const attributes = html.matchAll(
    / (?:title|aria-label|aria-valuetext|aria-roledescription|placeholder|alt)="([^"]*)"/g,
  );
  return [...between, ...[...attributes].map(([, value]) => value)].map(plain);
}

/** Names and sentences that come with a run; what is a single small word may be a state that was drawn as it is. */
const dataOf = (value: unknown): string[] =>
  stringsOf(value).filter((found) => /[A-Za-z]{2}/.test(found) && /[^a-z]/.test(found));

function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

/** Units and numbers. */
const UNITS = /\b(kB|MB|GB|ms|NaN|e[+-]?\d+)\b/g;

/** The words that are neither strange nor data. */
function familiar(words: readonly string[], data: readonly string[]): string[] {
  const known = [...new Set(data)].sort((a, b) => b.length - a.length);
  return [...new Set(words)].filter((said) => {
    let rest = said.replaceAll(UNITS, "");
    for (const name of known) rest = rest.replaceAll(name, "");
    return /[A-Za-z]{2,}/.test(rest);
  });
}

test("letters are replaced, marks stay", () => {
  expect(strange("Drop a <b>model</b>, 2 λ")).toBe("Ｄｒｏｐ ａ <b>ｍｏｄｅｌ</b>, 2 λ");
});

describe("in a language of strange letters nothing is familiar but data", () => {
  const parts = shown.model.tensors.map(({ name }) => name.split(".")[0]);
  // Marks of landscapes have their labels from the engine.
  const marks = (shown.landscapes ?? []).flatMap(({ marks }) => marks.map(({ label }) => label));
  const data = [...dataOf(shown), ...dataOf(CATALOGUE), ...parts, ...marks];
  const check = async (words: Promise<readonly string[]>, more: readonly string[] = []) => {
    const said = await words;
    expect(said.join("").match(/[ａ-ｚ]{3,}/g)?.length).toBeGreaterThan(10);
    expect(familiar(said, [...data, ...more])).toEqual([]);
  };

  const panels = ["spectrum", "landscape", "layers", "compare", "study", "learn"];
  for (const link of [
    ...panels.map((panel) => `#panel=${panel}`),
    ...["#show=plane", "#show=vector", "#figure=cumulative&lr=0.1", "#x=log&smooth=pyhessian"],
    ...["#panel=landscape&shape=line&along=checkpoint", "#panel=landscape&lview=surface&value=residual"],
    ...["#panel=layers&layer=conv1.weight&cost=latency", "#panel=learn&lesson=power", "#tour=bulk&step=2"],
  ]) {
    test(`at ${link}`, () => check(wordsAt(link)));
  }

  test("while a run goes on, and after it has failed a check", async () => {
    const progress = { phase: "lanczos", done: 3, total: 9, etaSeconds: 100 } as const;
    const running = { kind: "running", job: "run", paused: true, cancelling: false, progress } as const;
    await check(wordsAt("", { change: { run: running } }));
    const doubtful = { ...shown, checks: shown.checks.map((found) => ({ ...found, passed: false })) };
    const ended = { kind: "ended", ending: { kind: "cancelled", kept: true } } as const;
    await check(wordsAt("", { change: { run: ended, shown: { result: doubtful, origin: "live" } } }));
  });

  test("with files and a listing of the Hub", async () => {
    const upload = { ...noUpload, files: [{ name: "a.pt", bytes: new Uint8Array(1) }] };
    const address = { kind: "model", id: "org/name", revision: "main" } as const;
    const files = [{ path: "a.pt", size: 1000, sha256: null, blob: null }];
    const choice = { id: "a", commit: "0", label: "a.pt", files, total: 1000, note: null, refusal: null };
    const hub = {
      ...noHub,
      listing: { kind: "model", address, choices: [choice] },
      taken: ["a.pt"],
      kept: 10,
    } as const;
    await check(wordsAt("", { change: { upload, hub } }), ["a.pt"]);
  });

  test("in the dialogs", async () => {
    const onClose = () => {};
    await check(wordsAt("", { view: <KeySheet onClose={onClose} /> }));
    const device = { kind: "device", device: shown.device } as const;
    await check(wordsAt("", { change: { device }, view: <GpuDialog onClose={onClose} /> }));
    await check(wordsAt("", { change: { device: { kind: "unavailable", message: "" } } }));
    const code = snippets({ folder: "http://example.org/", hash: "", title: "", file: "" });
    const names = [...code.map(({ name }) => name), "http", "example.org"];
    const lines = (said: readonly string[]) => said.filter((line) => !line.includes("<iframe"));
    await check(wordsAt("", { view: <EmbedDialog onClose={onClose} /> }).then(lines), names);
  });

  test("in an embed", async () => {
    for (const view of ["density", "layers", "slice", "eigenvalues"])
      await check(wordsAt(`#view=${view}`, { view: <EmbedApp /> }));
  });
});
