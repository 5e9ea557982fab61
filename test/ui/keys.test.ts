import { describe, expect, test } from "vitest";
import { controls } from "../../src/store/controls.ts";
import { stopAfter } from "../../src/ui/charts/Cursor.tsx";
import { keyName } from "../../src/ui/keys/KeySheet.tsx";
import { commandOf, isFree, KEYS, PLACES } from "../../src/ui/keys/table.ts";

describe("the table of keys", () => {
  test("gives no key two meanings at one place", () => {
    for (const place of PLACES) {
      const keys = KEYS[place].flatMap((row) => [...row.keys]);
      expect(new Set(keys).size).toBe(keys.length);
      for (const key of keys) expect(commandOf(place, key)).not.toBeNull();
    }
    expect(commandOf("page", "x")).toBeNull();
  });

  test("has a digit for every panel", () => {
    const row = KEYS.page.find(({ command }) => command === "panel");
    expect(row?.keys).toEqual(controls.panel.options.map((_, i) => String(i + 1)));
  });

  test("is what charts go by: each of their moving keys leads to a stop", () => {
    for (const { command, keys } of KEYS.chart) {
      if (command === "pick") continue;
      for (const key of keys) expect(stopAfter(key, 20, 41)).not.toBeNull();
    }
    expect(stopAfter("PageUp", 20, 41)).toBe(30);
    expect(stopAfter("a", 20, 41)).toBeNull();
  });

  test("names keys as keyboards do", () => {
    expect([" ", "ArrowLeft", "Escape", "r"].map(keyName)).toEqual(["Space", "←", "Esc", "r"]);
  });
});

/** An element that matches the given selectors, as `closest` would find. */
const on = (...matches: string[]) =>
  ({
    closest: (selector: string) => (matches.some((m) => selector.includes(m)) ? {} : null),
  }) as unknown as Element;
const press = (key: string, target: Element | null, more: object = {}) => ({
  ...{ key, target, defaultPrevented: false, altKey: false, ctrlKey: false, metaKey: false },
  ...more,
});

describe("a key is left alone", () => {
  test("while somebody types, or a dialog is open", () => {
    expect(isFree(press("r", on("input:not(")))).toBe(false);
    expect(isFree(press("1", on("select")))).toBe(false);
    expect(isFree(press("?", on("dialog")))).toBe(false);
    expect(isFree(press("r", null))).toBe(true);
  });

  test("where the control with the focus needs it", () => {
    const slider = on("[role=slider]");
    expect(isFree(press("ArrowRight", slider))).toBe(false);
    expect(isFree(press("2", slider))).toBe(true);
    const button = on("button, summary");
    expect(isFree(press(" ", button))).toBe(false);
    expect(isFree(press("ArrowRight", button))).toBe(true);
  });

  test("with a modifier, or once something has answered it", () => {
    for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { defaultPrevented: true }])
      expect(isFree(press("r", null, more))).toBe(false);
  });
});
