/**
 * Every panel on the stored run, as it was looked at and found good: `npx playwright test e2e/visual.spec.ts -u` after a
 * change that is meant, then look at e2e/snapshots. Other fonts make other pictures: there the comparison is left out.
 */
import { controls } from "../src/store/controls.ts";
import { expect, test } from "./page.ts";

/** Width in pixels of this sentence where the snapshots were taken. */
const SAMPLE = "Eigenvalue density λ₁ = 298.3775";
const WIDTH = 148.838;

for (const { value: panel } of controls.panel.options) {
  test(`the panel ${panel} looks as it did`, async ({ page }) => {
    await page.goto(`./#panel=${panel}&at=20`);
    // The panels but the first are fetched when they are first looked at.
    await expect(page.locator("main .card.waiting")).toHaveCount(0);
    await expect(page.locator("main h2").first()).toBeVisible();
    await page.waitForLoadState("networkidle");
    const width = await page.evaluate((text) => {
      const context = document.createElement("canvas").getContext("2d");
      if (context === null) return 0;
      context.font = getComputedStyle(document.body).font;
      return context.measureText(text).width;
    }, SAMPLE);
    test.skip(Math.abs(width - WIDTH) > 0.01, `other fonts than those of the snapshots (${width})`);
    await page.mouse.move(0, 0);
    await expect(page).toHaveScreenshot(`${panel}.png`, { maxDiffPixelRatio: 0.01, animations: "disabled" });
  });
}
