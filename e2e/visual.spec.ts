/**
 * Every panel on the stored run in the sizes and themes it is designed for, as they were looked at and found good: `npx playwright test visual states -u` after a change that is meant, then look at e2e/snapshots.
 */
import { type ControlValues, controls } from "../src/store/controls.ts";
import { expect, sameFonts, test } from "./page.ts";

type Panel = ControlValues["panel"];
const panels = controls.panel.options.map(({ value }) => value);

interface Look {
  readonly size: readonly [number, number];
  readonly dark?: boolean;
  readonly projector?: boolean;
  readonly panels: readonly Panel[];
}

/** A darkened hall and a darkened room are tried on three panels each: a snapshot of all would be megabytes. */
const LOOKS: Readonly<Record<string, Look>> = {
  light: { size: [1440, 900], panels },
  phone: { size: [390, 844], panels },
  dark: { size: [1440, 900], dark: true, panels: ["spectrum", "layers", "compare"] },
  projector: { size: [1920, 1080], projector: true, panels: ["landscape", "study", "learn"] },
};

for (const [name, { size, dark = false, projector = false, panels: some }] of Object.entries(LOOKS)) {
  test(`the panels look as they did: ${name}`, async ({ page }) => {
    const [width, height] = size;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
    await page.goto(`./#panel=${some[0]}${projector ? "&theme=projector" : ""}`);
    await sameFonts(page);
    for (const panel of some) {
      await page.goto(`./#panel=${panel}&at=20${projector ? "&theme=projector" : ""}`);
      // The panels but the first are fetched when they are first looked at.
      await expect(page.locator("main .card.waiting")).toHaveCount(0);
      await expect(page.locator("main h2").first()).toBeVisible();
      await page.waitForLoadState("networkidle");
      await page.mouse.move(0, 0);
      const file = name === "light" ? `${panel}.png` : `${panel}-${name}.png`;
      await expect.soft(page).toHaveScreenshot(file, { maxDiffPixelRatio: 0.01, animations: "disabled" });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect.soft(over, `${panel} is wider than the window`).toBeLessThanOrEqual(0);
    }
  });
}
