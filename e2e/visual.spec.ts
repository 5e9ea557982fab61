/**
 * Every panel on the stored run in the sizes and themes it is designed for, and what lies over it, as they were looked at and
 * found good: `npx playwright test visual states -u` after a change that is meant, then look at e2e/snapshots.
 */
import { type ControlValues, controls } from "../src/store/controls.ts";
import { button, expect, open, sameFonts, storedRun, test } from "./page.ts";
import { play } from "./played/index.ts";

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

test("the dialogs and the export menu look as they did", async ({ page }) => {
  await play(page, { result: storedRun("resnet20") });
  await open(page);
  await sameFonts(page);
  const dialog = page.getByRole("dialog");
  for (const [name, opener] of [
    ["keys", "Keys"],
    ["embed", "Embed"],
    ["parameters", /^All \d+ tensors/],
    ["gpu", /^GPU$/],
  ] as const) {
    await button(page, opener).first().click();
    await expect(dialog).toBeVisible();
    await page.waitForLoadState("networkidle");
    await page.mouse.move(0, 0);
    // The address of the snippet has the port of this run.
    await expect.soft(dialog).toHaveScreenshot(`dialog-${name}.png`, {
      mask: [dialog.locator(".snippet"), dialog.getByText("is served by")],
    });
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
  }
  await page.locator(".density .export summary").click();
  const box = await page.locator(".density .export-menu").boundingBox();
  if (box === null) throw new Error("the menu is not drawn");
  await expect.soft(page).toHaveScreenshot("export-menu.png", { clip: box });
});

test.describe("before there is a run", () => {
  test.use({ provoked: [/status of 404/] });

  test("a run that is still to come, one that is missing, and a browser without WebGPU look as they did", async ({
    page,
  }) => {
    const card = { maxDiffPixelRatio: 0.01, animations: "disabled" } as const;
    const run = "**/models/resnet20/run.json";
    await page.route(run, () => {}); // Never answered.
    await page.goto("./");
    await expect(page.locator("main .card.waiting")).toBeVisible();
    await expect(page.locator(".model-choice")).toContainText("ResNet-20");
    await sameFonts(page);
    await expect.soft(page).toHaveScreenshot("loading.png", card);
    await page.unroute(run);
    await page.route(run, (route) => route.fulfill({ status: 404 }));
    await page.reload();
    await expect(page.locator(".notice")).toContainText("No stored run of resnet20");
    await expect.soft(page).toHaveScreenshot("missing.png", card);
    await page.unroute(run);
    await page.addInitScript(() => {
      Reflect.deleteProperty(Navigator.prototype, "gpu");
      Reflect.deleteProperty(globalThis, "GPU");
    });
    await open(page);
    const note = page.getByRole("note", { name: "WebGPU is missing" });
    await note.getByText("How to get WebGPU").click();
    await expect.soft(page.locator(".measure")).toHaveScreenshot("no-webgpu.png", card);
  });
});

test("a refused file looks as it did", async ({ page }) => {
  await open(page);
  await sameFonts(page);
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles({
      name: "net.safetensors",
      mimeType: "",
      buffer: Buffer.from(new Uint8Array(4)),
    });
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles({
      name: "net.pkl",
      mimeType: "",
      buffer: Buffer.from(new Uint8Array(4)),
    });
  await expect(page.locator(".refusal")).toBeVisible();
  await page.mouse.move(0, 0);
  await expect(page.locator(".drop")).toHaveScreenshot("refused-file.png");
});
