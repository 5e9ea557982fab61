/** What is no file and comes from strangers all the same: links, messages, records that a browser keeps. */
import { readKeptRun } from "../../src/run/resultFile.ts";
import { createPageStore, type PageStore } from "../../src/store/pageStore.ts";
import { findEigenvalue } from "../../src/store/ranks.ts";
import { rawRecord } from "../../src/ui/compare/rawRecord.ts";
import { createCommands } from "../../src/ui/embed/commands.ts";
import { accept, type EmbedEvent } from "../../src/ui/embed/protocol.ts";
import { embedPort } from "../ui/embed/embedPort.ts";
import { fullRun } from "../ui/fullRun.ts";
import { Said } from "./formats.ts";
import { drawResult, type Unnamed } from "./kinds.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const json = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));

/** What JSON makes of the bytes, or their text. */
function jsonOrText(bytes: Uint8Array): unknown {
  const text = decoder.decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Only stored runs of the page's own folder may be asked for. */
const OWN = /^\.\/models\/(?:[a-z0-9-]{1,40}\/run|index)\.json$/;

function check({ getState, actions }: PageStore, asked: readonly string[], said: readonly string[]): void {
  const elsewhere = asked.find((path) => !OWN.test(path));
  if (elsewhere !== undefined) throw new Error(`internal: ${elsewhere} was asked for`);
  const { controls, shown, notices } = getState();
  actions.link();
  if (shown !== null) findEigenvalue(shown.result, controls.selected);
  if (notices.length + said.length > 0) throw new Said([...notices, ...said]);
}

export const ofLink = (name: string, link: string): Unnamed => ({
  name,
  pieces: { link: encoder.encode(link) },
  async read({ link: bytes }) {
    const asked: string[] = [];
    const store = createPageStore(embedPort(asked));
    await store.actions.open(decoder.decode(bytes));
    check(store, asked, []);
  },
});

const HOST = "https://paper.example";

export const ofMessage = (name: string, fields: object): Unnamed => ({
  name,
  pieces: { message: json({ eigenscope: 1, ...fields }) },
  async read({ message }) {
    const data = structuredClone(jsonOrText(message));
    const accepted = accept(HOST, { data, origin: HOST, fromParent: true });
    // Dropped without an answer, as documented.
    if (accepted === null) throw new Said([]);
    const asked: string[] = [];
    const said: string[] = [];
    const store = createPageStore(embedPort(asked));
    await store.actions.open("");
    const post = (event: EmbedEvent): void => {
      if (event.type === "error") said.push(event.message);
    };
    const obey = createCommands({
      ...{ store, post, greet: () => undefined, slide: () => undefined },
      exported: async (format) => ({ format, name: "figure", content: "" }),
    });
    await obey(accepted.command);
    check(store, asked, said);
  },
});

export const savedRun: Unnamed = {
  name: "record of the list of runs",
  pieces: {
    record: json({
      id: "saved-1",
      name: "mine",
      from: "saved",
      at: "2026-01-01",
      bytes: 9,
      result: fullRun(),
    }),
  },
  async read({ record: bytes }) {
    const record = jsonOrText(bytes);
    rawRecord(record);
    drawResult(readKeptRun(record, "saved-1").result);
  },
};
