import { describe, expect, test } from "vitest";
import { createPageStore } from "../../../src/store/pageStore.ts";
import { createCommands } from "../../../src/ui/embed/commands.ts";
import { createFlow } from "../../../src/ui/embed/flow.ts";
import { type EmbedEvent, parseMessage } from "../../../src/ui/embed/protocol.ts";
import { embedPort } from "./embedPort.ts";

function embed() {
  const asked: string[] = [];
  const posted: EmbedEvent[] = [];
  const store = createPageStore(embedPort(asked));
  const obey = createCommands({
    store,
    post: (event) => posted.push(event),
    greet: () => undefined,
    slide: () => undefined,
    exported: async (format) => ({ format, name: "f", content: "" }),
  });
  const send = async (message: object): Promise<void> => {
    const command = parseMessage({ eigenscope: 1, ...message });
    if (command === null) throw new Error("this is no message");
    await obey(command);
  };
  return { ...store, asked, posted, send };
}

describe("a framing page that means harm", () => {
  test("changes no prototype and no control that the table does not have", async () => {
    const { getState, posted, send } = embed();
    const before = { ...getState().controls };
    for (const control of ["__proto__", "constructor", "toString", "xAxis", "x\u0000"])
      await send({ type: "set", control, value: "linear" });
    expect(getState().controls).toEqual(before);
    expect(({} as Record<string, unknown>).linear).toBeUndefined();
    expect(posted.map((event) => event.type)).toEqual(Array(5).fill("error"));
  });

  test("reaches no address but the stored runs of the page's own folder, and no kept run or file", async () => {
    const { asked, getState, posted, send } = embed();
    const names = ["../../secret", "//elsewhere/x", "http://elsewhere/", "a/b", "saved-1", "last", "file"];
    for (const name of names) {
      await send({ type: "set", control: "model", value: name });
      await send({ type: "open", state: `#${new URLSearchParams({ model: name, compare: name })}` });
      await send({ type: "set", control: "compare", value: name });
    }
    expect(asked.filter((path) => !/^\.\/models\/(?:[a-z0-9-]+\/run|index)\.json$/.test(path))).toEqual([]);
    expect(getState().list).toMatchObject({ runs: [], damaged: [] });
    expect(posted.every(({ type }) => type === "error")).toBe(true);
  });

  test("makes no list grow without end", async () => {
    const { getState, send } = embed();
    for (let i = 0; i < 200; i++) await send({ type: "set", control: "model", value: `no-${i}` });
    expect(getState().notices.length).toBeLessThanOrEqual(20);
  });

  test("is heard so often and no more, and told so once a flood", () => {
    const flow = createFlow();
    const answers = Array.from({ length: 1000 }, () => flow(5));
    expect(answers.filter((answer) => answer === "pass")).toHaveLength(120);
    expect(answers.filter((answer) => answer === "flood")).toHaveLength(1);
    expect(answers.at(-1)).toBe("drop");
    expect(flow(4)).toBe("drop");
    expect(Array.from({ length: 61 }, () => flow(1005))).toEqual([...Array(60).fill("pass"), "flood"]);
    // A slider that is dragged for a minute, 60 messages a second.
    const slider = createFlow();
    expect(Array.from({ length: 3600 }, (_, i) => slider((i * 1000) / 60)).every((a) => a === "pass")).toBe(
      true,
    );
  });
});
