/** Without a mouse, without sight of the charts, without motion, with colours of one's own. */
import { controls } from "../src/store/controls.ts";
import { expect, open, type Page, test } from "./page.ts";

const panels = controls.panel.options.map(({ value }) => value);

async function openPanel(page: Page, panel: string): Promise<void> {
  await page.goto(`./#panel=${panel}&at=12`);
  await expect(page.locator("main .card.waiting")).toHaveCount(0);
  await expect(page.locator("main h2").first()).toBeVisible();
}

test("the Tab key comes to everything that can be pressed, in every panel, and shows where it is", async ({
  page,
}) => {
  for (const panel of panels) {
    await openPanel(page, panel);
    const targets = await page.evaluate(() => {
      const selector = "a[href], button, input, select, textarea, summary, [tabindex='0']";
      const all = [...document.querySelectorAll<HTMLElement>(selector)].filter((element) => {
        const group = element instanceof HTMLInputElement && element.type === "radio" && !element.checked;
        return element.tabIndex >= 0 && !group && element.checkVisibility({ visibilityProperty: true });
      });
      for (const [i, element] of all.entries()) element.dataset.target = String(i);
      (document.activeElement as HTMLElement | null)?.blur();
      return all.length;
    });
    const reached: number[] = [];
    const unseen: string[] = [];
    for (let press = 0; press < targets + 2; press++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        const around = [element, element.nextElementSibling, element.closest("label"), element.parentElement];
        const marked = around.some((one) => one !== null && getComputedStyle(one).outlineStyle !== "none");
        return { target: element.dataset.target, marked, html: element.outerHTML.slice(0, 120) };
      });
      if (at.target === undefined) continue;
      reached.push(Number(at.target));
      if (!at.marked) unseen.push(at.html);
    }
    expect(unseen, `${panel}: no mark of the focus`).toEqual([]);
    const missed = await page.evaluate(
      (found) =>
        [...document.querySelectorAll<HTMLElement>("[data-target]")].flatMap((element) =>
          found.includes(Number(element.dataset.target)) ? [] : [element.outerHTML.slice(0, 160)],
        ),
      reached,
    );
    expect(missed, `${panel}: not reached`).toEqual([]);
    expect(targets, panel).toBeGreaterThan(30);
    // A panel that is changed keeps the place that the keyboard had: from there around to it again.
    const around = [...new Set(reached)];
    const order = [...around.slice(around.indexOf(0)), ...around.slice(0, around.indexOf(0))];
    expect(order, `${panel}: the order of the document`).toEqual(order.toSorted((a, b) => a - b));
  }
});

test("every chart has a sentence for those who cannot see it, and its card a table of its numbers", async ({
  page,
}) => {
  for (const panel of panels) {
    await openPanel(page, panel);
    const charts = page.locator("main .card .chart:visible");
    expect(await charts.count(), panel).toBeGreaterThan(0);
    const bare = () =>
      charts.evaluateAll((all) =>
        all.flatMap((chart) => {
          const title = chart.closest(".card")?.querySelector("h2")?.textContent;
          const named = chart.querySelector("[role=img][aria-label], [role=img][aria-labelledby]");
          const words = (named?.getAttribute("aria-label") ?? "").length > 20;
          const table = chart.closest(".card")?.querySelector("table, details.data") != null;
          return words && table ? [] : [`${title}: ${words ? "" : "no words "}${table ? "" : "no table"}`];
        }),
      );
    // Some are drawn by modules that come after their card.
    await expect.poll(bare, panel).toEqual([]);
  }
});

/** Elements that move by themselves or glide. */
const moving = (page: Page) =>
  page.evaluate(
    () =>
      [...document.querySelectorAll("*")].filter((element) => {
        const { animationName, transitionDuration } = getComputedStyle(element);
        return animationName !== "none" || transitionDuration.split(", ").some((time) => time !== "0s");
      }).length,
  );

test("who asks for less motion gets none, in any panel", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await open(page);
  expect(await moving(page)).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const panel of panels) {
    await openPanel(page, panel);
    expect(await moving(page), panel).toBe(0);
  }
});

test("where the system forces its colours, the curve, the chosen tab and the focus stay visible", async ({
  page,
}) => {
  await page.emulateMedia({ forcedColors: "active" });
  await open(page);
  const seen = await page.evaluate(() => {
    const colour = (selector: string, property: "stroke" | "color" | "borderBottomColor") => {
      const element = document.querySelector(selector);
      return element === null ? null : getComputedStyle(element)[property];
    };
    return {
      page: getComputedStyle(document.body).backgroundColor,
      curve: colour('[data-curve="shown"]', "stroke"),
      chosen: colour(".panels [aria-current]", "borderBottomColor"),
      other: colour(".panels button:not([aria-current])", "borderBottomColor"),
    };
  });
  expect(seen.curve).not.toBe(seen.page);
  expect(seen.chosen).not.toBe(seen.other);
  await page.keyboard.press("Tab");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
  expect(outline).not.toBe("none");
  await page.screenshot({ path: "test-results/page/forced-colours.png" });
});
