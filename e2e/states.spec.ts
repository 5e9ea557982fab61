/** Every panel in every state that a run can be in: nothing for axe to find, and words for each. The engine is a play. */
import AxeBuilder from "@axe-core/playwright";
import type { RunOutcome } from "../src/run/protocol.ts";
import { controls } from "../src/store/controls.ts";
import { button, expect, hasSameFonts, open, type Page, status, storedRun, test } from "./page.ts";
import { play, type Scene } from "./played/index.ts";

const run = storedRun("resnet20");
const ended = (outcome: RunOutcome): Partial<Scene> => ({ outcome });
const start = (page: Page) => button(page, "Run on this GPU").click();

interface State {
  readonly scene: Partial<Scene>;
  readonly reach: (page: Page) => Promise<void>;
  /** What the page says. */
  readonly says: string | RegExp;
}

const STATES: Readonly<Record<string, State>> = {
  starting: { scene: { tick: 600_000 }, reach: start, says: "Starting the engine and reading the model" },
  running: { scene: { stopsAfter: 13 }, reach: start, says: /Lanczos, 12 of 80, about .* left/ },
  paused: {
    scene: { stopsAfter: 13 },
    reach: async (page) => {
      await start(page);
      await expect(status(page)).toContainText("Lanczos, 12 of 80");
      await button(page, "Pause").click();
    },
    says: "Lanczos, 12 of 80, paused",
  },
  "waiting for a lost GPU": {
    scene: { waits: true },
    reach: start,
    says: "The GPU was lost and is not given back yet; the run goes on when it is",
  },
  finished: { scene: {}, reach: start, says: "Finished." },
  refused: {
    scene: ended({ kind: "refused", message: "A batch of 4,096 does not fit: choose at most 512." }),
    reach: start,
    says: "does not fit: choose at most 512",
  },
  failed: {
    scene: ended({ kind: "failed", message: "internal: a kernel was not found." }),
    reach: start,
    says: "internal: a kernel was not found.",
  },
  lost: {
    scene: ended({ kind: "lost", message: "three times within a minute. Run it again.", result: run }),
    reach: start,
    says: "The GPU was lost: three times within a minute.",
  },
};

async function axe(page: Page, within: string, contrast: boolean): Promise<string[]> {
  const builder = new AxeBuilder({ page }).include(within);
  // The slowest rule; colours do not depend on the state of a run, and each panel's are looked at elsewhere.
  const { violations } = await (contrast ? builder : builder.disableRules("color-contrast")).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("; ")}`);
}

/** Of a run, the panels know whether the engine is at work or can be asked. */
const IN_PANELS = ["running", "finished"];

for (const [name, { scene, reach, says }] of Object.entries(STATES)) {
  test(`${name}: said in words and to screen readers, and axe finds nothing`, async ({ page }) => {
    await play(page, { result: run, ...scene });
    await open(page);
    await reach(page);
    await expect(status(page)).toContainText(says);
    const spoken = status(page).locator("output, [role=alert]").filter({ hasText: /./ });
    await expect(spoken).toHaveCount(1);
    expect(await axe(page, ".measure", true)).toEqual([]);
    // The time that is left is another one each time, and a bar without an end in sight moves.
    const mask = [status(page).locator(".progress p"), status(page).locator("progress")];
    if (await hasSameFonts(page))
      await expect
        .soft(page.locator(".measure"))
        .toHaveScreenshot(`state-${name.replaceAll(" ", "-")}.png`, { mask });
    for (const [place, { label, value }] of controls.panel.options.entries()) {
      await page.keyboard.press(String(place + 1));
      await expect(button(page, label).first()).toHaveAttribute("aria-current", "page");
      await expect(page.locator("main .card.waiting")).toHaveCount(0);
      await expect(status(page)).toContainText(says);
      if (IN_PANELS.includes(name)) expect(await axe(page, "main > :not(.set)", false), value).toEqual([]);
    }
  });
}
