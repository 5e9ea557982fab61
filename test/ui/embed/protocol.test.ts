import { describe, expect, test } from "vitest";
import { type Arrival, accept, parseMessage, targetOf } from "../../../src/ui/embed/protocol.ts";
import { BAD, say } from "./malformed.ts";

const HOST = "https://paper.example";
const from = (data: unknown, more: Partial<Arrival> = {}): Arrival => ({
  data,
  origin: HOST,
  fromParent: true,
  ...more,
});

const GOOD = [
  say("ping"),
  say("ping", { id: "first" }),
  say("open", { state: "#model=resnet20&x=linear", id: 7 }),
  say("open", { state: "" }),
  say("set", { control: "steps", value: 20 }),
  say("set", { control: "x", value: "linear" }),
  say("run"),
  say("cancel", { id: 0 }),
  say("export", { format: "svg" }),
  say("export", { format: "json", id: "a" }),
];

describe("a message", () => {
  test.each(GOOD)("%j is a command", (message) => {
    const { eigenscope: _, ...command } = message;
    expect(parseMessage(message)).toEqual(command);
  });

  test("at least thirty ways to be malformed are tried", () => {
    expect(BAD.length).toBeGreaterThanOrEqual(30);
  });

  test.each(BAD)("%s is ignored, before the handshake and after", (_name, data) => {
    expect(parseMessage(data)).toBeNull();
    expect(accept(null, from(data))).toBeNull();
    expect(accept(HOST, from(data))).toBeNull();
  });
});

describe("the handshake", () => {
  test("is the parent's first ping, which pins its origin", () => {
    expect(accept(null, from(say("ping")))).toEqual({ command: { type: "ping" }, pinned: HOST });
  });

  test.each(["open", "set", "run", "cancel", "export"])("comes before %s", (type) => {
    const message = GOOD.find((good) => good.type === type);
    expect(accept(null, from(message))).toBeNull();
    expect(accept(HOST, from(message))?.command.type).toBe(type);
  });

  test.each(GOOD)("no other window is heard: %j", (message) => {
    expect(accept(null, from(message, { fromParent: false }))).toBeNull();
    expect(accept(HOST, from(message, { fromParent: false }))).toBeNull();
  });

  test.each(["https://evil.example", "http://paper.example", "https://paper.example:8443", "null", ""])(
    "an origin that is not the pinned one is not heard, not even its ping: %s",
    (origin) => {
      for (const message of [...GOOD, "slide:start"]) {
        expect(accept(HOST, from(message, { origin }))).toBeNull();
      }
    },
  );

  test("reveal.js's words are heard without one and pin nothing", () => {
    expect(accept(null, from("slide:stop"))).toEqual({ command: { type: "slide:stop" }, pinned: null });
    expect(accept(HOST, from("slide:start"))).toEqual({ command: { type: "slide:start" }, pinned: HOST });
    expect(accept(null, from("slide:stop", { fromParent: false }))).toBeNull();
  });

  test("answers are addressed to the pinned origin wherever it can be named", () => {
    expect(targetOf(HOST)).toBe(HOST);
    expect(targetOf("http://localhost:8000")).toBe("http://localhost:8000");
    for (const origin of ["null", "file://", "vscode-webview://x"]) expect(targetOf(origin)).toBe("*");
  });
});
