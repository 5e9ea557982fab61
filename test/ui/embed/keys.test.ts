import { afterEach, expect, test, vi } from "vitest";
import { unusedKey } from "../../../src/ui/embed/keys.ts";

const press = (key: string, more: object = {}) =>
  unusedKey({
    key,
    defaultPrevented: false,
    ...{ altKey: false, ctrlKey: false, metaKey: false, shiftKey: false },
    target: null,
    ...more,
  });
const documentOf = (scrollHeight: number) =>
  vi.stubGlobal("document", { documentElement: { scrollHeight, clientHeight: 400 } });
afterEach(() => vi.unstubAllGlobals());

test("keys that turn slides go on to the deck; letters and keys with modifiers do not", () => {
  documentOf(400);
  for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown"]) {
    expect(press(key)).toBe(key);
    expect(press(key, { ctrlKey: true })).toBeNull();
    expect(press(key, { defaultPrevented: true })).toBeNull();
  }
  for (const key of ["a", "Enter", "Tab", "Escape", " "]) expect(press(key)).toBeNull();
});

test("keys that scroll a document taller than its frame stay", () => {
  documentOf(900);
  expect(press("ArrowDown")).toBeNull();
  expect(press("ArrowRight")).toBe("ArrowRight");
});

test("a control that has the focus keeps its keys", () => {
  documentOf(400);
  const asked: string[] = [];
  const target = { closest: (selector: string) => asked.push(selector) > 0 };
  expect(press("ArrowRight", { target })).toBeNull();
  expect(asked[0]).toMatch(/input.*role=slider/);
});
